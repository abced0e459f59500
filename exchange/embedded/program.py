"""One row of the supervisor's table: what to run, how to see that it serves, how to stop it."""

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from exchange.embedded.folder import REPOSITORY


def _nothing() -> None:
    return


def _at_once() -> bool:
    return True


@dataclass(frozen=True)
class Program:
    """A child of the supervisor.

    `prepare` runs in the supervisor before every start, also before a restart. `become` runs in the child
    between fork and exec. `ready` is asked again and again until it says yes. The kernel sends `on_orphan`
    when the supervisor dies without a word.
    """

    name: str
    argv: list[str]
    environment: dict[str, str] = field(default_factory=lambda: dict(os.environ))
    folder: Path = REPOSITORY
    prepare: Callable[[], None] = _nothing
    become: Callable[[], None] = _nothing
    ready: Callable[[], bool] = _at_once
    ready_seconds: float = 60
    stop_signal: int = signal.SIGTERM
    stop_seconds: float = 10
    on_orphan: int = signal.SIGTERM
    is_server: bool = False
