"""Accounts that the tests of the ledger play with."""

from __future__ import annotations

from uuid import uuid4

from exchange.ledger.models import Account
from exchange.ledger.services.accounts import bank_account, open_account
from exchange.ledger.services.transfers import transfer


def account(name: str, fen: int = 0, kind: str = Account.Kind.DEPOSIT) -> Account:
    """Open an account with `fen` on it that came in from the bank."""
    row = open_account(kind=kind, code=f"test:{name}", name=name)
    if fen:
        key = f"pay-in:{uuid4()}"
        transfer(kind="received", postings=[(bank_account().pk, -fen), (row.pk, fen)], request_key=key, by=None)
    return fresh(row)


def fresh(row: Account) -> Account:
    return Account.objects.get(pk=row.pk)


def state(row: Account) -> tuple[int, int]:
    """Return (balance, held) of the account, in fen."""
    row = fresh(row)
    return row.balance_fen, row.held_fen
