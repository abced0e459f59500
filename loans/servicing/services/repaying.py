"""Money that comes back: row by row as it falls due, or all at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from exchange.accounts.models import User
from exchange.clock import legal_day
from exchange.errors import Refused, WrongState, require
from exchange.journal.repeats import repeatable
from exchange.journal.services import record
from exchange.money import group_thousands
from exchange.states import move
from loans.origination.services.deciding import OFFICERS_ONLY
from loans.servicing import policies
from loans.servicing.engine.rules import allocate
from loans.servicing.models import Loan, Repayment, ScheduleRow
from loans.servicing.selectors.loans import payable_rows, payoff, rows_of
from loans.servicing.services.posting import post_principal
from loans.servicing.services.recording import repayment


@repeatable
@transaction.atomic
def book_repayment(*, loan_id: str, amount_fen: int, by: User, request_key: str = "") -> Repayment:
    """Book a repayment (还款) of today: up to what is due with the next row, or exactly what settles the loan.

    Interest goes before principal, row by row. Any other amount is refused with both figures.
    """
    loan = Loan.objects.lock(pk=loan_id)
    require(policies.may_service(by, loan), OFFICERS_ONLY)
    if not loan.is_serviced_here:
        raise Refused(_("This loan was brought in from the bank's own books and is repaid there."), "elsewhere")
    if loan.state != Loan.State.ACTIVE:
        raise WrongState(_("This loan is settled. Nothing more is owed."))
    today = legal_day()
    principal_fen, interest_fen = _apply(loan, amount_fen, today)
    row = Repayment.objects.create(
        loan=loan,
        amount_fen=amount_fen,
        principal_fen=principal_fen,
        interest_fen=interest_fen,
        on_day=today,
        by=by,
    )
    _reduce(loan, row, by)
    record("loan.repaid", by=by, **repayment(loan, today, principal_fen, interest_fen))
    return row


def _apply(loan: Loan, amount_fen: int, today: date) -> tuple[int, int]:
    """Mark rows as paid; return the parts of principal and interest."""
    settling = payoff(loan, today)
    payable = payable_rows(loan, today)
    due_fen = sum(row.open_fen for row in payable)
    if amount_fen == settling.amount_fen:
        return _settle(list(rows_of(loan)), settling.interest_fen)
    if not 0 < amount_fen <= due_fen:
        raise Refused(
            _(
                "Up to the next due date %(due)s yuan are owed, and %(payoff)s yuan settle the whole loan today. "
                "Enter at most the first amount, or exactly the second."
            )
            % {"due": group_thousands(due_fen), "payoff": group_thousands(settling.amount_fen)},
            "bad_amount",
            "amount_fen",
        )
    return _spread(payable, amount_fen)


def _spread(rows: Sequence[ScheduleRow], amount_fen: int) -> tuple[int, int]:
    due = {}
    for row in rows:
        due[f"{row.n}.interest"] = row.interest_fen - row.paid_interest_fen
        due[f"{row.n}.principal"] = row.principal_fen - row.paid_principal_fen
    applied, left_fen = allocate(amount_fen, due, list(due))
    assert left_fen == 0, "more was taken than is due"
    return _mark(rows, applied)


def _settle(rows: Sequence[ScheduleRow], interest_fen: int) -> tuple[int, int]:
    principal = {f"{row.n}.principal": row.principal_fen - row.paid_principal_fen for row in rows}
    interest = {f"{row.n}.interest": row.interest_fen - row.paid_interest_fen for row in rows}
    applied, _left = allocate(interest_fen, interest, list(interest))
    return _mark(rows, {**applied, **principal})


def _mark(rows: Sequence[ScheduleRow], applied: dict[str, int]) -> tuple[int, int]:
    for row in rows:
        row.paid_interest_fen += applied[f"{row.n}.interest"]
        row.paid_principal_fen += applied[f"{row.n}.principal"]
    ScheduleRow.objects.bulk_update(rows, ["paid_interest_fen", "paid_principal_fen"])
    interest_fen = sum(part for name, part in applied.items() if name.endswith(".interest"))
    return sum(applied.values()) - interest_fen, interest_fen


def _reduce(loan: Loan, row: Repayment, by: User) -> None:
    """Take the principal off the loan and off its account in the ledger; settle the loan when nothing is left."""
    if row.principal_fen:
        post_principal(loan=loan, owed_fen=-row.principal_fen, kind="loan.repaid", request_key=f"repay:{row.pk}", by=by)
    balance_fen = loan.balance_fen - row.principal_fen
    if balance_fen == 0:
        move(loan, Loan.State.SETTLED, balance_fen=0, repaid_on=row.on_day)
    else:
        loan.balance_fen, loan.repaid_on = balance_fen, row.on_day
        loan.save(update_fields=["balance_fen", "repaid_on"])
