"""Real servers in folders of their own; after each test nothing of them may be left in /proc."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from exchange.embedded import processes
from exchange.embedded.folder import REPOSITORY, DataFolder

SECONDS = 60


def wait_until(holds: Callable[[], bool], what: str) -> None:
    """Wait for something that must come true soon."""
    end = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < end, f"in vain: {what}"
        time.sleep(0.02)


class Box:
    """One data folder, and the supervisor that a test starts on it as a process of its own."""

    def __init__(self, root: Path) -> None:
        self.folder = DataFolder(root)
        self.supervisor: subprocess.Popen[bytes] | None = None
        self.output = root.parent / "supervisor.log"

    def start(self) -> None:
        self.folder.withdraw()
        argv = [sys.executable, "-m", "exchange.embedded.run", "serve", "--data", str(self.folder.root)]
        bare = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
        with open(self.output, "ab") as log:
            self.supervisor = subprocess.Popen(
                [*argv, "--with-parent"], cwd=REPOSITORY, env=bare, stdout=log, stderr=log
            )
        wait_until(lambda: self.addresses() != {} or self.supervisor.poll() is not None, "the servers start")
        assert self.supervisor.poll() is None, self.output.read_text()

    def addresses(self) -> dict[str, str]:
        return self.folder.announced()

    def stop(self) -> int:
        assert self.supervisor is not None
        self.supervisor.send_signal(signal.SIGTERM)
        return self.supervisor.wait(timeout=SECONDS)

    def kill(self) -> None:
        assert self.supervisor is not None
        self.supervisor.kill()
        self.supervisor.wait()

    def servers(self) -> list[int]:
        return [*self.postgres(), *self.valkey()]

    def postgres(self) -> list[int]:
        return processes.working_in(self.folder.root / "postgres", "postgres")

    def postmaster(self) -> int:
        return int((self.folder.root / "postgres" / "postmaster.pid").read_text().split()[0])

    def valkey(self) -> list[int]:
        return processes.working_in(self.folder.root / "valkey", "valkey-server")


@pytest.fixture(scope="module")
def kept_box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    """One cluster for the tests of a module: initdb is the slow part."""
    box = Box(tmp_path_factory.mktemp("box") / ".data")
    box.folder.make()
    yield box
    if box.supervisor is not None and box.supervisor.poll() is None:
        box.kill()


@pytest.fixture
def box(kept_box: Box) -> Iterator[Box]:
    yield kept_box
    if kept_box.supervisor is not None and kept_box.supervisor.poll() is None:
        kept_box.stop()
    assert kept_box.servers() == [], "a process was left behind"
