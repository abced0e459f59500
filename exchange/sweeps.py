"""Sweeps: time enters the system row by row, and one row that cannot be dealt with stops no other."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

log = logging.getLogger(__name__)
Key = TypeVar("Key")


def each(keys: Iterable[Key], step: Callable[[Key], bool]) -> int:
    """Take `step` for every one of `keys`; return how many said True.

    A step that fails is logged and left to the next sweep: sweeps go oldest first, so that otherwise the one row
    that always fails would keep all that come after it waiting for ever.
    """
    done = 0
    for key in list(keys):
        try:
            done += step(key)
        except Exception:
            log.exception("the sweep has to leave %s for the next time", key)
    return done
