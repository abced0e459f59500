"""The demonstration, from an empty folder to one URL; `make demo` calls it."""

import os
import socket
import time
from pathlib import Path

from exchange.embedded import marker, table
from exchange.embedded.errors import CannotStart
from exchange.embedded.folder import REPOSITORY, DataFolder
from exchange.embedded.logs import say
from exchange.embedded.marker import Load
from exchange.embedded.servers import end_leftovers, start_servers
from exchange.embedded.supervisor import Step, Supervisor
from exchange.embedded.valkey import free_port

_CATALOGUES = REPOSITORY / "exchange" / "locale"


def run_demo(folder: DataFolder, *, host: str, port: int, fresh: bool) -> int:
    """Start everything, print the address and the accounts, tend it until Ctrl-C or SIGTERM."""
    began = time.monotonic()
    with Supervisor(folder) as supervisor:
        _check_port(host, port)
        if fresh:
            say("• removing the demonstration's data")
            end_leftovers(folder)
            folder.clear()
        say("• starting PostgreSQL and Valkey")
        addresses = start_servers(supervisor)
        environment = _environment(folder, addresses, port)
        folder.announce(addresses | {"url": _address(port)})
        accounts = _begin_accounts(supervisor, environment)
        _prepare(supervisor, environment, fresh=fresh)
        say("• starting pages, API, event stream, worker, beat and closer")
        supervisor.start(table.web(environment, host, port))  # first: the others would slow its start
        for program in [*table.behind(folder, environment), *table.bidders(environment, port)]:
            supervisor.start(program)
        supervisor.finish(accounts)
        say("\n" + _accounts(folder).read_text())
        say(f"Yutianqi is ready after {time.monotonic() - began:.0f} s: {_address(port)}\nStop it with Ctrl-C.")
        supervisor.watch()
    return 0


def _address(port: int) -> str:
    return f"http://localhost:{port}/"


def _check_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CannotStart(f"Port {port} is not free ({error.strerror}). Try: make demo PORT={port + 1}") from error


def _environment(folder: DataFolder, addresses: dict[str, str], port: int) -> dict[str, str]:
    """Settings of the demonstration; what the caller has set himself stays."""
    ours = {
        "DEMONSTRATION": "1",
        "DJANGO_SETTINGS_MODULE": "exchange.settings",
        "DATA_DIR": str(folder.root),
        "SECRET_KEY": folder.secret("django"),
        "BANK_SECRET": folder.secret("bank"),
        "SITE_URL": _address(port).rstrip("/"),
        "PYTHONUNBUFFERED": "1",
    }
    return ours | dict(os.environ) | addresses


def _prepare(supervisor: Supervisor, environment: dict[str, str], *, fresh: bool) -> None:
    """Migrate, load the demonstration once, and have its bank running. An interrupted load begins anew."""
    static = _begin_static(supervisor, environment)
    folder, url = supervisor.folder, environment["DATABASE_URL"]
    state = marker.load_state(url)
    if state is Load.BEGUN or (fresh and state is Load.COMPLETE):
        say("• the last load was interrupted; beginning anew" if state is Load.BEGUN else "• emptying the database")
        marker.drop_everything(url)
        (folder.root / "bank" / "books.jsonl").unlink(missing_ok=True)
        state = Load.ABSENT
    if state is Load.ABSENT:
        marker.mark_begun(url)
    if _younger([_CATALOGUES], "*.po", next(_CATALOGUES.rglob("*.mo"), None)):
        supervisor.step("compiling translations", table.manage("translations", "--compile"), environment)
    supervisor.step("migrating the database", table.manage("migrate", "--verbosity", "1"), environment)
    _start_bank(supervisor, environment)
    if state is Load.ABSENT:
        supervisor.step("loading the demonstration (once)", table.manage("load_demo"), environment)
        marker.mark_complete(url)
    if static is not None:
        supervisor.finish(static)
        _collected(folder).touch()


def _start_bank(supervisor: Supervisor, environment: dict[str, str]) -> None:
    """The sandbox bank, unless BANK_URL names another one."""
    if environment.get("BANK_URL"):
        return
    port = free_port()
    environment["BANK_URL"] = f"http://127.0.0.1:{port}"
    supervisor.start(table.sandbox_bank(supervisor.folder, environment, port))


def _begin_accounts(supervisor: Supervisor, environment: dict[str, str]) -> Step:
    """The table of accounts is made beside the other steps, for it takes a second to ask Django."""
    argv = table.manage("demo_accounts", "--to", str(_accounts(supervisor.folder)))
    return supervisor.begin("", "accounts", argv, environment)


def _accounts(folder: DataFolder) -> Path:
    return folder.run / "accounts.txt"


def _begin_static(supervisor: Supervisor, environment: dict[str, str]) -> Step | None:
    """Static files are compressed beside the loading, and again only when one has changed."""
    if not _younger(_static_sources(), "*", _collected(supervisor.folder)):
        return None
    argv = table.manage("collectstatic", "--noinput", "--verbosity", "0")
    return supervisor.begin("collecting static files, beside the next steps", "static", argv, environment)


def _collected(folder: DataFolder) -> Path:
    return folder.root / "static-collected"


def _static_sources() -> list[Path]:
    return [path for top in ("exchange", "listings", "loans") for path in (REPOSITORY / top).glob("**/static")]


def _younger(sources: list[Path], pattern: str, made: Path | None) -> bool:
    """Whether one of the sources is younger than what was made of them, or nothing was made yet."""
    times = [path.stat().st_mtime for source in sources for path in source.rglob(pattern) if path.is_file()]
    return bool(times) and (made is None or not made.exists() or max(times) > made.stat().st_mtime)
