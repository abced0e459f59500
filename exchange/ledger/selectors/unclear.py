"""Money that belongs to nobody yet: what a person sees of it, and who is asked about it."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from exchange.accounts.models import Division, Level, Role, User
from exchange.accounts.selectors import ancestors, within
from exchange.clock import legal_day
from exchange.ledger.models import UnclearMoney

OPEN = (UnclearMoney.State.WAITING, UnclearMoney.State.PROPOSED, UnclearMoney.State.FAILED)


def visible_unclear(user: User) -> QuerySet[UnclearMoney]:
    """Return the money that a finance clerk or auditor sees: that of his places; the city also that of no place."""
    seen = within(user.reach(Role.FINANCE, Role.AUDITOR))
    if any(user.has_role(role, level=Level.CITY) for role in (Role.FINANCE, Role.AUDITOR)):
        seen |= Q(division=None)
    linked = ("line__sub_account", "account", "division", "proposed_by", "confirmed_by", "order")
    return UnclearMoney.objects.filter(seen).select_related(*linked)


def clerks(division: Division | None) -> QuerySet[User]:
    """Return the active finance clerks for a place, those above it included; of the city for money of no place."""
    today = legal_day()
    if division is None:
        seats = Q(memberships__division__level=Level.CITY)
    else:
        seats = Q(memberships__division__in=[unit.pk for unit in ancestors(division)])
    in_force = Q(memberships__valid_to=None) | Q(memberships__valid_to__gt=today)
    held = Q(memberships__role=Role.FINANCE, memberships__valid_from__lte=today)
    return User.objects.filter(seats & in_force & held, is_active=True).distinct().order_by("pk")
