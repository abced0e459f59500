"""A private PostgreSQL and Valkey for one test run, under `.data/test/`.

They run under a supervisor of their own, which ends with the run: asked to at the end, by the kernel when the
run itself is killed. The clusters stay on disk, so that the next run does not begin with initdb.
"""

import atexit
import os
import subprocess
import sys
import time
from pathlib import Path

from exchange.embedded.errors import CannotStart
from exchange.embedded.folder import REPOSITORY, DataFolder
from exchange.embedded.servers import ADDRESSES

_SLOTS = 8  # test runs at the same time in one clone
_SECONDS = 60.0


def serve_tests(root: Path = REPOSITORY / ".data" / "test") -> None:
    """Put DATABASE_URL and REDIS_URL into the environment; servers of one's own are left as they are.

    Call it before Django's settings are read. Workers of pytest-xdist inherit the environment of the process
    that started them and find both set.
    """
    if all(os.environ.get(name) for name in ADDRESSES):
        return
    folder = _free_slot(root)
    argv = [
        sys.executable,
        "-m",
        "exchange.embedded.run",
        "serve",
        "--data",
        str(folder.root),
        "--with-parent",
    ]
    with open(folder.log / "supervisor.log", "ab") as log:
        process = subprocess.Popen(argv, cwd=REPOSITORY, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    atexit.register(_stop, process)
    end = time.monotonic() + _SECONDS
    while folder.announced().get("pid") != str(process.pid):
        if process.poll() is not None or time.monotonic() > end:
            _stop(process)
            text = (folder.log / "supervisor.log").read_text(errors="replace")
            raise CannotStart(f"The servers for the tests did not start:\n{text[-3000:]}")
        time.sleep(0.02)
    os.environ.update({name: folder.announced()[name] for name in ADDRESSES})


def _free_slot(root: Path) -> DataFolder:
    for slot in range(1, _SLOTS + 1):
        folder = DataFolder(root / str(slot))
        folder.make()
        if folder.lock():
            folder.unlock()
            return folder
    raise CannotStart(f"{_SLOTS} test runs already use {root}.")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    process.wait()
