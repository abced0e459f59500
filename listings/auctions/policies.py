"""Who may do what around a hall."""

from __future__ import annotations

from exchange.accounts.models import Role, User
from listings.auctions.models import Auction, Registration

# Who works for the market does not buy on it (Auction Law 22, 30): every role of an office.
OFFICE_ROLES = (
    Role.REVIEWER,
    Role.ORGANISER,
    Role.FINANCE,
    Role.LEADER,
    Role.AUDITOR,
    Role.ADMINISTRATOR,
)


def is_of_seller(user: User, auction: Auction) -> bool:
    """Say whether the person acts for, or belongs to, the organisation that sells."""
    seller = auction.listing.collective.organisation_id
    return any(m.organisation_id == seller for m in user.roles)


def is_of_office(user: User, auction: Auction) -> bool:
    """Say whether the person has an office at the listing's place or anywhere above it."""
    return any(user.has_role(role, auction.division) for role in OFFICE_ROLES)


def may_register(user: User, auction: Auction) -> bool:
    """Say whether the person may register for the hall: anybody active but the seller's side and the office."""
    return user.is_active and not is_of_seller(user, auction) and not is_of_office(user, auction)


def may_act_for(user: User, organisation_id: object) -> bool:
    """Say whether the person represents the company."""
    return any(str(m.organisation_id) == str(organisation_id) for m in user.memberships_as(Role.AGENT))


def may_withdraw(user: User, registration: Registration) -> bool:
    """Say whether the registration is the person's own."""
    return registration.user_id == user.pk


def may_pay_deposits(user: User, auction: Auction) -> bool:
    """Say whether the person is a finance clerk for the auction's place."""
    return user.has_role(Role.FINANCE, auction.division)
