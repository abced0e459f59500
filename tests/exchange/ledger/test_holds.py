"""Held money is spent by its hold or by nothing, once."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import DatabaseError

from exchange.errors import Refused, WrongState
from exchange.ledger.models import Account, Hold, Transfer
from exchange.ledger.services.holds import capture, hold, release
from exchange.ledger.services.transfers import transfer
from tests.exchange.ledger.cast import account, state

pytestmark = pytest.mark.django_db


@pytest.fixture
def farmer() -> Account:
    return account("farmer", 1000)


@pytest.fixture
def deal() -> Account:
    return account("deal", kind=Account.Kind.DEAL)


def held(row: Account, fen: int, reason: str = "deposit") -> Hold:
    return hold(account_id=row.pk, amount_fen=fen, reason=reason, subject=row, by=None)


def test_held_money_stays_on_the_account_but_cannot_be_spent(farmer: Account, deal: Account) -> None:
    held(farmer, 800)
    assert state(farmer) == (1000, 800)
    with pytest.raises(Refused, match="2.00") as refused:
        transfer(kind="test", postings=[(farmer.pk, -201), (deal.pk, 201)], request_key="k", by=None)
    assert (refused.value.code, state(farmer), state(deal)) == ("not_enough", (1000, 800), (0, 0))


def test_no_more_is_held_than_is_free(farmer: Account) -> None:
    held(farmer, 800)
    with pytest.raises(Refused) as refused:
        held(farmer, 201, "second")
    assert (refused.value.code, Hold.objects.count(), state(farmer)) == ("not_enough", 1, (1000, 800))
    held(farmer, 200, "second")
    assert state(farmer) == (1000, 1000)


def test_the_same_subject_does_not_hold_twice_for_one_reason(farmer: Account) -> None:
    held(farmer, 300)
    with pytest.raises(Refused) as refused:
        held(farmer, 300)
    assert (refused.value.code, state(farmer)) == ("already_held", (1000, 300))


@pytest.mark.parametrize("fen", [0, -1, 1.5, True])
def test_a_hold_of_nothing_is_refused(farmer: Account, fen: int) -> None:
    with pytest.raises(Refused) as refused:
        held(farmer, fen)
    assert (refused.value.code, Hold.objects.count()) == ("bad_amount", 0)


def test_a_capture_moves_the_money_once(farmer: Account, deal: Account) -> None:
    row = held(farmer, 800)
    capture(hold_id=row.pk, to_account_id=deal.pk, by=None)
    with pytest.raises(WrongState):
        capture(hold_id=row.pk, to_account_id=deal.pk, by=None)
    assert (state(farmer), state(deal)) == ((200, 0), (800, 0))
    assert Transfer.objects.filter(kind="capture").count() == 1


def test_a_part_can_be_captured_and_the_rest_is_free_again(farmer: Account, deal: Account) -> None:
    row = capture(hold_id=held(farmer, 800).pk, to_account_id=deal.pk, by=None, amount_fen=500)
    assert (row.captured_fen, state(farmer), state(deal)) == (500, (500, 0), (500, 0))


def test_no_more_is_captured_than_was_held(farmer: Account, deal: Account) -> None:
    row = held(farmer, 800)
    with pytest.raises(Refused) as refused:
        capture(hold_id=row.pk, to_account_id=deal.pk, by=None, amount_fen=801)
    assert (refused.value.code, state(farmer), state(deal)) == ("bad_amount", (1000, 800), (0, 0))


def test_what_was_captured_cannot_be_released(farmer: Account, deal: Account) -> None:
    row = held(farmer, 800)
    capture(hold_id=row.pk, to_account_id=deal.pk, by=None)
    with pytest.raises(WrongState):
        release(hold_id=row.pk, by=None)
    assert state(farmer) == (200, 0)


def test_what_was_released_is_free_and_cannot_be_captured(farmer: Account, deal: Account) -> None:
    row = held(farmer, 800)
    release(hold_id=row.pk, by=None)
    for again in (
        lambda: release(hold_id=row.pk, by=None),
        lambda: capture(hold_id=row.pk, to_account_id=deal.pk, by=None),
    ):
        with pytest.raises(WrongState):
            again()
    assert (state(farmer), state(deal)) == ((1000, 0), (0, 0))
    held(farmer, 1000)


def test_the_database_keeps_the_terms_of_a_hold(farmer: Account) -> None:
    row = held(farmer, 800)
    for change in (
        lambda: Hold.objects.filter(pk=row.pk).update(amount_fen=1),
        lambda: Hold.objects.filter(pk=row.pk).delete(),
        lambda: Account.objects.filter(pk=farmer.pk).update(floor_fen=None),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    with pytest.raises(IntegrityError), transaction.atomic():
        Hold.objects.filter(pk=row.pk).update(state="captured")
    assert Hold.objects.get(pk=row.pk).amount_fen == 800
