"""What /proc says about processes: who lives, who works where, who is ours; and how to end them.

`kill(pid, 0)` is not asked anywhere: it also succeeds for a zombie, and a zombie serves nobody.
"""

import ctypes
import os
import signal
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

_PROC = Path("/proc")
_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


def _prctl(option: int, value: int) -> None:
    if _LIBC.prctl(option, ctypes.c_ulong(value), 0, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def adopt_orphans() -> None:
    """Descendants whose parent dies become our children, so that none of them can get out of sight."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def die_with_parent(number: int, parent: int) -> None:
    """Ask the kernel to send signal `number` to the calling process when its parent, pid `parent`, dies.

    A change of user clears the wish, so this is the last call between fork and exec. A parent that died
    before the call is seen by its pid.
    """
    _prctl(_PR_SET_PDEATHSIG, number)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def _fields(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the name: state, parent, …; empty when there is no such process."""
    try:
        text = (_PROC / str(pid) / "stat").read_text(errors="replace")
    except OSError:
        return []
    return text[text.rindex(")") + 2 :].split()


def is_alive(pid: int) -> bool:
    """Whether a process runs; a zombie (Z) or a dead one (X) does not."""
    fields = _fields(pid)
    return bool(fields) and fields[0] not in "ZX"


def pids() -> Iterator[int]:
    """Every living process that this machine shows us, except ourselves."""
    for entry in _PROC.iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid() and is_alive(int(entry.name)):
            yield int(entry.name)


def name_of(pid: int) -> str:
    """The short name of a process, "" when it is gone."""
    try:
        return (_PROC / str(pid) / "comm").read_text(errors="replace").strip()
    except OSError:
        return ""


def parent_of(pid: int) -> int:
    """The pid of the parent, 0 when the process is gone."""
    fields = _fields(pid)
    return int(fields[1]) if fields else 0


def working_in(folder: Path, name: str) -> list[int]:
    """Living processes called `name` whose working directory is `folder` itself.

    PostgreSQL and Valkey both work inside their data, so this finds every server and backend on this data,
    whoever started it. Folders are compared by inode: the clone may have been moved.
    """
    try:
        wanted = folder.stat()
    except FileNotFoundError:
        return []
    found = []
    for pid in pids():
        try:
            here = (_PROC / str(pid) / "cwd").stat()
        except OSError:
            continue
        if os.path.samestat(here, wanted) and name_of(pid) == name:
            found.append(pid)
    return found


def with_environment(variable: str, value: str) -> list[int]:
    """Living processes that were started with this variable in their environment."""
    wanted = f"{variable}={value}".encode()
    found = []
    for pid in pids():
        try:
            environment = (_PROC / str(pid) / "environ").read_bytes()
        except OSError:
            continue
        if wanted in environment.split(b"\0"):
            found.append(pid)
    return found


def descendants_of(pid: int) -> list[int]:
    """Living children, their children and so on."""
    children: dict[int, list[int]] = {}
    for one in pids():
        children.setdefault(parent_of(one), []).append(one)
    found = []
    waiting = list(children.get(pid, []))
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting.extend(children.get(one, []))
    return found


def send(pid: int, number: int) -> None:
    """Send a signal; a process that is already gone is no error."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def wait_gone(gone: Iterable[int], seconds: float) -> list[int]:
    """Wait until none of the processes lives, at most so long; returns those that still do."""
    end = time.monotonic() + seconds
    left = [pid for pid in gone if is_alive(pid)]
    while left and time.monotonic() < end:
        time.sleep(0.02)
        left = [pid for pid in left if is_alive(pid)]
    return left
