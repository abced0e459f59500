"""Reads: the rule for one right in one place on one day. The local rule wins over the general one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet

from exchange.accounts.models import Division
from exchange.accounts.selectors import within
from exchange.calendar import Period, Unit, known_years
from exchange.clock import legal_day
from exchange.rulebook.keys import Key
from exchange.rulebook.models import RightKind, RuleSet, RuleValue, WorkYear

STANDARD = RuleSet.Code.STANDARD.value


@dataclass(frozen=True, slots=True)
class Rule:
    """One parameter as it applies: its value, and the set and version that it comes from."""

    key: str
    value: Any
    unit: str
    source: str
    evidence: str
    note: str
    code: str
    version: int
    division: str

    @property
    def period(self) -> Period:
        """The value as a legal period; `ValueError` if its unit is none of time."""
        return Period(self.value, Unit(self.unit))


def rule(key: str, *, right_kind: str, division: Division, day: date | None = None, code: str = STANDARD) -> Rule:
    """Return the parameter `key` for a kind of right in a division on a legal `day` (today).

    A value of the set `code` goes before the standard one, a nearer division before one above it, a value for
    the kind before one for all kinds. One query. Raises `LookupError` when no set in force gives the key.
    """
    found = _best(_candidates(right_kind, division, day, code).filter(key=key))
    if key not in found:
        raise LookupError(f"no rule {key!r} for {right_kind} in {division.code} ({code})")
    return found[key]


def period(key: str, *, right_kind: str, division: Division, day: date | None = None, code: str = STANDARD) -> Period:
    """Return the parameter `key` as a period: a number and a unit of the calendar or the clock."""
    return rule(key, right_kind=right_kind, division=division, day=day, code=code).period


def snapshot(
    *, right_kind: str, division: Division, day: date | None = None, code: str = STANDARD
) -> dict[str, dict[str, Any]]:
    """Return every parameter that applies, as JSON, to be frozen into an announcement. One query.

    `{key: {"value", "unit", "source", "evidence", "note", "code", "version", "division"}}`
    """
    names = ("value", "unit", "source", "evidence", "note", "code", "version", "division")
    found = _best(_candidates(right_kind, division, day, code))
    return {key: {name: getattr(found[key], name) for name in names} for key in Key.values if key in found}


def rule_sets(day: date | None = None, *, division: str = "", code: str = "") -> QuerySet[RuleSet]:
    """Return the sets in force on `day` (today), general ones first, with their values; public.

    `division` is a code: then those of the division, of all above it and of all below it.
    """
    sets = RuleSet.objects.filter(_in_force(day)).select_related("division", "right_kind")
    if code:
        sets = sets.filter(code=code)
    if division:
        paths = list(Division.objects.filter(code=division).values_list("path", flat=True).distinct())
        above = [prefix for path in paths for prefix in _prefixes(path)]
        sets = sets.filter(Q(division__path__in=above) | within(paths))
    return sets.order_by("-code", "division__path", F("right_kind_id").asc(nulls_first=True)).prefetch_related("values")


def right_kinds() -> QuerySet[RightKind]:
    """Return all kinds of rights, by category."""
    return RightKind.objects.order_by("category", "code")


def missing_years() -> set[int]:
    """Return the years that were taken in, but whose calendar files this machine does not have (yet)."""
    return set(WorkYear.objects.values_list("year", flat=True)) - set(known_years())


def _in_force(day: date | None, field: str = "") -> Q:
    when = day or legal_day()
    begun = Q(**{f"{field}valid_from__lte": when})
    return begun & (Q(**{f"{field}valid_to": None}) | Q(**{f"{field}valid_to__gt": when}))


def _prefixes(path: str) -> list[str]:
    parts = path.rstrip("/").split("/")
    return ["/".join(parts[: n + 1]) + "/" for n in range(len(parts))]


def _candidates(right_kind: str, division: Division, day: date | None, code: str) -> QuerySet[RuleValue]:
    return RuleValue.objects.filter(
        _in_force(day, "rule_set__"),
        Q(rule_set__right_kind=right_kind) | Q(rule_set__right_kind=None),
        rule_set__division__path__in=_prefixes(division.path),
        rule_set__code__in={code, STANDARD},
    ).select_related("rule_set__division")


def _rank(value: RuleValue) -> tuple[Any, ...]:
    its = value.rule_set
    return (its.code != STANDARD, len(its.division.path), its.right_kind_id is not None, its.valid_from, its.version)


def _best(values: QuerySet[RuleValue]) -> dict[str, Rule]:
    return {
        value.key: Rule(
            key=value.key,
            **value.plain,
            code=value.rule_set.code,
            version=value.rule_set.version,
            division=value.rule_set.division.code,
        )
        for value in sorted(values, key=_rank)
    }
