"""Fixtures of the whole test run: the movable clock, deliveries by hand, the small cast."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import translation

import tests.embedded_servers  # noqa: F401 - first: it starts the servers and then Django
from exchange import calendar, clock
from exchange.journal import delivery, sealing
from tests.bank import SandboxBank
from tests.factories import Cast, make_cast

pytest_plugins = ["tests.edges"]


def pytest_configure(config: pytest.Config) -> None:
    """Leave every delivery to the sweep, so that tests say when the later stages hear of something.

    Speak English unless a test asks for Chinese, and have Chinese to speak: otherwise what a test reads would
    depend on whether somebody has compiled the catalogue in this folder before.
    """
    if not hasattr(config, "workerinput"):
        call_command("translations", "--compile", stdout=StringIO())
    settings.LANGUAGE_CODE = "en"
    settings.WHITENOISE_AUTOREFRESH = True  # a file is looked for when it is asked for, not all by every client
    settings.JOURNAL_DELIVERY = "sweep"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Begin every test in English: a request leaves its reader's language active in the thread."""
    with translation.override("en"):
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Make the test database's clock movable."""
    with django_db_blocker.unblock():
        clock.install_movable_clock()


@pytest.fixture
def pass_time(db: None) -> Iterator[Callable[..., None]]:
    """Return `pass_time(minutes=5)`: let legal time of this session go on by so much."""
    gone = timedelta()

    def go(**amount: float) -> None:
        nonlocal gone
        gone += timedelta(**amount)
        clock.set_clock_offset(gone)

    yield go
    clock.set_clock_offset(timedelta())


@pytest.fixture
def deliver() -> Callable[[], int]:
    """Return `deliver()`: let all later stages hear what has been recorded, until nothing is left."""

    def run() -> int:
        total = 0
        while done := delivery.deliver_pending():
            total += done
        while sealing.seal_pending():
            pass
        return total

    return run


@pytest.fixture
def cast(db: None) -> Cast:
    """The small cast in its world."""
    return make_cast()


@pytest.fixture
def no_calendars(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Forget every working-day calendar and return the empty folder for those that a test imports."""
    folder = tmp_path / "workdays"
    folder.mkdir()
    monkeypatch.setattr(calendar, "FOLDER", folder)
    monkeypatch.setattr(calendar, "_notices", {})
    return folder


@pytest.fixture
def sandbox_bank(settings: Any, tmp_path: Path) -> Iterator[SandboxBank]:
    """Return a sandbox bank that runs as its own process and that `BANK_URL` points to."""
    opened = SandboxBank(tmp_path / "bank" / "books.jsonl", settings.BANK_SECRET)
    settings.BANK_URL = opened.url
    yield opened
    opened.stop()
