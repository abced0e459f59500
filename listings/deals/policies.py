"""Who may do what with a deal."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser

from exchange.accounts.models import Level, Role, User
from listings.deals.models import Deal

OFFICES = (Role.REVIEWER, Role.ORGANISER, Role.FINANCE, Role.AUDITOR)
Reader = User | AnonymousUser


def is_lessor(user: Reader, deal: Deal) -> bool:
    """Say whether the person is an officer of the collective that leases."""
    if not isinstance(user, User) or deal.lessor_organisation_id is None:
        return False
    return any(m.organisation_id == deal.lessor_organisation_id for m in user.memberships_as(Role.FILER))


def is_lessee(user: Reader, deal: Deal) -> bool:
    """Say whether the person takes the right himself, or represents the company that does."""
    if not isinstance(user, User):
        return False
    if deal.lessee_organisation_id is None:
        return deal.lessee_user_id == user.pk
    return any(m.organisation_id == deal.lessee_organisation_id for m in user.memberships_as(Role.AGENT))


def is_party(user: Reader, deal: Deal) -> bool:
    """Say whether the person acts for one of the two sides."""
    return is_lessor(user, deal) or is_lessee(user, deal)


def of_office(user: Reader, deal: Deal) -> bool:
    """Say whether the person has an office that reaches the deal's place."""
    return isinstance(user, User) and any(user.has_role(role, deal.division) for role in OFFICES)


def may_see_payouts(user: Reader, deal: Deal) -> bool:
    """Say whether the person sees how the rent goes on to the collective: its officers and the offices above."""
    return is_lessor(user, deal) or of_office(user, deal)


def may_view(user: Reader, deal: Deal) -> bool:
    """Say whether the person may see the deal: everybody a published one, parties and offices one broken off too."""
    return deal.state not in Deal.BROKEN_OFF or may_see_names(user, deal)


def may_see_names(user: Reader, deal: Deal) -> bool:
    """Say whether the person reads the names of natural persons, the contract and the sheets in full."""
    return is_party(user, deal) or of_office(user, deal)


def manages(user: Reader, deal: Deal) -> bool:
    """Say whether the person is the trade organiser of the deal's district."""
    return isinstance(user, User) and user.has_role(Role.ORGANISER, deal.division, Level.DISTRICT)
