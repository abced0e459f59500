"""Money moves whole: every transfer sums to zero, is made once, and stays as it was made."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import DatabaseError

from exchange.clock import legal_now
from exchange.errors import OtherBody, Refused
from exchange.ledger.models import Account, Posting, Transfer
from exchange.ledger.selectors.balances import balance
from exchange.ledger.services.accounts import open_account
from exchange.ledger.services.transfers import reverse, transfer
from tests.exchange.ledger.cast import account, state

pytestmark = pytest.mark.django_db


def move(a: Account, b: Account, fen: int, key: str = "k1") -> Transfer:
    return transfer(kind="test", postings=[(a.pk, -fen), (b.pk, fen)], request_key=key, by=None)


def test_a_transfer_moves_money_and_all_accounts_stay_zero_in_sum() -> None:
    farmer, village = account("farmer", 1000), account("village")
    move(farmer, village, 300)
    assert (state(farmer), state(village)) == ((700, 0), (300, 0))
    assert sum(Account.objects.values_list("balance_fen", flat=True)) == 0


def test_a_repeat_gets_the_first_transfer_and_moves_nothing() -> None:
    farmer, village = account("farmer", 1000), account("village")
    assert move(farmer, village, 300) == move(farmer, village, 300)
    assert state(village) == (300, 0)


def test_the_same_key_for_other_money_is_refused() -> None:
    farmer, village = account("farmer", 1000), account("village")
    move(farmer, village, 300)
    with pytest.raises(OtherBody):
        move(farmer, village, 301)
    assert (state(farmer), Transfer.objects.filter(kind="test").count()) == ((700, 0), 1)


def test_the_same_key_for_another_kind_is_refused() -> None:
    farmer, village = account("farmer", 1000), account("village")
    first = move(farmer, village, 300)
    with pytest.raises(OtherBody):
        transfer(kind="other", postings=[(farmer.pk, -300), (village.pk, 300)], request_key="k1", by=None)
    assert (list(Transfer.objects.exclude(kind="received")), state(village)) == ([first], (300, 0))


def test_nobody_spends_one_fen_more_than_there_is() -> None:
    farmer, village = account("farmer", 1000), account("village")
    with pytest.raises(Refused) as refused:
        move(farmer, village, 1001)
    assert refused.value.code == "not_enough"
    assert (state(farmer), state(village)) == ((1000, 0), (0, 0))
    assert Transfer.objects.filter(kind="test").count() == 0
    move(farmer, village, 1000)
    assert state(farmer) == (0, 0)


def test_an_account_with_credit_goes_as_low_as_its_floor_and_no_lower() -> None:
    village = account("village")
    credit = open_account(kind=Account.Kind.PAYOUT, code="test:credit", name="credit", floor_fen=-400)
    move(credit, village, 400)
    with pytest.raises(Refused):
        move(credit, village, 1, "k2")
    with pytest.raises(IntegrityError, match="no_account_falls_below_its_floor"), transaction.atomic():
        Account.objects.filter(pk=credit.pk).update(held_fen=1)
    assert (state(credit), state(village)) == ((-400, 0), (400, 0))


@pytest.mark.parametrize("amounts", [(-5, 4), (0, 0), (-5.0, 5.0), (True, -1), (5,)])
def test_what_is_no_transfer_is_a_mistake_of_the_programmer(amounts: tuple[int, ...]) -> None:
    rows = [account("farmer", 1000), account("village", 1000)]
    with pytest.raises(ValueError):
        transfer(
            kind="test",
            postings=[(row.pk, fen) for row, fen in zip(rows, amounts, strict=False)],
            request_key="k",
            by=None,
        )
    assert Transfer.objects.filter(kind="test").count() == 0


@pytest.mark.parametrize("amounts", [[-300, 299], [300], []])
def test_the_database_refuses_at_commit_what_does_not_sum_to_zero(amounts: list[int]) -> None:
    rows = [account("farmer", 1000), account("village", 1000)]
    with pytest.raises(IntegrityError, match="does not sum to zero"), transaction.atomic():
        odd = Transfer.objects.create(kind="odd", request_key="odd")
        for row, fen in zip(rows, amounts, strict=False):
            Posting.objects.create(transfer=odd, account=row, amount_fen=fen)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize("table", ["ledger_transfer", "ledger_posting"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_the_database_refuses_to_change_or_delete_what_was_booked(table: str, statement: str) -> None:
    account("farmer", 1000)
    cannot = pytest.raises(DatabaseError, match="Cannot update or delete")
    with cannot, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))
    assert (Transfer.objects.count(), Posting.objects.count()) == (1, 2)


def test_a_correction_is_a_new_transfer_made_once() -> None:
    farmer, village = account("farmer", 1000), account("village")
    wrong = move(farmer, village, 300)
    right = reverse(transfer_id=wrong.pk, by=None)
    assert reverse(transfer_id=wrong.pk, by=None) == right
    assert (right.reverses, state(farmer), state(village)) == (wrong, (1000, 0), (0, 0))


def test_the_balance_of_any_time_before_is_known() -> None:
    farmer, village = account("farmer", 1000), account("village")
    before = legal_now()
    move(farmer, village, 300)
    assert (balance(farmer, before), balance(farmer), balance(village, before)) == (1000, 700, 0)
