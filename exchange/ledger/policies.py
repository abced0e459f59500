"""Who decides over money that belongs to nobody yet."""

from __future__ import annotations

from exchange.accounts.models import Level, Role, User
from exchange.ledger.models import UnclearMoney


def _holds(user: User, role: str, row: UnclearMoney) -> bool:
    """Say whether the person has the role at the money's place; money of no place is the city's."""
    return user.has_role(role, row.division) if row.division else user.has_role(role, level=Level.CITY)


def may_view_unclear(user: User, row: UnclearMoney) -> bool:
    """Say whether the person is a finance clerk or auditor for the money's place."""
    return may_decide_unclear(user, row) or _holds(user, Role.AUDITOR, row)


def may_decide_unclear(user: User, row: UnclearMoney) -> bool:
    """Say whether the person is a finance clerk for the money's place; who proposes does not confirm."""
    return _holds(user, Role.FINANCE, row)
