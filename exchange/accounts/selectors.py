"""Reads: divisions by date, and rows within a reach."""

from __future__ import annotations

import functools
import operator
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from exchange.accounts.divisions.rows import DivisionRow
from exchange.accounts.models import Division, Notice, Succession, User
from exchange.clock import legal_day
from exchange.csvfiles import Problem

M = TypeVar("M", bound=Model)


def division_at(code: str, day: date | None = None) -> Division:
    """Return the division that bears `code` on `day` (today); `Division.DoesNotExist` if none does."""
    when = day or legal_day()
    in_force = Q(valid_from__lte=when) & (Q(valid_to=None) | Q(valid_to__gt=when))
    return Division.objects.get(in_force, code=code)


def divisions_at(day: date | None = None, level: str = "") -> QuerySet[Division]:
    """Return all divisions in force on `day` (today), of one level if given, in the order of their codes."""
    when = day or legal_day()
    found = Division.objects.filter(Q(valid_to=None) | Q(valid_to__gt=when), valid_from__lte=when)
    return (found.filter(level=level) if level else found).order_by("code")


def ancestors(division: Division) -> list[Division]:
    """Return the division and those above it, nearest first."""
    chain: list[Division] = []
    here: Division | None = division
    while here is not None:
        chain.append(here)
        here = here.parent
    return chain


def within(paths: Iterable[str], field: str = "division") -> Q:
    """Return the condition that the row's division (`field`) is one of `paths` or below one; none: no row."""
    terms = [Q(**{f"{field}__path__startswith": path}) for path in paths]
    return functools.reduce(operator.or_, terms, Q(pk__in=[]))


def holders(role: str, division: Division, level: str) -> QuerySet[User]:
    """Return the active people who hold `role` today at the unit of `level` to which the division belongs."""
    today = legal_day()
    seats = [unit.pk for unit in ancestors(division) if unit.level == level]
    in_force = Q(memberships__valid_to=None) | Q(memberships__valid_to__gt=today)
    held = Q(memberships__role=role, memberships__division__in=seats, memberships__valid_from__lte=today)
    return User.objects.filter(held & in_force, is_active=True).distinct().order_by("pk")


def paths_of_code(code: str) -> list[str]:
    """Return the paths of every division that ever bore `code`, for filters such as `?division=500155`."""
    return list(Division.objects.filter(code=code).values_list("path", flat=True).distinct())


def notices(user: User) -> QuerySet[Notice]:
    """Return the person's notices, newest first."""
    return Notice.objects.filter(user=user).order_by("-id")


def unread_count(user: User) -> int:
    """Return how many notices are unread, counted up to 100."""
    return Notice.objects.filter(user=user, read_at=None)[:100].count()


def units_by_code(codes: Iterable[str]) -> dict[str, list[Division]]:
    """Return the units that ever bore one of `codes`, by code, the oldest first."""
    units: dict[str, list[Division]] = defaultdict(list)
    for unit in Division.objects.filter(code__in=set(codes)).order_by("code", "valid_from"):
        units[unit.code].append(unit)
    return units


def places(wanted: Sequence[tuple[int, str, date]], file: str) -> tuple[dict[int, Division], list[Problem]]:
    """Return by line the division of each (line, code, day) of a file, in force on that day; and what is wrong."""
    units = units_by_code(code for _line, code, _day in wanted)
    found: dict[int, Division] = {}
    problems = []
    for line, code, day in wanted:
        bearers = units.get(code, [])
        unit = next((unit for unit in bearers if unit.is_in_force(day)), None)
        if unit is None:
            problems.append(Problem(file, line, _no_place(code, day, bearers)))
        else:
            found[line] = unit
    return found, problems


def _no_place(code: str, day: date, bearers: list[Division]) -> str:
    if not bearers:
        return _("No division bears the code “%(code)s”.") % {"code": code[:20]}
    spans = "; ".join(f"{unit.name} {unit.valid_from}…{unit.valid_to or ''}" for unit in bearers)
    return _("The code %(code)s was not in force on %(day)s; it stands for: %(spans)s.") % {
        "code": code,
        "day": day,
        "spans": spans,
    }


def recorded_rows(provinces: set[str]) -> dict[tuple[str, date], DivisionRow]:
    """Return every division whose code begins with one of `provinces` (2 digits) as the row of a file.

    The importer compares these with the rows that it reads; the key is code and first day.
    """
    units = list(Division.objects.filter(_beginning("code", provinces)).select_related("parent"))
    successors: dict[int, list[tuple[str, int | None]]] = defaultdict(list)
    links = Succession.objects.filter(_beginning("ended__code", provinces)).order_by("successor__code")
    for ended, code, share in links.values_list("ended_id", "successor__code", "share_bp"):
        successors[ended].append((code, share))
    rows = (
        DivisionRow(
            code=unit.code,
            name=unit.name,
            level=unit.level,
            parent=unit.parent.code if unit.parent else "",
            valid_from=unit.valid_from,
            valid_to=unit.valid_to,
            successors=tuple(successors[unit.pk]),
            source=unit.source,
        )
        for unit in units
    )
    return {row.key: row for row in rows}


def _beginning(field: str, provinces: set[str]) -> Q:
    terms = (Q(**{f"{field}__startswith": two}) for two in provinces)
    return functools.reduce(operator.or_, terms, Q(pk__in=[]))
