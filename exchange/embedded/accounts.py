"""Which operating-system account runs PostgreSQL, which refuses to run as root.

An ordinary user runs it as himself. Root starts it as an account without rights. Where a folder above the
clone may be entered by its owner only, that account could reach neither the programs nor the data; then it
keeps one capability, to pass through folders, and nothing outside the clone is changed. See
docs/decisions/0002-one-database-everywhere.md.
"""

import ctypes
import os
import pwd
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from exchange.embedded.errors import CannotStart

_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_SECUREBITS = 28
_SECBIT_NO_SETUID_FIXUP = 4  # else access(2), which PostgreSQL asks, would not count the kept capability
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_CAPABILITY_VERSION_3 = 0x20080522
_CAP_DAC_OVERRIDE = 1
_CAP_DAC_READ_SEARCH = 2
# Tried in this order, the smallest first: containers often lack CAP_DAC_READ_SEARCH.
_LADDER = (None, _CAP_DAC_READ_SEARCH, _CAP_DAC_OVERRIDE)
_NAMES = ("postgres", "nobody")  # initdb wants an account that has a name


@dataclass(frozen=True)
class Account:
    """Who runs PostgreSQL, and the one capability that he keeps, if any."""

    uid: int
    gid: int
    capability: int | None = None

    def take(self) -> None:
        """Become this account; called in the child between fork and exec. Nothing happens if we are he."""
        if os.geteuid() == self.uid:
            return
        if self.capability is not None:
            _checked(_LIBC.prctl(_PR_SET_SECUREBITS, _SECBIT_NO_SETUID_FIXUP, 0, 0, 0))
        os.setgroups([])
        os.setresgid(self.gid, self.gid, self.gid)
        os.setresuid(self.uid, self.uid, self.uid)
        if self.capability is not None:
            _keep_only(self.capability)

    def owns(self, path: Path) -> None:
        """Give him a file or folder of ours."""
        if os.geteuid() == 0:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def owns_tree(self, folder: Path) -> None:
        """Give him a folder with all that it holds."""
        if folder.stat().st_uid == self.uid:
            return
        for path in folder.rglob("*"):
            self.owns(path)
        self.owns(folder)


def choose(reach: Iterable[Path], data: Path) -> Account:
    """The account that runs PostgreSQL on `data`: whoever owns it already, else one without rights.

    `reach` are the programs and folders that it must be able to use. Raises `CannotStart` in words.
    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    uid, gid = _owner(data) or _without_rights()
    for capability in _LADDER:
        account = Account(uid, gid, capability)
        if _reaches(account, reach):
            return account
    raise CannotStart(
        f"PostgreSQL does not run as root, and the account {uid} without rights cannot enter {data.parent}. "
        "Put the clone where others may enter, run as an ordinary user, or set DATABASE_URL."
    )


def _owner(data: Path) -> tuple[int, int] | None:
    if not data.exists() or data.stat().st_uid == 0:
        return None
    return data.stat().st_uid, data.stat().st_gid


def _without_rights() -> tuple[int, int]:
    for name in _NAMES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    raise CannotStart(
        f"PostgreSQL does not run as root, and this machine has none of the accounts {', '.join(_NAMES)}. "
        "Run as an ordinary user, or set DATABASE_URL."
    )


def _reaches(account: Account, paths: Iterable[Path]) -> bool:
    """Tried, not computed: a child becomes the account and asks the kernel for each path."""
    child = os.fork()
    if child == 0:
        try:
            account.take()
            os._exit(0 if all(os.access(path, os.X_OK) for path in paths) else 1)
        except BaseException:  # a forked child must never return into the caller
            os._exit(2)
    return os.waitpid(child, 0)[1] == 0


def _keep_only(capability: int) -> None:
    mask = 1 << capability
    header = struct.pack("Ii", _CAPABILITY_VERSION_3, 0)
    sets = struct.pack("IIIIII", mask, mask, mask, 0, 0, 0)  # effective, permitted, inheritable; low, high
    _checked(_LIBC.capset(header, sets))
    _checked(_LIBC.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability, 0, 0))


def _checked(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
