"""Fixtures of the hall: the clock goes back to real time after each test."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from exchange import clock


@pytest.fixture
def real_time(db: None) -> Iterator[None]:
    """Let the session's legal time be real again afterwards."""
    clock.set_clock_offset(timedelta())
    yield
    clock.set_clock_offset(timedelta())
