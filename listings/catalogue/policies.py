"""Who may do what with a listing."""

from __future__ import annotations

from exchange.accounts.models import Level, Role, User
from listings.catalogue.models import Listing
from listings.registry.models import Right

LEVEL_OF = {
    Listing.State.TOWNSHIP_REVIEW: Level.TOWNSHIP,
    Listing.State.DISTRICT_REVIEW: Level.DISTRICT,
}


def files_for(user: User, listing: Listing) -> bool:
    """Say whether the person is an officer of the collective that owns the listing."""
    return any(m.organisation_id == listing.collective.organisation_id for m in user.memberships_as(Role.FILER))


def may_draft(user: User, right: Right) -> bool:
    """Say whether the person is an officer of the collective that holds the right."""
    return any(
        m.organisation_id is not None and m.organisation_id == right.holder_organisation_id
        for m in user.memberships_as(Role.FILER)
    )


def may_change(user: User, listing: Listing) -> bool:
    """Say whether the person may change the listing now: its collective's officer, while it is a draft or returned."""
    return listing.is_editable and files_for(user, listing)


def reviews_at(user: User, listing: Listing) -> str:
    """Return the level at which the person's role lets him review the listing in its state, "" if none."""
    level = LEVEL_OF.get(Listing.State(listing.state), "")
    return level if level and user.has_role(Role.REVIEWER, listing.division, level) else ""


def may_announce(user: User, listing: Listing) -> bool:
    """Say whether the person is the trade organiser of the listing's district."""
    return user.has_role(Role.ORGANISER, listing.division, Level.DISTRICT)


def may_view(user: User, listing: Listing) -> bool:
    """Say whether the person may see it: the public ones everybody, else filer, reviewers, organiser, auditor."""
    if listing.is_public:
        return True
    if not user.is_authenticated:
        return False
    if files_for(user, listing):
        return True
    seen = listing.submitted_at is not None
    return seen and any(user.has_role(role, listing.division) for role in OFFICES)


OFFICES = (Role.REVIEWER, Role.ORGANISER, Role.AUDITOR)
