"""The one table of what runs besides the servers: who, how, and how to see that it serves."""

import http.client
import socket
import sys
from pathlib import Path

from exchange.embedded.folder import REPOSITORY, DataFolder
from exchange.embedded.program import Program

_PYTHON = sys.executable
_BIDDERS = REPOSITORY / "listings" / "auctions" / "management" / "commands" / "simulate_bidders.py"
_WEB_CONNECTIONS = "16"  # as many as exchange/asgi.py has threads


def manage(*words: str) -> list[str]:
    """A command line of manage.py."""
    return [_PYTHON, str(REPOSITORY / "manage.py"), *words]


def sandbox_bank(folder: DataFolder, environment: dict[str, str], port: int) -> Program:
    """The settlement bank of the demonstration, with books of its own."""
    books = folder.root / "bank"
    argv = [_PYTHON, "-m", "exchange.ledger.sandbox_bank", "--port", str(port), "--data", str(books / "books.jsonl")]
    return Program(
        name="bank",
        argv=argv,
        environment=environment,
        prepare=lambda: books.mkdir(mode=0o700, exist_ok=True),
        ready=lambda: _listens(port),
    )


def web(environment: dict[str, str], host: str, port: int) -> Program:
    """Pages, API and event streams on one port."""
    argv = [_PYTHON, "-m", "uvicorn", "exchange.asgi:application", "--host", host, "--port", str(port)]
    argv += ["--no-access-log", "--log-level", "warning", "--timeout-graceful-shutdown", "3"]
    return Program(
        name="web",
        argv=argv,
        environment=environment | {"DATABASE_POOL": _WEB_CONNECTIONS},
        ready=lambda: web_answers(port),
    )


def behind(folder: DataFolder, environment: dict[str, str]) -> list[Program]:
    """What works behind the pages: the queue's worker, the sweeps' clock, the closer of auctions."""
    celery = [_PYTHON, "-m", "celery", "-A", "exchange.celery"]
    schedule = folder.run / "beat-schedule"
    return [
        Program("worker", [*celery, "worker", "--concurrency", "2", "--loglevel", "warning"], environment),
        Program(
            "beat",
            [*celery, "beat", "--schedule", str(schedule), "--pidfile=", "--loglevel", "warning"],
            environment,
            prepare=lambda: _forget(schedule),
        ),
        Program("closer", manage("close_auctions"), environment),
    ]


def bidders(environment: dict[str, str], port: int) -> list[Program]:
    """The living market: bidders who use the public API like anybody."""
    if not _BIDDERS.exists():
        return []
    argv = manage("simulate_bidders", "--url", f"http://127.0.0.1:{port}")
    return [Program("bidders", argv, environment)]


def _forget(schedule: Path) -> None:
    """The schedule stands in code; what a crash left of beat's own file could only hinder."""
    for path in schedule.parent.glob(schedule.name + "*"):
        path.unlink()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def web_answers(port: int) -> bool:
    """Whether the pages answer and the database behind them does."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
