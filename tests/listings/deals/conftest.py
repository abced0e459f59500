"""Fixtures of deals: the clock goes back to real time after each test, files go to a folder of the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from exchange import clock


@pytest.fixture(autouse=True)
def files_of_the_test(settings: Any, tmp_path: Path) -> None:
    """Keep what is stored away from the development files."""
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def real_time(db: None) -> Iterator[None]:
    """Let the session's legal time be real again afterwards."""
    clock.set_clock_offset(timedelta())
    yield
    clock.set_clock_offset(timedelta())
