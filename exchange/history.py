"""Taking in the past (历史数据) of an exchange that joins: all rows of a file or none, each reference once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from django.db import connection, models
from django.utils.translation import gettext as _

from exchange.clock import legal_day
from exchange.csvfiles import Problem, RowsRefused
from exchange.locking import patience
from exchange.rulebook.models import RightKind

BATCH = 1000
M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: rows read, rows added, rows that were already there; fen of those added."""

    read: int
    added: int
    same: int
    amount_fen: int


def one_at_a_time(lock: int) -> None:
    """Let imports under the same number wait for each other, so that the second knows what the first has entered."""
    with patience(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock])


def check_kinds_and_days(rows: Iterable[tuple[int, str, date]], file: str, *, too_late: str) -> list[Problem]:
    """Return what is wrong with each (line, kind of right, last day): no such kind, or `too_late` for a day to come."""
    kinds = set(RightKind.objects.values_list("code", flat=True))
    today = legal_day()
    problems = []
    for line, kind, last in rows:
        if kind not in kinds:
            reason = _("“%(kind)s” is no kind of right; the rules page lists them.") % {"kind": kind}
            problems.append(Problem(file, line, reason))
        elif last > today:
            problems.append(Problem(file, line, too_late))
    return problems


def not_yet_entered(
    rows: Sequence[M], lines: Sequence[int], file: str, *, key: str, compared: Sequence[str]
) -> list[M]:
    """Return the rows, all of one model with an `import_ref`, whose `key` is not entered yet.

    Raises `RowsRefused` where a row of that key differs in what is `compared`, or was not imported. `lines` says
    from which line of the file each row comes. The caller holds the lock of `one_at_a_time`.
    """
    known = _known(rows, key, compared)
    problems = [
        Problem(file, line, _("%(ref)s is already entered with other contents.") % {"ref": getattr(row, key)})
        for row, line in zip(rows, lines, strict=True)
        if getattr(row, key) in known and known[getattr(row, key)] != _contents(row, compared)
    ]
    if problems:
        raise RowsRefused(problems)
    return [row for row in rows if getattr(row, key) not in known]


def _contents(row: models.Model, compared: Sequence[str]) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in compared)


def _known(rows: Sequence[M], key: str, compared: Sequence[str]) -> dict[str, tuple[Any, ...]]:
    """Return the contents of what bears one of these keys; () for what was not imported."""
    found: dict[str, tuple[Any, ...]] = {}
    for start in range(0, len(rows), BATCH):
        keys = [getattr(row, key) for row in rows[start : start + BATCH]]
        here = type(rows[0])._default_manager.filter(**{f"{key}__in": keys})
        for name, ref, *contents in here.values_list(key, "import_ref", *compared):
            found[str(name)] = tuple(contents) if ref else ()
    return found
