"""The data folder (`.data/`): where everything that runs keeps its things, and its one lock."""

import fcntl
import json
import os
import secrets
import shutil
import tempfile
from pathlib import Path
from typing import IO

from exchange.embedded.errors import CannotStart

REPOSITORY = Path(__file__).resolve().parents[2]
_SHORT = Path("/tmp/yutianqi-")  # noqa: S108 - made by mkdtemp, 0700
_SOCKET_LIMIT = 107  # bytes of sun_path without the closing zero
_PLAIN = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-")


class DataFolder:
    """Paths inside one data folder, its secrets, and the lock that lets one supervisor in at a time."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.log = self.root / "log"
        self.run = self.root / "run"
        self._lock: IO[str] | None = None

    def make(self) -> None:
        """Make the folder. Others may pass through it to what is theirs, but see nothing."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            self.root.chmod(0o711)
            self.run.mkdir(exist_ok=True)
            self.run.chmod(0o711)
            self.log.mkdir(exist_ok=True, mode=0o700)
        except PermissionError as error:
            raise CannotStart(
                f"{self.root} belongs to another user. Run as the user who made it, or remove it."
            ) from error

    def lock(self) -> bool:
        """Take the lock; False when another supervisor holds it. The kernel frees it when we die."""
        handle = open(self.root / "supervisor.lock", "a+")  # noqa: SIM115 - held for life
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.close()
            return False
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        self._lock = handle
        return True

    def unlock(self) -> None:
        """Let the next supervisor in."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def lock_holder(self) -> str:
        """The pid that the holder of the lock wrote down."""
        return (self.root / "supervisor.lock").read_text().strip() or "unknown"

    def clear(self) -> None:
        """Begin anew: remove everything but the lock, the logs and what the tests keep."""
        for path in self.root.iterdir():
            if path.name in {"supervisor.lock", "log", "test"}:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
        self.make()

    def secret(self, name: str) -> str:
        """A random word that is made once and then stays."""
        path = self.root / "secrets.json"
        known = json.loads(path.read_text()) if path.exists() else {}
        if name not in known:
            known[name] = secrets.token_urlsafe(32)
            write_private(path, json.dumps(known))
        return str(known[name])

    def socket_folder(self, file_name: str) -> Path:
        """A folder, 0700, for the unix socket `file_name`.

        The path of a socket has at most 107 bytes and a clone may lie deep, or under a name that would have
        to be quoted in a URL. Then it is a short temporary folder; a pointer in `run/` remembers it.
        """
        inside = self.run / "socket"
        whole = str(inside / file_name)
        if len(whole.encode()) <= _SOCKET_LIMIT and set(whole) <= _PLAIN:
            inside.mkdir(exist_ok=True)
            inside.chmod(0o700)
            return inside
        self.forget_socket_folder()
        short = tempfile.mkdtemp(prefix=_SHORT.name, dir=_SHORT.parent)
        write_private(self.run / "socket-folder", short)
        return Path(short)

    def forget_socket_folder(self) -> None:
        """Remove a temporary socket folder after its server has stopped."""
        pointer = self.run / "socket-folder"
        if pointer.exists():
            short = pointer.read_text()
            if short.startswith(str(_SHORT)):
                shutil.rmtree(short, ignore_errors=True)
            pointer.unlink()

    def announce(self, facts: dict[str, str]) -> None:
        """Write down where the servers are, for `run -- COMMAND` in another terminal."""
        write_private(self.run / "servers.json", json.dumps(facts))

    def announced(self) -> dict[str, str]:
        """What the running supervisor wrote down; empty when nothing is there."""
        try:
            facts: dict[str, str] = json.loads((self.run / "servers.json").read_text())
        except FileNotFoundError:
            return {}
        return facts

    def withdraw(self) -> None:
        """Nothing runs any more."""
        (self.run / "servers.json").unlink(missing_ok=True)


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    new = path.with_name(path.name + ".new")
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as handle:
        handle.write(text)
    new.replace(path)
