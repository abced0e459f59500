"""Our books and the bank's are compared line by line and order by order; each thing without a match is named."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from exchange.ledger import bank as adapter
from exchange.ledger.models import SubAccount
from exchange.ledger.services.accounts import open_sub_account
from exchange.ledger.services.orders import order_payment, send_due_orders, settle_order
from tests.bank import SandboxBank
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def run() -> tuple[list[str], str]:
    """Return what `reconcile` prints: the unmatched, and the count."""
    out, err = StringIO(), StringIO()
    try:
        call_command("reconcile", stdout=out, stderr=err)
    except CommandError as error:
        err.write(f"! {error}")
    return out.getvalue().splitlines(), err.getvalue().strip()


def order(sub: SubAccount, fen: int, reference: str) -> None:
    order_payment(
        account_id=sub.account_id,
        to_name="Farmer",
        to_account="6217001234",
        amount_fen=fen,
        reference=reference,
        memo="",
        by=None,
    )


@pytest.fixture
def sub(sandbox_bank: SandboxBank) -> SubAccount:
    """A sub-account that got 500 and 300 fen, of which 200 were paid out; and money of a stranger, sent back."""
    row = open_sub_account(purpose="deposit", subject=make_user("farmer"), division=None, payer_name="Farmer")
    for number, fen in ((row.number, 500), (row.number, 300), ("unknown", 90)):
        sandbox_bank.pay_in(number, fen)
    assert run() == ([], "3 lines, 0 unmatched")
    order(row, 200, "refund")
    assert send_due_orders() == 2
    return row


def test_nothing_is_unmatched_when_all_is_well(sub: SubAccount) -> None:
    assert run() == ([], "5 lines, 0 unmatched")


def test_what_the_bank_has_not_yet_been_asked_is_no_difference(sub: SubAccount, sandbox_bank: SandboxBank) -> None:
    order(sub, 100, "later")
    sandbox_bank.pay_in(sub.number, 5)
    assert run() == ([], "6 lines, 0 unmatched")


def test_a_line_that_the_bank_keeps_back_is_named(sub: SubAccount, sandbox_bank: SandboxBank) -> None:
    run()
    sandbox_bank.pay_in(sub.number, 5, payer_name="Company")
    sandbox_bank.faults(late=1)
    assert run() == (
        ["line 6: 5 fen, Company, is not in our books"],
        "6 lines, 1 unmatched\n! our books and the bank's are not the same",
    )
    assert run()[0] == []


def test_a_payment_that_the_bank_never_made_is_named(sub: SubAccount) -> None:
    order(sub, 100, "ghost")
    settle_order(reference="ghost", paid=True)
    assert run()[0] == ["order ghost: 100 fen paid in our books, 0 at the bank"]


def test_a_payment_that_nobody_ordered_is_named(sub: SubAccount) -> None:
    adapter.place_order(reference="thief", to_name="Thief", to_account="6217009999", amount_fen=50, memo="")
    assert run()[0] == ["line 6: the bank paid 50 fen out, which is no paid order of ours"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("amount_fen = 501", "line 1: amount_fen: ours 501, theirs 500"),
        ("payer_name = 'Company'", "line 1: payer_name: ours 'Company', theirs 'Farmer'"),
        ("line_number = 99", "line 1: 500 fen, Farmer, is not in our books"),
    ],
)
def test_a_line_changed_in_our_books_is_named(sub: SubAccount, change: str, sentence: str) -> None:
    run()
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(f"UPDATE ledger_bankline SET {change} WHERE line_number = 1")
        cursor.execute("SET session_replication_role = origin")
    assert sentence in run()[0]


def test_a_bank_that_lost_its_books_is_found_out(sub: SubAccount, sandbox_bank: SandboxBank) -> None:
    run()
    sandbox_bank.kill()
    entries = sandbox_bank.entries
    kept = [json.dumps(entry) + "\n" for entry in entries if entry.get("line", {}).get("line_number") != 2]
    sandbox_bank.path.write_text("".join(kept), encoding="utf-8")
    sandbox_bank.restart()
    assert "line 2: the bank does not show it" in run()[0]


def test_a_bank_that_is_away_proves_nothing(sub: SubAccount, sandbox_bank: SandboxBank) -> None:
    sandbox_bank.kill()
    found, count = run()
    assert (found, count[:22]) == ([], "! the bank is away: Co")
