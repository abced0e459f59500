"""Who may publish rules and import calendars."""

from __future__ import annotations

from exchange.accounts.models import Division, Level, Role, User


def may_publish(user: User, division: Division) -> bool:
    """Say whether the person is a rule administrator whose reach holds the division."""
    return user.is_superuser or user.has_role(Role.ADMINISTRATOR, division)


def may_import_years(user: User) -> bool:
    """Say whether the person is a rule administrator of the whole city."""
    return user.is_superuser or user.has_role(Role.ADMINISTRATOR, level=Level.CITY)
