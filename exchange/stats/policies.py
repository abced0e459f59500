"""Who may look at the workings of a place: the dashboard and the rows behind its figures."""

from __future__ import annotations

from exchange.accounts.models import Division, Role, User

READERS = (Role.LEADER, Role.ADMINISTRATOR, Role.AUDITOR, Role.REVIEWER, Role.ORGANISER)


def may_read_dashboard(user: User, division: Division) -> bool:
    """Say whether one of the person's offices reaches the division."""
    return user.is_superuser or any(
        membership.division.covers(division) for membership in user.memberships_as(*READERS)
    )
