"""What rows of divisions mean beside each other: parents, periods, successors, one town under one parent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import combinations

from django.utils.translation import gettext as _

from exchange.accounts.divisions.rows import ABOVE, DivisionRow
from exchange.csvfiles import Problem

# How many leading digits of a code name the unit above. A village's code is the statistical one: it bears the
# district, but not always the ministry's number of its township (see accounts/data/README.md).
SHARED_DIGITS = {"district": 2, "township": 6, "village": 6}


class World:
    """All divisions as they would stand after the import: the recorded ones, replaced or joined by new."""

    def __init__(self, recorded: Iterable[DivisionRow], new: Iterable[DivisionRow]) -> None:
        rows = {row.key: row for row in recorded}
        rows.update({row.key: row for row in new})
        self.by_code: dict[str, list[DivisionRow]] = defaultdict(list)
        for row in sorted(rows.values(), key=lambda row: row.key):
            self.by_code[row.code].append(row)

    def __iter__(self) -> Iterator[DivisionRow]:
        for rows in self.by_code.values():
            yield from rows

    def covered_until(self, code: str, first: date) -> date | None:
        """The day on which `code`, in force on `first`, ceases without a gap; None: not in force then."""
        day = first
        for row in self.by_code.get(code, []):
            if row.valid_from <= day < (row.valid_to or date.max):
                day = row.valid_to or date.max
        return day if day > first else None

    def successor_codes(self, code: str) -> set[str]:
        """The codes that any unit of this code was followed by."""
        return {after for row in self.by_code.get(code, []) for after, _share in row.successors}


def check(recorded: list[DivisionRow], new: list[DivisionRow]) -> list[Problem]:
    """Return every reason why `new` cannot stand beside `recorded` (empty: all is well).

    A reason that lies in a recorded row is reported at the new row that brought it about.
    """
    problems = _twice(new) + _moved(recorded, new)
    if problems:
        return problems
    world = World(recorded, new)
    fresh = {row.key for row in new}
    found: list[Problem] = []
    for row in world:
        found += _against_parent(row, world)
        if row.key in fresh:
            found += _against_successors(row, world)
    found += _overlaps(world) + _two_parents(world)
    return sorted(found, key=lambda problem: (problem.file, problem.line))


def _twice(new: list[DivisionRow]) -> list[Problem]:
    seen: dict[tuple[str, date], DivisionRow] = {}
    problems = []
    for row in new:
        first = seen.setdefault(row.key, row)
        if first is not row:
            problems.append(
                row.problem(
                    _("%(code)s from %(day)s stands already in %(file)s, line %(line)d.")
                    % {"code": row.code, "day": row.valid_from, "file": first.file, "line": first.line}
                )
            )
    return problems


def _moved(recorded: list[DivisionRow], new: list[DivisionRow]) -> list[Problem]:
    """A recorded unit keeps its level and parent: deals name it so. Moving is an end and a beginning."""
    known = {row.key: row for row in recorded}
    return [
        row.problem(
            _("%(code)s stands under %(old)s since %(day)s; end it there and begin it anew under %(new)s.")
            % {"code": row.code, "old": known[row.key].parent, "day": row.valid_from, "new": row.parent}
        )
        for row in new
        if row.key in known and (known[row.key].parent, known[row.key].level) != (row.parent, row.level)
    ]


def _against_parent(row: DivisionRow, world: World) -> list[Problem]:
    if row.level not in ABOVE:
        return []
    parents = [parent for parent in world.by_code.get(row.parent, []) if parent.level == ABOVE[row.level]]
    # A recorded row can only be stranded by a new row of its parent.
    blamed = row if row.line else next((parent for parent in parents if parent.line), row)
    if not parents:
        return [blamed.problem(_("The parent %(parent)s of %(code)s is unknown.") % _names(row))]
    until = world.covered_until(row.parent, row.valid_from)
    if until is None:
        reason = _("The parent %(parent)s of %(code)s is not in force on %(day)s.")
        return [blamed.problem(reason % _names(row))]
    if until < (row.valid_to or date.max):
        reason = _("The parent %(parent)s of %(code)s ends on %(until)s, but %(code)s goes on.")
        return [blamed.problem(reason % (_names(row) | {"until": until}))]
    shared = SHARED_DIGITS[row.level]
    if row.code[:shared] == row.parent[:shared] or row.parent in world.successor_codes(row.code[:shared]):
        return []
    reason = _("The digits of %(code)s do not lie under its parent %(parent)s, nor under one it followed.")
    return [row.problem(reason % _names(row))]


def _names(row: DivisionRow) -> dict[str, object]:
    return {"code": f"{row.code} {row.name}", "parent": row.parent, "day": row.valid_from}


def _against_successors(row: DivisionRow, world: World) -> list[Problem]:
    problems = []
    for code, _share in row.successors:
        after = world.by_code.get(code, [])
        if not after:
            reason = _("The successor %(after)s of %(code)s is unknown.")
        elif not any((unit.valid_to or date.max) > (row.valid_to or date.max) for unit in after):
            reason = _("The successor %(after)s of %(code)s is not in force when it ends, nor later.")
        else:
            continue
        problems.append(row.problem(reason % (_names(row) | {"after": code})))
    return problems


def _overlaps(world: World) -> list[Problem]:
    problems = []
    for rows in world.by_code.values():
        for first, second in combinations(rows, 2):
            if first.overlaps(second):
                problems.append(_later(first, second).problem(_overlap_reason(first, second)))
    return problems


def _overlap_reason(first: DivisionRow, second: DivisionRow) -> str:
    day = max(first.valid_from, second.valid_from)
    both = {"code": first.code, "one": first.parent, "two": second.parent, "day": day}
    if first.parent != second.parent:
        return _("%(code)s stands under two parents, %(one)s and %(two)s, on %(day)s.") % both
    return _("Two rows of %(code)s are both in force on %(day)s.") % both


def _later(first: DivisionRow, second: DivisionRow) -> DivisionRow:
    """The row to complain about: the new one, or of two new ones the one further down."""
    return max(first, second, key=lambda row: (row.line > 0, row.file, row.line))


def _two_parents(world: World) -> list[Problem]:
    """One town must not stand under two parents after a reform, under its old code and its new one.

    Codes differ then, so names decide, and only between districts that follow one another or come from the
    same district: everywhere else two towns may well bear one name.
    """
    kin = _kin(world)
    towns: dict[str, list[DivisionRow]] = defaultdict(list)
    for row in world:
        if row.level == "township":
            towns[row.name].append(row)
    problems = []
    for rows in towns.values():
        for first, second in combinations(rows, 2):
            related = first.parent == second.parent or second.parent in kin[first.parent]
            if related and first.code != second.code and first.overlaps(second):
                reason = _("%(name)s stands twice on %(day)s: %(first)s under %(one)s, %(second)s under %(two)s.")
                names = {"name": first.name, "first": first.code, "second": second.code}
                names |= {"one": first.parent, "two": second.parent}
                names |= {"day": str(max(first.valid_from, second.valid_from))}
                problems.append(_later(first, second).problem(reason % names))
    return problems


def _kin(world: World) -> dict[str, set[str]]:
    """For each district the districts that share its territory in time: before it, after it, beside it."""
    kin: dict[str, set[str]] = defaultdict(set)
    for row in world:
        if row.level == "district" and row.successors:
            family = {row.code} | {code for code, _share in row.successors}
            for code in family:
                kin[code] |= family - {code}
    return kin
