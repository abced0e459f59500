"""Commands: how a service's refusal reaches the person at the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from django.core.management.base import CommandError

from exchange.csvfiles import RowsRefused
from exchange.errors import Refused


class Output(Protocol):
    """Where a command writes lines."""

    def write(self, msg: str) -> None: ...


@contextmanager
def told(stderr: Output) -> Iterator[None]:
    """Print every problem of a refused file, and let the command fail with the refusal's words."""
    try:
        yield
    except RowsRefused as refused:
        for problem in refused.problems:
            stderr.write(str(problem))
        raise CommandError(f"Nothing was imported. Problems listed above: {len(refused.problems)}.") from None
    except Refused as refused:
        raise CommandError(str(refused.message)) from None
