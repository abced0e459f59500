"""Deposits: the right payer, the whole amount, in time; all else goes back with a word why; each ends once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from exchange.accounts.models import Notice, Role
from exchange.errors import NotAllowed, WrongState
from exchange.journal.models import Event
from exchange.ledger.models import Account, BankLine, BankOrder, Hold, UnclearMoney
from exchange.ledger.selectors.trial import differences
from exchange.ledger.services.accounts import open_account
from exchange.ledger.services.orders import settle_order
from listings.auctions.models import Auction, Deposit, Registration
from listings.auctions.services import deposits
from listings.auctions.services.registration import register
from tests.exchange.ledger.clerks import confirm, propose
from tests.factories import Cast, make_user
from tests.listings.auctions.hall import (
    admit,
    bank_pays,
    bid,
    close_hall,
    go_to,
    hear,
    make_auction,
    make_sold_auction,
    open_hall,
    pay,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_time")]
D, R = Deposit.State, Registration.State


def registered(cast: Cast) -> tuple[Auction, Registration]:
    auction = make_auction(cast)
    return auction, register(auction_id=auction.pk, by=cast.farmer)


def state_of(one: Registration) -> tuple[str, str]:
    one = Registration.objects.get(pk=one.pk)
    return one.state, one.deposit.state


def test_the_right_deposit_is_held_and_admits(cast: Cast) -> None:
    _auction, one = registered(cast)
    pay(one)
    assert state_of(one) == (R.ADMITTED, D.HELD)
    account = Account.objects.get(pk=one.deposit.sub_account.account_id)
    assert (account.balance_fen, account.held_fen) == (600_000, 600_000)
    assert Event.objects.filter(kind="registration.admitted", amount_fen=600_000).count() == 1
    assert one.paddle in Notice.objects.get(user=cast.farmer).text


def test_blanks_and_wide_letters_in_a_name_do_not_matter(cast: Cast) -> None:
    _auction, one = registered(cast)
    pay(one, name=" 李　大山 ")
    assert state_of(one) == (R.ADMITTED, D.HELD)


@pytest.mark.parametrize(
    ("money", "word"),
    [({"name": "张三"}, "张三"), ({"fen": 599_999}, "5,999.99")],
    ids=["from another's account", "a fen short"],
)
def test_wrong_money_goes_back_to_where_it_came_from_and_the_bidder_is_told(
    cast: Cast, money: dict[str, Any], word: str
) -> None:
    _auction, one = registered(cast)
    pay(one, account="6222-0001", **money)
    assert state_of(one) == (R.DEPOSIT_DUE, D.DUE)
    order = BankOrder.objects.get()
    assert (order.to_name, order.to_account) == (money.get("name", "李大山"), "6222-0001")
    assert order.amount_fen == BankLine.objects.get().amount_fen
    assert word in Notice.objects.get(user=cast.farmer).text
    assert Hold.objects.count() == 0
    assert Account.objects.get(pk=one.deposit.sub_account.account_id).balance_fen == 0


def test_the_page_that_awaits_the_deposit_tells_of_the_wrong_payment_until_the_right_one(
    cast: Cast, client: Client
) -> None:
    _auction, one = registered(cast)
    client.force_login(cast.farmer)
    page = reverse("auctions:registration", kwargs={"pk": one.pk})
    assert "on its way back" not in client.get(page).content.decode()
    pay(one, name="张三")
    assert "The money came from an account of “张三”" in client.get(page).content.decode()
    pay(one)
    assert "张三" not in client.get(page).content.decode()


def test_after_a_wrong_payment_the_right_one_still_counts(cast: Cast) -> None:
    _auction, one = registered(cast)
    pay(one, name="张三")
    pay(one)
    assert state_of(one) == (R.ADMITTED, D.HELD)
    assert BankOrder.objects.count() == 1


def test_what_is_over_the_deposit_goes_back(cast: Cast) -> None:
    _auction, one = registered(cast)
    pay(one, fen=600_001)
    assert state_of(one) == (R.ADMITTED, D.HELD)
    assert BankOrder.objects.get().amount_fen == 1


def test_a_second_payment_goes_back_whole(cast: Cast) -> None:
    _auction, one = registered(cast)
    pay(one)
    pay(one)
    assert state_of(one) == (R.ADMITTED, D.HELD)
    assert BankOrder.objects.get().amount_fen == 600_000


def test_money_at_the_very_deadline_is_late(cast: Cast) -> None:
    auction, one = registered(cast)
    go_to(auction.registration_closes_at)
    pay(one)
    assert state_of(one) == (R.DEPOSIT_DUE, D.DUE)
    assert BankOrder.objects.get().amount_fen == 600_000
    go_to(auction.registration_closes_at - timedelta(seconds=2))
    pay(one)
    assert state_of(one) == (R.ADMITTED, D.HELD)


def test_losers_get_their_deposits_back_once_and_the_winner_keeps_his_held(cast: Cast) -> None:
    auction = make_sold_auction(cast)
    loser, winner = auction.registrations.get(user=cast.farmer), auction.registrations.get(user=cast.company)
    assert state_of(loser) == (R.LOST, D.REFUNDING)
    assert state_of(winner) == (R.WON, D.HELD)
    assert deposits.refund_losers(auction_id=str(auction.pk)) == 0
    assert deposits.refund_due() == 0
    assert bank_pays() == 1
    assert state_of(loser) == (R.LOST, D.REFUNDED)
    assert Event.objects.filter(kind="deposit.refunded", amount_fen=600_000).count() == 1
    assert BankOrder.objects.count() == 1
    assert Account.objects.get(pk=loser.deposit.sub_account.account_id).balance_fen == 0


def test_the_sweep_finds_what_a_lost_reaction_left(cast: Cast) -> None:
    auction = make_auction(cast)
    admit(auction, cast.farmer, cast.stranger)
    open_hall(auction)
    bid(auction, cast.farmer, 30_000)
    auction.refresh_from_db()
    go_to(auction.ends_at)
    from listings.auctions.services import closing

    assert closing.close(auction_id=auction.pk)
    assert deposits.refund_due() == 1
    hear()
    assert BankOrder.objects.count() == 1


def test_when_nobody_bids_all_deposits_go_back(cast: Cast) -> None:
    auction = make_auction(cast)
    admit(auction, cast.farmer, cast.stranger)
    open_hall(auction)
    assert close_hall(auction).outcome == "no_bids"
    assert bank_pays() == 2
    assert set(Deposit.objects.values_list("state", flat=True)) == {D.REFUNDED}


def test_a_refund_that_the_bank_refuses_waits_for_the_finance_clerk(cast: Cast) -> None:
    auction = make_sold_auction(cast)
    loser = auction.registrations.get(user=cast.farmer)
    settle_order(reference=BankOrder.objects.get().reference, paid=False, reason="account closed")
    hear()
    assert state_of(loser) == (R.LOST, D.REFUND_FAILED)
    with pytest.raises(NotAllowed):
        deposits.refund_again(deposit_id=str(loser.deposit.pk), by=cast.village)
    deposits.refund_again(deposit_id=str(loser.deposit.pk), by=cast.organiser)
    assert state_of(loser) == (R.LOST, D.REFUNDING)
    assert bank_pays() == 1
    assert state_of(loser) == (R.LOST, D.REFUNDED)
    with pytest.raises(WrongState):
        deposits.refund_again(deposit_id=str(loser.deposit.pk), by=cast.organiser)
    assert BankOrder.objects.count() == 2


@pytest.mark.parametrize("end", [D.APPLIED, D.FORFEITED])
def test_the_winners_deposit_is_taken_once(cast: Cast, end: str) -> None:
    auction = make_sold_auction(cast)
    account = open_account(kind="deal", code="deal:test", name="deal")
    take = deposits.apply_deposit if end == D.APPLIED else deposits.forfeit_deposit
    for _time in range(2):
        take(auction_id=str(auction.pk), to_account_id=account.pk, by=None)
    account.refresh_from_db()
    assert account.balance_fen == 600_000
    assert auction.winner is not None and state_of(auction.winner) == (R.WON, end)


def test_money_without_the_payers_account_is_no_deposit_and_is_told_to_journal_and_payer(cast: Cast) -> None:
    auction = make_auction(cast)
    one = register(auction_id=auction.pk, by=cast.farmer)
    pay(one, account=" ")
    deposit = Deposit.objects.get(registration=one)
    assert (deposit.state, BankOrder.objects.count()) == (Deposit.State.DUE, 0)
    told = Event.objects.get(kind="deposit.unclear")
    assert (told.subject_id, told.amount_fen) == (str(one.pk), deposit.amount_fen)
    assert "cannot go back by itself" in cast.farmer.notices.latest("at").text
    row = UnclearMoney.objects.get()
    assert (row.division, row.amount_fen, row.account) == (
        auction.division,
        deposit.amount_fen,
        deposit.sub_account.account,
    )
    row = confirm(propose(row, cast.organiser), make_user("second", Role.FINANCE, cast.places.city))
    assert bank_pays() == 1
    assert (UnclearMoney.objects.get().state, list(differences())) == ("returned", [])
    assert "paid to the account that ends in 5678" in cast.farmer.notices.latest("at").text


def test_unclear_money_does_not_stand_in_the_way_of_the_real_deposit(cast: Cast) -> None:
    _auction, one = registered(cast)
    pay(one, account=" ")
    pay(one)
    assert state_of(one) == (R.ADMITTED, D.HELD)
    account = Account.objects.get(pk=one.deposit.sub_account.account_id)
    assert (account.balance_fen, account.held_fen) == (1_200_000, 1_200_000)
    assert (UnclearMoney.objects.get().state, list(differences())) == ("waiting", [])


def test_a_return_that_the_payers_account_refuses_is_given_to_the_clerks(cast: Cast) -> None:
    auction = make_auction(cast)
    one = register(auction_id=auction.pk, by=cast.farmer)
    pay(one, name="Somebody else")
    settle_order(reference=BankOrder.objects.get().reference, paid=False, reason="account closed")
    hear()
    row = UnclearMoney.objects.get()
    account = Deposit.objects.get(registration=one).sub_account.account
    assert (row.cause, row.account, row.division, account.held_fen) == (
        "refused",
        account,
        auction.division,
        row.amount_fen,
    )
    assert list(differences()) == []
