"""Sums over cells: the folded table plus what is not folded yet, in one statement and so at one moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from exchange.accounts.models import Division
from exchange.clock import legal_now
from exchange.journal.models import Origin
from exchange.stats.cells import COLUMNS, NOT_FOLDED, cells_of

COUNTED = (Origin.PLATFORM.value, Origin.IMPORTED.value)
EVERY_ORIGIN = tuple(Origin.values)


@dataclass(frozen=True, slots=True)
class Scope:
    """What to count: divisions with all below them (None: everywhere), days, a kind of right, origins.

    `first` and `last` are legal days, both counted. Simulated facts stay out unless asked for.
    """

    paths: tuple[str, ...] | None = None
    first: date | None = None
    last: date | None = None
    right_kind: str = ""
    origins: tuple[str, ...] = COUNTED


@dataclass(frozen=True, slots=True)
class Total:
    """The sum of some cells: `key` holds the values of the dimensions asked for, money in fen, area in m²."""

    measure: str
    key: tuple[Any, ...]
    count: int
    amount_fen: int
    area_m2: Decimal


DIMENSIONS = {
    "day": "c.day",
    "month": "date_trunc('month', c.day)::date",
    "year": "extract(year FROM c.day)::int",
    "right_kind": "c.right_kind",
    "origin": "c.origin",
    "part": "c.part",
    **{
        # The division of that level that the cell's division is or lies in; null for what lies above it.
        level: f"CASE WHEN d.path LIKE '{'%%/' * depth}%%' "
        f"THEN array_to_string((string_to_array(d.path, '/'))[1:{depth}], '/') || '/' END"
        for depth, level in enumerate(("city", "district", "township", "village"), start=1)
    },
}


def totals(measures: Iterable[str], scope: Scope, by: tuple[str, ...] = ()) -> list[Total]:
    """Return the sums of `measures` in `scope`, split `by` dimensions (keys of `DIMENSIONS`); one query.

    Levels give the path of the division. A measure of which nothing happened has no row.
    """
    split = [DIMENSIONS[name] for name in by]
    unfolded, parameters = cells_of(NOT_FOLDED)
    where, values = _where(scope)
    keys = ", ".join([*split, ""])
    sql = f"""
        SELECT c.measure, {keys} sum(c.count)::bigint, sum(c.amount_fen)::bigint, sum(c.area_m2)
        FROM (SELECT {COLUMNS} FROM stats_figure UNION ALL ({unfolded})) c
        LEFT JOIN accounts_division d ON d.id = c.division_id
        WHERE c.measure = ANY(%s) AND {where}
        GROUP BY {", ".join(str(n + 1) for n in range(len(by) + 1))}
        ORDER BY {", ".join(str(n + 1) for n in range(len(by) + 1))}
    """  # noqa: S608 - only our own constants are written into it
    with connection.cursor() as cursor:
        cursor.execute(sql, [*parameters, list(measures), *values])
        return [Total(row[0], tuple(row[1:-3]), *row[-3:]) for row in cursor.fetchall()]


def _where(scope: Scope) -> tuple[str, list[Any]]:
    terms: list[tuple[str, Any]] = [("c.origin = ANY(%s)", list(scope.origins))]
    if scope.paths is not None:
        terms.append(("d.path LIKE ANY(%s)", [f"{path}%" for path in scope.paths]))
    if scope.first:
        terms.append(("c.day >= %s", scope.first))
    if scope.last:
        terms.append(("c.day <= %s", scope.last))
    if scope.right_kind:
        terms.append(("c.right_kind = %s", scope.right_kind))
    return " AND ".join(term for term, _ in terms), [value for _, value in terms]


class Totals:
    """Totals split `by` some dimensions, summed over those that a question leaves open."""

    def __init__(self, found: Iterable[Total], by: tuple[str, ...]) -> None:
        self._found, self._by = list(found), by

    def of(self, measure: str, **fixed: Any) -> Total:
        """Return the total of `measure` where the dimensions in `fixed` have these values; zeros for none."""
        wanted = [(self._by.index(name), value) for name, value in fixed.items()]
        return added(
            total
            for total in self._found
            if total.measure == measure and all(total.key[place] == value for place, value in wanted)
        )

    def split(self, measure: str, name: str) -> dict[Any, Total]:
        """Return the totals of `measure` by the values of one dimension."""
        place = self._by.index(name)
        values = dict.fromkeys(total.key[place] for total in self._found if total.measure == measure)
        return {value: self.of(measure, **{name: value}) for value in values}


def added(found: Iterable[Total]) -> Total:
    """Return the sum of totals."""
    count, amount, area = 0, 0, Decimal("0.00")
    for total in found:
        count, amount, area = count + total.count, amount + total.amount_fen, area + total.area_m2
    return Total("", (), count, amount, area)


def summed(measures: Iterable[str], scope: Scope, by: tuple[str, ...] = ()) -> Totals:
    """Return `totals` ready for questions; one query."""
    return Totals(totals(measures, scope, by), by)


SUMMED = (
    "deal",
    "deal_rent",
    "listing_submitted",
    "listing_approved",
    "listing_announced",
    "listing_failed",
    "listing_withdrawn",
    "attestation",
    "certificate",
    "loan_disbursed",
    "loan_secured",
    "loan_credit",
    "loan_repaid",
    "mortgage",
)


@dataclass(frozen=True, slots=True)
class Summary:
    """All totals of a place at the legal time `as_of`, split by origin."""

    division: str | None
    as_of: datetime
    totals: Totals

    def over(self, measure: str) -> Total:
        """Return the total of `measure`, imported facts among it."""
        return self.totals.of(measure)

    def imported(self, measure: str) -> Total:
        """Return the part of `measure` that came in with an exchange's past."""
        return self.totals.of(measure, origin=Origin.IMPORTED.value)


def summary(division: str | None = None, *, simulated: bool = False) -> Summary:
    """Return what happened in a division (code; None: everywhere) so far.

    Simulated facts are left out unless asked for. Raises `Division.DoesNotExist` for a code that never was.
    """
    scope = Scope(paths=scope_of(division), origins=EVERY_ORIGIN if simulated else COUNTED)
    return Summary(division, legal_now(), summed(SUMMED, scope, ("origin",)))


def scope_of(division: str | None) -> tuple[str, ...] | None:
    """Return the paths of every division that ever bore the code, None for None.

    Raises `Division.DoesNotExist` for a code that never was.
    """
    if division is None:
        return None
    paths = tuple(Division.objects.filter(code=division).values_list("path", flat=True).distinct())
    if not paths:
        raise Division.DoesNotExist(f"no division ever bore the code {division!r}")
    return paths
