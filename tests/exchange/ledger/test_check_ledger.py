"""The trial balance finds every change that did not go through a transfer, whoever made it."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from exchange.ledger.models import Account
from exchange.ledger.selectors.trial import TrialRow, differences, trial_balance
from exchange.ledger.services.holds import capture, hold, release
from exchange.ledger.services.orders import order_payment, settle_order
from exchange.ledger.services.transfers import reverse
from tests.exchange.ledger.cast import account

pytestmark = pytest.mark.django_db


def run() -> tuple[list[str], str]:
    """Return what `check_ledger` prints: its differences, and its count."""
    out, err = StringIO(), StringIO()
    try:
        call_command("check_ledger", stdout=out, stderr=err)
    except CommandError as error:
        err.write(f"! {error}")
    return out.getvalue().splitlines(), err.getvalue().strip()


@pytest.fixture
def busy() -> None:
    """A ledger with every kind of thing in it: two deposits, holds of all states, orders of all states."""
    farmer, company, deal = account("farmer", 5000), account("company", 9000), account("deal", kind="deal")
    for number, row in enumerate((farmer, company)):
        hold(account_id=row.pk, amount_fen=1000 + number, reason="open", subject=row, by=None)
    taken = hold(account_id=farmer.pk, amount_fen=2000, reason="deposit", subject=farmer, by=None)
    capture(hold_id=taken.pk, to_account_id=deal.pk, by=None, amount_fen=1500)
    freed = hold(account_id=company.pk, amount_fen=2000, reason="deposit", subject=company, by=None)
    release(hold_id=freed.pk, by=None)
    for reference in ("draft", "paid", "failed"):
        order_payment(
            account_id=company.pk,
            to_name="Company",
            to_account="6217001234",
            amount_fen=700,
            reference=reference,
            memo="",
            by=None,
        )
    settle_order(reference="paid", paid=True)
    settle_order(reference="failed", paid=False, reason="closed")
    with connection.cursor() as cursor:  # what a commit would check is checked before anybody tampers
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_a_sound_ledger_has_no_difference(busy: None) -> None:
    # Transfers: 2 paid in, 1 capture, 3 orders, 1 payment, 1 reversal. Accounts: 3, bank, transit.
    assert run() == ([], "5 accounts, 8 transfers, 0 differences")


def test_the_trial_balance_makes_zero(busy: None) -> None:
    rows = trial_balance()
    assert rows == [
        TrialRow("bank", 1, -13300, 0),
        TrialRow("deal", 1, 1500, 0),
        TrialRow("deposit", 2, 11100, 2001),
        TrialRow("transit", 1, 700, 0),
    ]
    assert sum(row.balance_fen for row in rows) == 0


def test_an_empty_ledger_is_a_failure_and_no_proof() -> None:
    assert run() == ([], "0 accounts, 0 transfers, 0 differences\n! there is no account to look at")


TAMPERINGS = {
    "a posting made larger": (
        "UPDATE ledger_posting SET amount_fen = amount_fen + 1 WHERE id = (SELECT max(id) FROM ledger_posting)",
        2,
    ),
    "a posting taken away": ("DELETE FROM ledger_posting WHERE id = (SELECT min(id) FROM ledger_posting)", 2),
    "a balance raised": ("UPDATE ledger_account SET balance_fen = balance_fen + 1 WHERE code = 'test:farmer'", 2),
    "a balance moved to another": (
        "UPDATE ledger_account SET balance_fen = balance_fen + CASE code WHEN 'test:farmer' THEN 1 ELSE -1 END "
        "WHERE code IN ('test:farmer', 'test:company')",
        2,
    ),
    "held money let go": ("UPDATE ledger_account SET held_fen = held_fen - 1 WHERE code = 'test:farmer'", 1),
    "a hold reopened": (
        "UPDATE ledger_hold SET state = 'held', captured_fen = NULL, transfer_id = NULL WHERE state = 'captured'",
        1,
    ),
    "a capture made smaller": ("UPDATE ledger_hold SET captured_fen = 1 WHERE state = 'captured'", 1),
    "an order said to be paid": ("UPDATE ledger_bankorder SET state = 'paid' WHERE reference = 'draft'", 2),
    "a paid order reopened": ("UPDATE ledger_bankorder SET state = 'sent' WHERE reference = 'paid'", 2),
    "an order made larger": ("UPDATE ledger_bankorder SET amount_fen = 701 WHERE reference = 'paid'", 1),
    "an empty transfer": (
        "INSERT INTO ledger_transfer (id, kind, request_key, memo) VALUES (gen_random_uuid(), 'x', 'x', '')",
        1,
    ),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_what_a_superuser_changes_behind_the_triggers_is_found(busy: None, name: str) -> None:
    statement, expected = TAMPERINGS[name]
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(statement)
        assert cursor.rowcount > 0
        cursor.execute("SET session_replication_role = origin")
    found, count = run()
    assert len(found) == expected, found
    assert count.endswith(f"{expected} differences\n! the ledger does not hold")


def test_a_reversal_leaves_no_difference(busy: None) -> None:
    reverse(transfer_id=Account.objects.get(code="test:deal").postings.get().transfer_id, by=None)
    assert [sentence.split(":")[0] for sentence in differences()] == []
