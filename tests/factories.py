"""The small world of the tests: a few divisions with their real codes, and the cast in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from exchange.accounts.models import Division, Level, Role, User
from exchange.accounts.services import create_user, grant_role

PASSWORD = "terraces-in-the-fog-27"
BEGAN = date(1997, 6, 18)


@dataclass(frozen=True)
class Divisions:
    """The city, and in each of two districts one township with one village."""

    city: Division
    nanchuan: Division
    shixi: Division
    wuxing: Division
    liangping: Division
    liangshan: Division
    nanhua: Division


def make_division(code: str, name: str, level: str, parent: Division | None) -> Division:
    """Make a division that has been in force all along."""
    path = f"{parent.path if parent else ''}{code}/"
    return Division.objects.create(code=code, name=name, level=level, parent=parent, path=path, valid_from=BEGAN)


def make_divisions() -> Divisions:
    """Make Chongqing with Nanchuan > Shixi > Wuxing and Liangping > one township > one village."""
    city = make_division("500000", "重庆市", Level.CITY, None)
    nanchuan = make_division("500119", "南川区", Level.DISTRICT, city)
    shixi = make_division("500119118", "石溪镇", Level.TOWNSHIP, nanchuan)
    wuxing = make_division("500119118203", "五星村", Level.VILLAGE, shixi)
    liangping = make_division("500155", "梁平区", Level.DISTRICT, city)
    liangshan = make_division("500155001", "梁山街道", Level.TOWNSHIP, liangping)
    nanhua = make_division("500155001001", "南华社区", Level.VILLAGE, liangshan)
    return Divisions(city, nanchuan, shixi, wuxing, liangping, liangshan, nanhua)


def make_user(username: str, role: Role | None = None, division: Division | None = None) -> User:
    """Make a person, with a role at a division if one is named."""
    user = create_user(username=username, password=PASSWORD, full_name=username, by=None)
    if role and division:
        grant_role(user=user, role=role, division=division, by=None)
    return user
