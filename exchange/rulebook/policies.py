"""Who may publish rules."""

from __future__ import annotations

from exchange.accounts.models import Division, Role, User


def may_publish(user: User, division: Division) -> bool:
    """Say whether the person is a rule administrator whose reach holds the division."""
    return user.is_superuser or user.has_role(Role.ADMINISTRATOR, division)
