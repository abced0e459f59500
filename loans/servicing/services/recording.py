"""What the journal says about a loan, as the arguments of `record`."""

from __future__ import annotations

from datetime import date
from typing import Any

from loans.servicing.models import Loan


def disbursement(loan: Loan) -> dict[str, Any]:
    """Return what `loan.disbursed` says: the principal on the day of the payout."""
    data = {"product": loan.product_name}
    return _fact(loan, loan.disbursed_on, loan.principal_fen, data)


def repayment(loan: Loan, day: date, principal_fen: int, interest_fen: int | None) -> dict[str, Any]:
    """Return what `loan.repaid` says: the amount is the part of principal; interest None when not known."""
    return _fact(loan, day, principal_fen, {"interest_fen": interest_fen})


def _fact(loan: Loan, day: date, amount_fen: int, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "subject": loan,
        "division": loan.division,
        "day": day,
        "right_kind": loan.right_kind,
        "amount_fen": amount_fen,
        "origin": loan.origin,
        "data": {"secured": loan.secured, "bank": loan.bank_name, **data},
    }
