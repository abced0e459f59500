"""Reads of loans: who sees which, what is due, and what would settle one today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.db.models import Max, Q, QuerySet, Sum

from exchange.accounts.models import User
from exchange.accounts.selectors import paths_of_code, within
from loans.origination.selectors import reach_of_bank
from loans.servicing.models import Loan, Repayment, ScheduleRow
from loans.servicing.plan import planned


def visible_loans(user: User | AnonymousUser) -> QuerySet[Loan]:
    """Return the loans that `policies.may_view` lets the person see."""
    found = Loan.objects.select_related("bank", "division", "application")
    if not isinstance(user, User):
        return found.none()
    return found.filter(own(user) | reach_of_bank(user, "bank"))


def own(user: User) -> Q:
    """Return the condition that a loan is the person's own or that of an organisation he acts for."""
    organisations = [m.organisation_id for m in user.roles if m.organisation_id]
    return Q(borrower_user=user) | Q(borrower_organisation__in=organisations)


def own_loans(user: User) -> QuerySet[Loan]:
    """Return the loans of the person, or of an organisation he acts for; newest first."""
    return Loan.objects.filter(own(user)).select_related("bank", "division").order_by("-pk")


def bank_loans(user: User) -> QuerySet[Loan]:
    """Return the loans of the banks for which the person works, within his reach."""
    return Loan.objects.filter(reach_of_bank(user, "bank")).select_related("bank", "division__parent")


def in_division(found: QuerySet[Loan], code: str) -> QuerySet[Loan]:
    """Narrow loans to the units that ever bore this code, and all below them."""
    return found.filter(within(paths_of_code(code))) if code else found


def rows_of(loan: Loan) -> QuerySet[ScheduleRow]:
    """Return the rows of the newest version of the loan's schedule, in order."""
    version = loan.schedule.aggregate(newest=Max("version"))["newest"] or 0
    return loan.schedule.filter(version=version).order_by("n")


def repayments(loan: Loan) -> QuerySet[Repayment]:
    """Return what has come back, oldest first."""
    return loan.repayments.select_related("by").order_by("pk")


@dataclass(frozen=True, slots=True)
class Payoff:
    """What settles a loan on a day, in fen: the principal still owed and the interest to that day."""

    principal_fen: int
    interest_fen: int

    @property
    def amount_fen(self) -> int:
        """Both together."""
        return self.principal_fen + self.interest_fen


def payoff(loan: Loan, day: date) -> Payoff:
    """Return what settles the loan on `day` (提前结清): all principal, and the schedule's interest to that day.

    Interest counts by the day through the engine, as if the rows so far had been paid when due; interest that
    was paid ahead is taken off but not given back. After the last due date it is what the schedule leaves open;
    interest on arrears is not reckoned here.
    """
    rows = list(rows_of(loan))
    paid_fen = sum(row.paid_interest_fen for row in rows)
    if not rows or day <= loan.disbursed_on:
        interest_fen = 0
    elif day >= rows[-1].due_on:
        interest_fen = sum(row.interest_fen for row in rows)
    else:
        interest_fen = sum(row.interest_fen for row in planned(loan, day).rows)
    return Payoff(loan.balance_fen, max(0, interest_fen - paid_fen))


def payoff_amount(loan: Loan, day: date) -> int:
    """Return in fen what settles the loan on `day`; see `payoff`."""
    return payoff(loan, day).amount_fen


def payable_rows(loan: Loan, day: date) -> list[ScheduleRow]:
    """Return the unpaid rows up to the next due date on `day` or later; none when that one is paid already."""
    until = next((row.due_on for row in rows_of(loan) if row.due_on >= day), date.max)
    return [row for row in _open_rows(loan) if row.due_on <= until]


def overdue_fen(loan: Loan, day: date) -> int:
    """Return what should have been paid before `day` and was not."""
    return sum(row.open_fen for row in _open_rows(loan) if row.due_on < day)


def _open_rows(loan: Loan) -> list[ScheduleRow]:
    """Return the rows of which something is still owed; a loan settled early never pays the interest of later rows."""
    return [] if loan.state == Loan.State.SETTLED else [row for row in rows_of(loan) if row.open_fen]


@dataclass(frozen=True, slots=True)
class Standing:
    """A bank's loans in one state: how many, and the principal still owed, in fen."""

    count: int
    balance_fen: int


def standing(user: User, state: str) -> Standing:
    """Return how many loans in `state` the person's banks have within his reach, and what is owed on them."""
    found = Loan.objects.filter(reach_of_bank(user, "bank"), state=state)
    return Standing(found.count(), found.aggregate(total=Sum("balance_fen"))["total"] or 0)
