"""Who may do what with rights."""

from __future__ import annotations

from exchange.accounts.models import Division, Role, User
from listings.registry.models import Collective, Right


def may_enter_land(user: User, division: Division) -> bool:
    """Say whether the person files for an organisation that has its seat in this very division."""
    return any(m.organisation and m.organisation.division_id == division.pk for m in user.memberships_as(Role.FILER))


def files_for(user: User, collective: Collective) -> bool:
    """Say whether the person is an officer of this collective, not of another one in the same place."""
    return any(m.organisation_id == collective.organisation_id for m in user.memberships_as(Role.FILER))


def may_certify(user: User, right: Right) -> bool:
    """Say whether the person enters the registration office's certificates for this division."""
    return user.has_role(Role.ORGANISER, right.division)


def may_view(user: User, right: Right) -> bool:
    """Say whether the person may see the right: its holder, its village's officers, the offices above."""
    if right.holder_user_id == user.pk:
        return True
    if right.holder_organisation_id in {m.organisation_id for m in user.roles if m.organisation_id}:
        return True
    return any(user.has_role(role, right.division) for role in OFFICES)


OFFICES = (Role.FILER, Role.REVIEWER, Role.ORGANISER, Role.AUDITOR)
