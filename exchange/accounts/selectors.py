"""Reads: divisions by date, and rows within a reach."""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable
from datetime import date
from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from exchange.accounts.models import Division, Notice, User
from exchange.clock import legal_day

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


def paths_of_code(code: str) -> list[str]:
    """Return the paths of every division that ever bore `code`, for filters such as `?division=500155`."""
    return list(Division.objects.filter(code=code).values_list("path", flat=True).distinct())


def notices(user: User) -> QuerySet[Notice]:
    """Return the person's notices, newest first."""
    return Notice.objects.filter(user=user).order_by("-id")


def unread_count(user: User) -> int:
    """Return how many notices are unread, counted up to 100."""
    return Notice.objects.filter(user=user, read_at=None)[:100].count()
