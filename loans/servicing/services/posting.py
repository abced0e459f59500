"""A loan in the ledger: what the borrower owes against what the bank has lent."""

from __future__ import annotations

from exchange.accounts.models import Organisation, User
from exchange.ledger.models import Account, Transfer
from exchange.ledger.services.accounts import open_account
from exchange.ledger.services.transfers import transfer
from loans.servicing.models import Loan


def loan_account(loan: Loan) -> Account:
    """Return the account of what is owed on a loan, negative by its balance; opened if it is new."""
    return open_account(
        kind=Account.Kind.LOAN,
        code=f"loan:{loan.pk}",
        name=f"Loan {loan.borrower_name}",
        division=loan.division,
        owner=loan,
        floor_fen=None,
    )


def lender_account(bank: Organisation) -> Account:
    """Return the account of what a bank has lent through the exchange, positive; opened if it is new."""
    return open_account(
        kind=Account.Kind.LOAN,
        code=f"lender:{bank.pk}",
        name=f"Lender {bank.name}",
        division=bank.division,
        owner=bank,
        floor_fen=None,
    )


def post_principal(*, loan: Loan, owed_fen: int, kind: str, request_key: str, by: User) -> Transfer:
    """Book that `owed_fen` more principal is owed on a loan; less when negative. Both accounts stay mirrors."""
    if loan.account is None or loan.bank is None:
        raise ValueError("a loan without an account is not serviced here")
    postings = [(loan.account.pk, -owed_fen), (lender_account(loan.bank).pk, owed_fen)]
    return transfer(kind=kind, postings=postings, request_key=request_key, by=by, memo=loan.borrower_name)
