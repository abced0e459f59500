"""A production does not start on a database that could lose an acknowledged bid: on real servers, real processes."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from exchange.embedded import processes
from exchange.embedded.folder import REPOSITORY, DataFolder
from exchange.embedded.postgres import Postgres
from tests.exchange.embedded.conftest import wait_until

STARTS = {
    "web": ["-c", "import exchange.wsgi"],
    "hall": ["-m", "uvicorn", "listings.auctions.hall.app:application", "--uds", "HALL"],
    "worker": ["-m", "celery", "-A", "exchange.celery", "worker", "--pool", "solo", "--loglevel", "warning"],
    "beat": ["-m", "celery", "-A", "exchange.celery", "beat", "--pidfile=", "--schedule", "SCHEDULE"],
    "closer": ["manage.py", "close_auctions", "--once"],
}


class Server:
    """A PostgreSQL of its own that can be told to be careless."""

    def __init__(self, folder: DataFolder) -> None:
        self.postgres = Postgres(folder)
        self.files = {"SCHEDULE": str(folder.run / "beat-schedule"), "HALL": str(folder.run / "hall")}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, **careless: str) -> None:
        self.postgres.prepare()
        program = self.postgres.program()
        words = [word for name, value in careless.items() for word in ("-c", f"{name}={value}")]
        parent = os.getpid()

        def in_child() -> None:
            program.become()
            processes.die_with_parent(program.on_orphan, parent)

        self.process = subprocess.Popen(
            [*program.argv, *words], cwd=program.folder, preexec_fn=in_child, stderr=subprocess.DEVNULL
        )
        wait_until(self.postgres.answers, "the server answers")
        self.postgres.ensure_database()

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(self.postgres.program().stop_signal)
            self.process.wait(timeout=20)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = DataFolder(tmp_path_factory.mktemp("production") / ".data")
    folder.make()
    server = Server(folder)
    server.start(fsync="off", full_page_writes="off", synchronous_commit="off")
    yield server
    server.stop()
    folder.forget_socket_folder()


def run(words: list[str], server: Server, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "DATABASE_URL": server.postgres.url,
        "PRODUCTION": "1",
        "SECRET_KEY": "k" * 50,
        "BANK_SECRET": "b" * 50,
        "DJANGO_SETTINGS_MODULE": "exchange.settings",
    }
    return subprocess.run(
        [sys.executable, *(server.files.get(word, word) for word in words)],
        cwd=REPOSITORY,
        env=environment | settings,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize("what", list(STARTS))
def test_nothing_starts_on_a_careless_database(server: Server, what: str) -> None:
    done = run(STARTS[what], server)
    assert done.returncode != 0
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        assert f"The database has {name} = off" in done.stderr + done.stdout


def test_the_same_process_starts_outside_production(server: Server) -> None:
    done = run(STARTS["web"], server, PRODUCTION="0")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ({"DEBUG": "1"}, "PRODUCTION=1 does not go with DEBUG=1"),
        ({"SECRET_KEY": ""}, "PRODUCTION=1 needs a SECRET_KEY of your own"),
        ({"BANK_SECRET": ""}, "PRODUCTION=1 needs a BANK_SECRET"),
    ],
)
def test_production_refuses_careless_settings(server: Server, setting: dict[str, str], sentence: str) -> None:
    done = run(STARTS["web"], server, **setting)
    assert done.returncode != 0
    assert sentence in done.stderr


def test_production_starts_on_a_careful_database(server: Server) -> None:
    server.stop()
    server.start()
    done = run(STARTS["web"], server)
    assert done.returncode == 0, done.stderr
    server.stop()
    server.start(fsync="off", full_page_writes="off", synchronous_commit="off")
