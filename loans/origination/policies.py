"""Who may do what with products, applications and mortgages."""

from __future__ import annotations

from exchange.accounts.models import Division, Organisation, Role, User
from listings.registry.models import Right
from loans.origination.models import Application

BANK_ROLES = (Role.BANKER, Role.APPROVER)


def acts_for(user: User, bank: Organisation | None, division: Division, *roles: str) -> bool:
    """Say whether the person has one of `roles` (any of a bank's) for this bank at a place that reaches `division`."""
    return bank is not None and any(
        m.organisation_id == bank.pk and m.division.covers(division)
        for m in user.memberships_as(*(roles or BANK_ROLES))
    )


def holds(user: User, right: Right) -> bool:
    """Say whether the person holds the right, himself or through an organisation he acts for."""
    if right.holder_user_id is not None:
        return right.holder_user_id == user.pk
    return right.holder_organisation_id in {m.organisation_id for m in user.roles if m.organisation_id}


def may_value(user: User, application: Application) -> bool:
    """Say whether the person prepares this loan: an officer of the product's bank for this place."""
    return acts_for(user, application.product.bank, application.division, Role.BANKER)


def may_decide(user: User, application: Application) -> bool:
    """Say whether the person decides on this loan: an approver of the product's bank for this place."""
    return acts_for(user, application.product.bank, application.division, Role.APPROVER)


def applies(user: User, application: Application) -> bool:
    """Say whether it is the person's own application, or that of an organisation he acts for."""
    if application.applicant_id == user.pk:
        return True
    own = {m.organisation_id for m in user.roles if m.organisation_id}
    return application.applicant_organisation_id is not None and application.applicant_organisation_id in own


def may_view(user: User, application: Application) -> bool:
    """Say whether the person may see the application: the borrower, and the product's own bank."""
    return applies(user, application) or acts_for(user, application.product.bank, application.division)
