"""Places: which one a dashboard shows, and what the divisions in it are called."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.core import signing
from django.db.models import Q, QuerySet

from exchange.accounts.models import Division, Level, User
from exchange.accounts.selectors import divisions_at
from exchange.stats.policies import READERS

WALL_SALT = "exchange.stats.wall"
WALL_LASTS_S = 400 * 24 * 3600
LEVELS = [level.value for level in Level]


@dataclass(frozen=True, slots=True)
class Place:
    """A division by name, for a row of a table or a map."""

    code: str
    name: str
    path: str


def visible_divisions(user: User | AnonymousUser, day: date | None = None) -> QuerySet[Division]:
    """Return the divisions in force on `day` (today) whose dashboard the person may read; none for strangers."""
    found = divisions_at(day)
    if not isinstance(user, User):
        return found.none()
    if user.is_superuser:
        return found
    reach = user.reach(*READERS)
    terms = Q(pk__in=[])
    for path in reach:
        terms |= Q(path__startswith=path)
    return found.filter(terms)


def widest(user: User | AnonymousUser) -> Division | None:
    """Return the highest division whose dashboard the person may read, None when there is none."""
    if not isinstance(user, User):
        return None
    if user.is_superuser:
        return visible_divisions(user).order_by("path").first()
    held = [membership.division for membership in user.memberships_as(*READERS)]
    return min(held, key=lambda division: (len(division.path), division.path), default=None)


def level_below(level: str) -> str:
    """Return the level under `level`; a village has none, so it is its own."""
    return LEVELS[min(LEVELS.index(level) + 1, len(LEVELS) - 1)]


def places(paths: Iterable[str], *, under: Division | None = None) -> dict[str, Place]:
    """Return the places of `paths`, and all in force one level `under` a division, by path; one query.

    Where a path had several names in time, the newest counts.
    """
    wanted = Q(path__in=list(paths))
    if under is not None and under.level != Level.VILLAGE:
        wanted |= Q(path__startswith=under.path, level=level_below(under.level), valid_to=None)
    rows = Division.objects.filter(wanted).order_by("valid_from").values_list("code", "name", "path")
    return {path: Place(code, name, path) for code, name, path in rows}


def wall_token(division: Division) -> str:
    """Return the signed token of a division's wall: it opens nothing else, and ends after 400 days."""
    return signing.dumps(division.code, salt=WALL_SALT)


def division_of_wall(token: str) -> QuerySet[Division]:
    """Return the division whose wall a token opens: one row, or none for a forged or outlived token."""
    try:
        code = signing.loads(token, salt=WALL_SALT, max_age=WALL_LASTS_S)
    except signing.BadSignature:
        return Division.objects.none()
    return divisions_at().filter(code=code)
