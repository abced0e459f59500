"""Rent goes on to the collective's own account: after the hand-over, each instalment once."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from exchange.accounts.models import Notice
from exchange.errors import NotAllowed, Refused
from exchange.journal.models import Event
from exchange.ledger.models import BankOrder
from exchange.ledger.services.orders import settle_order
from exchange.stats.selectors.totals import Scope, summed
from listings.deals import selectors
from listings.deals.models import Deal, Payout
from listings.deals.next_steps import next_steps
from listings.deals.services import payouts
from listings.registry.services.accounts import enter_bank_account
from tests.factories import Cast
from tests.listings.auctions.hall import bank_pays, hear
from tests.listings.deals.life import fresh, hand_over, make_paid_deal, pay_in, refuses

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_time")]
P = Payout.State
ACCOUNT = "6228 4800 5001 1911 82"


def enter_account(cast: Cast, number: str = ACCOUNT) -> None:
    enter_bank_account(collective_id=str(cast.collective.pk), number=number, by=cast.village)
    hear()


def handed_over(cast: Cast) -> Deal:
    deal = hand_over(cast, make_paid_deal(cast))
    hear()
    return deal


def on_the_deals_account(deal: Deal) -> int:
    sub = selectors.sub_account(deal)
    assert sub is not None
    sub.account.refresh_from_db()
    return sub.account.balance_fen


def test_the_rent_waits_for_the_hand_over_and_then_goes_to_the_collective_once(cast: Cast) -> None:
    enter_account(cast)
    deal = make_paid_deal(cast)
    hear()
    assert (payouts.pay_out_rent(deal_id=str(deal.pk)), Payout.objects.count()) == (0, 0)
    assert on_the_deals_account(deal) == 3_500_000
    hand_over(cast, deal)
    hear()
    assert payouts.pay_out_rent(deal_id=str(deal.pk)) == 0
    payout = Payout.objects.get()
    assert (payout.state, payout.amount_fen, payout.instalment.n) == (P.ORDERED, 3_500_000, 1)
    order = BankOrder.objects.get(reference=payout.reference)
    assert (order.to_name, order.to_account) == (cast.collective.organisation.name, "622848005001191182")
    assert order.amount_fen == 3_500_000
    bank_pays()
    payouts.settle_payout(reference=payout.reference, paid=False)
    payout.refresh_from_db()
    assert (payout.state, payout.paid_on) == (P.PAID, fresh(deal).handover.on_day)
    assert on_the_deals_account(deal) == 0
    assert Event.objects.get(kind="deal.rent_paid_out").amount_fen == 3_500_000
    income = summed(["rent_paid_out"], Scope()).of("rent_paid_out")
    assert (income.count, income.amount_fen) == (1, 3_500_000)
    assert Notice.objects.filter(user=cast.village, phrase__contains="is paid to the collective").count() == 1
    call_command("check_ledger", verbosity=0)


def test_the_rent_waits_for_an_account_of_the_collective(cast: Cast) -> None:
    deal = handed_over(cast)
    assert (Payout.objects.count(), on_the_deals_account(deal)) == (0, 3_500_000)
    (step,) = next_steps(cast.village, deal)
    assert step.address == f"/village/collectives/{cast.collective.pk}/account/"
    enter_account(cast)
    enter_account(cast)
    assert [payout.state for payout in Payout.objects.all()] == [P.ORDERED]
    assert BankOrder.objects.filter(reference__startswith="rent-").count() == 1
    assert not [step for step in next_steps(cast.village, fresh(deal)) if "account" in step.address]


def test_every_later_rent_goes_on_when_it_has_come_in_full(cast: Cast) -> None:
    enter_account(cast)
    deal = handed_over(cast)
    pay_in(deal, 1_000_000)
    assert Payout.objects.count() == 1
    pay_in(deal, 2_500_000)
    assert [(one.instalment.n, one.amount_fen) for one in Payout.objects.order_by("instalment__n")] == [
        (1, 3_500_000),
        (2, 3_500_000),
    ]
    bank_pays()
    assert Payout.objects.filter(state=P.PAID).count() == 2
    call_command("check_ledger", verbosity=0)


def test_what_the_bank_refuses_is_ordered_anew_when_the_account_is_entered_again(cast: Cast) -> None:
    enter_account(cast)
    deal = handed_over(cast)
    first = Payout.objects.get()
    settle_order(reference=first.reference, paid=False, reason="no such account")
    hear()
    assert Payout.objects.get().state == P.FAILED
    assert on_the_deals_account(deal) == 3_500_000
    assert selectors.waits_for_account(deal)
    enter_account(cast, "622848005001191190")
    second = Payout.objects.get()
    assert (second.state, second.attempts, second.to_account) == (P.ORDERED, 2, "622848005001191190")
    bank_pays()
    assert (Payout.objects.get().state, on_the_deals_account(deal)) == (P.PAID, 0)
    rent = Event.objects.filter(kind__startswith="deal.rent_", subject_id=str(deal.pk)).order_by("pk")
    said = [(event.kind.removeprefix("deal.rent_"), event.amount_fen, event.data["instalment"]) for event in rent]
    assert said == [(word, 3_500_000, 1) for word in ("ordered", "refused", "ordered", "paid_out")]
    call_command("check_ledger", verbosity=0)


@pytest.mark.parametrize("number", ["", "1234567", "6228abc12345", "6" * 33, "６２２８４８００１２３４"])
def test_an_account_that_is_none_is_refused(cast: Cast, number: str) -> None:
    arguments = {"collective_id": str(cast.collective.pk), "number": number, "by": cast.village}
    assert refuses(Refused, enter_bank_account, **arguments).field == "number"
    cast.collective.refresh_from_db()
    assert cast.collective.bank_account == ""


def test_only_an_officer_of_the_collective_enters_its_account(cast: Cast) -> None:
    for person in (cast.town, cast.organiser, cast.company, cast.city, cast.stranger):
        refuses(NotAllowed, enter_bank_account, collective_id=str(cast.collective.pk), number=ACCOUNT, by=person)
