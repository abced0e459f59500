"""Who may do what with loans."""

from __future__ import annotations

from exchange.accounts.models import Role, User
from loans.origination.policies import acts_for
from loans.servicing.models import Loan


def may_service(user: User, loan: Loan) -> bool:
    """Say whether the person books repayments and releases for this loan: an officer of its bank for its place."""
    return acts_for(user, loan.bank, loan.division, Role.BANKER)


def borrowed(user: User, loan: Loan) -> bool:
    """Say whether the loan is the person's own, or that of an organisation he acts for."""
    if loan.borrower_user_id is not None and loan.borrower_user_id == user.pk:
        return True
    own = {m.organisation_id for m in user.roles if m.organisation_id}
    return loan.borrower_organisation_id is not None and loan.borrower_organisation_id in own


def may_view(user: User, loan: Loan) -> bool:
    """Say whether the person may see the loan: the borrower, and the loan's own bank."""
    return borrowed(user, loan) or acts_for(user, loan.bank, loan.division)
