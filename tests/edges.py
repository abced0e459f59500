"""Every edge of every `NEXT` is walked by some test: each worker notes what `move()` did, the end counts.

Part of the run with `--every-edge` (as `make test` says); a part of the tests alone proves nothing about it.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import pytest
from django.apps import apps

LOGGER = logging.getLogger("exchange.states")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--every-edge`."""
    parser.addoption("--every-edge", action="store_true", help="fail when an edge of a state graph was never walked")


class Notes(logging.Handler):
    """Keeps each move "Model from to" once, in a file of this process."""

    def __init__(self, path: Path) -> None:
        super().__init__(logging.DEBUG)
        self.path, self.seen = path, set[str]()

    def emit(self, record: logging.LogRecord) -> None:
        """Note one move."""
        line = record.getMessage()
        if line not in self.seen:
            self.seen.add(line)
            with self.path.open("a", encoding="utf-8") as file:
                file.write(line + "\n")


def folder(config: pytest.Config) -> Path:
    return config.rootpath / ".data" / "test" / "edges"


def pytest_configure(config: pytest.Config) -> None:
    """Begin to note moves; the controller empties the folder first."""
    if not config.getoption("--every-edge"):
        return
    worker = getattr(config, "workerinput", {}).get("workerid", "main")
    folder(config).mkdir(parents=True, exist_ok=True)
    if worker == "main":
        for old in folder(config).glob("*.txt"):
            old.unlink()
    LOGGER.setLevel(logging.DEBUG)
    LOGGER.propagate = False
    LOGGER.addHandler(Notes(folder(config) / f"{worker}.txt"))


def declared() -> set[str]:
    """Return every edge of every model as `move()` logs it."""
    return {
        f"{model.__name__} {getattr(start, 'value', start)} {getattr(end, 'value', end)}"
        for model in apps.get_models()
        for start, ends in getattr(model, "NEXT", {}).items()
        for end in ends
    }


def unwalked(walked: set[str]) -> list[str]:
    """Return the declared edges that are not among those walked."""
    return sorted(declared() - walked)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Count the edges at the very end of a whole run."""
    config = session.config
    if not config.getoption("--every-edge") or hasattr(config, "workerinput"):
        return
    walked = {line for path in folder(config).glob("*.txt") for line in path.read_text(encoding="utf-8").splitlines()}
    missing = unwalked(walked)
    sys.stderr.write(f"\n{len(declared())} edges of states, {len(missing)} never walked\n")
    for edge in missing:
        sys.stderr.write(f"  never walked: {edge}\n")
    if missing or not declared():
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
