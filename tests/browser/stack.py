"""The real stack for a browser test, on the test database: pages, hall, API and the sandbox bank as processes.

What worker, beat and closer would do is done in the test by `tick()`, so that a test says when it happens.
Time is moved by `go_to()`, never waited for.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import connection
from django.utils import translation

from exchange import clock
from exchange.celery import app as celery
from exchange.embedded import table
from exchange.embedded.valkey import free_port
from tests.bank import SandboxBank


class Stack:
    """A running exchange: `url`, `tick`, `go_to`, and what the processes wrote into their `log`."""

    def __init__(self, bank: SandboxBank, log: Path) -> None:
        self.bank, self.log = bank, log
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        """Start the pages and wait until they answer."""
        program = table.web(self._environment(), "127.0.0.1", self.port)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                program.argv, cwd=program.folder, env=program.environment, stdout=log, stderr=log
            )
        end = time.monotonic() + program.ready_seconds
        while not program.ready():
            assert self.process.poll() is None and time.monotonic() < end, f"no pages:\n{self.log.read_text()[-3000:]}"
            time.sleep(0.05)
        return self

    def _environment(self) -> dict[str, str]:
        own = {
            "BANK_SECRET": settings.BANK_SECRET,
            "BANK_URL": self.bank.url,
            "DATABASE_URL": _address(connection.settings_dict),
            "DATA_DIR": str(settings.DATA_DIR),
            "DEBUG": "0",
            "DEMONSTRATION": "1",
            "JOURNAL_DELIVERY": "sweep",
            "PLAIN_STATIC": "1",
            "SECRET_KEY": settings.SECRET_KEY,
            "SITE_URL": self.url,
        }
        return dict(os.environ) | own

    def stop(self) -> None:
        """End the pages and give the database its own time back."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=20)
        clock.install_movable_clock()

    def tick(self) -> int:
        """Run every sweep that beat starts, again and again until nothing is left to do; return what was done."""
        celery.loader.import_default_modules()
        names = [entry["task"] for entry in celery.conf.beat_schedule.values()]
        total = 0
        for _round in range(20):
            with translation.override("zh-hans"):  # the worker's language
                done = sum(int(celery.tasks[name]() or 0) for name in names)
            total += done
            if not done:
                return total
        raise AssertionError("the sweeps never come to rest")

    def go_to(self, moment: datetime) -> None:
        """Let legal time be `moment` from now on, for this test and for the pages."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s - clock_timestamp()", [moment])
            (offset,) = cursor.fetchone()
        clock.install_movable_clock(offset)

    def complaints(self) -> list[str]:
        """Return what the pages' process wrote that looks like a fault."""
        lines = self.log.read_text(errors="replace").splitlines()
        return [line for line in lines if " ERROR " in line or line.startswith("Traceback")]


def _address(database: dict[str, Any]) -> str:
    secret = f":{quote(database['PASSWORD'], safe='')}" if database["PASSWORD"] else ""
    where = {"host": database["HOST"], "port": database["PORT"]}
    query = urlencode({name: value for name, value in where.items() if value})
    return f"postgresql://{quote(database['USER'], safe='')}{secret}@/{database['NAME']}?{query}"


def running(bank: SandboxBank, folder: Path) -> Iterator[Stack]:
    """Yield a started stack; stop it whatever happens."""
    stack = Stack(bank, folder / "pages.log")
    try:
        yield stack.start()
    finally:
        stack.stop()
