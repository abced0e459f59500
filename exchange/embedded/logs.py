"""What is told at the terminal, and the log file that each program has to itself."""

import sys
import time
from typing import IO

from exchange.embedded.folder import REPOSITORY, DataFolder

_LIMIT = 20 * 1024 * 1024


def say(text: str) -> None:
    """A line for the person at the terminal; a closed terminal is no reason to fall."""
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except OSError:
        return


class Logs:
    """The files `log/<name>.log`. Children write into them directly: no pipe can fill or break."""

    def __init__(self, folder: DataFolder) -> None:
        self._folder = folder.log

    def open(self, name: str, what: str) -> IO[bytes]:
        """Open a log at its end, with a line that says what starts now; a grown one is put aside."""
        path = self._folder / f"{name}.log"
        if path.exists() and path.stat().st_size > _LIMIT:
            path.replace(path.with_suffix(".log.1"))
        log = open(path, "ab")  # noqa: SIM115 - the caller closes it
        log.write(f"--- {time.strftime('%Y-%m-%dT%H:%M:%S%z')} {what}\n".encode())
        log.flush()
        return log

    def place(self, name: str) -> str:
        """Where the log lies, as short as can be said."""
        path = self._folder / f"{name}.log"
        return str(path.relative_to(REPOSITORY)) if path.is_relative_to(REPOSITORY) else str(path)

    def tail(self, name: str, lines: int = 15) -> str:
        """The last lines, each with the name before it."""
        path = self._folder / f"{name}.log"
        if not path.exists():
            return ""
        text = path.read_text(errors="replace").splitlines()[-lines:]
        return "\n".join(f"  [{name}] {line}" for line in text)
