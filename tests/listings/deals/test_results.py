"""A sold hall becomes a deal; its result is published, confirmed, or cancelled because an objection was right."""

from __future__ import annotations

from datetime import timedelta

import pytest

from exchange.accounts.models import Notice
from exchange.clock import legal_day
from exchange.errors import NotAllowed, Refused, WrongState
from exchange.journal.models import Event
from listings.auctions.models import Deposit
from listings.catalogue.models import Listing
from listings.deals import selectors
from listings.deals.models import Deal
from listings.deals.next_steps import next_steps
from listings.deals.services import confirming, opening
from listings.registry.models import Encumbrance
from tests.factories import Cast
from tests.listings.auctions.hall import close_hall, go_to, make_auction, open_hall
from tests.listings.deals.life import (
    fresh,
    journal,
    make_deal,
    make_farmers_deal,
    refuses,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_time")]
S = Deal.State


def test_a_sold_hall_becomes_a_deal_recorded_on_the_day_of_the_close(cast: Cast) -> None:
    deal = make_deal(cast)
    assert (deal.state, deal.price_fen, deal.term_months, deal.amount_fen) == (S.PUBLICITY, 3_500_000, 240, 70_000_000)
    assert (deal.lessee_name, deal.lessee_organisation, deal.lessee_user) == (
        "南川肉食品有限公司",
        cast.company_organisation,
        None,
    )
    assert (deal.competitive, deal.start_price_fen, deal.origin) == (True, 3_000_000, "platform")
    event = Event.objects.get(kind="deal.closed")
    assert (event.day, event.amount_fen, event.right_kind) == (deal.closed_on, 70_000_000, "construction_land")
    assert (event.data["competitive"], event.data["start_price_fen"]) == (True, 3_000_000)
    assert deal.auction is not None
    assert deal.closed_on == legal_day(deal.auction.closed_at)
    assert Notice.objects.filter(url=f"/deals/{deal.pk}/").count() == 2


def test_a_person_who_wins_alone_is_lessee_without_competition(cast: Cast) -> None:
    deal = make_farmers_deal(cast)
    assert (deal.lessee_user, deal.lessee_kind, deal.competitive) == (cast.farmer, "person", False)


def test_hearing_of_the_close_twice_makes_one_deal(cast: Cast) -> None:
    deal = make_deal(cast)
    again = opening.open_deal(auction_id=str(deal.auction_id))
    assert again == deal
    assert Deal.objects.count() == 1
    assert Event.objects.filter(kind="deal.closed").count() == 1


def test_a_hall_without_a_bid_makes_no_deal(cast: Cast) -> None:
    auction = close_hall(open_hall(make_auction(cast)))
    assert opening.open_deal(auction_id=str(auction.pk)) is None
    assert Deal.objects.count() == 0


def test_the_result_is_confirmed_when_its_publicity_is_over_and_not_before(cast: Cast) -> None:
    deal = make_deal(cast)
    go_to(deal.publicity_to - timedelta(seconds=2))
    assert confirming.confirm_due() == 0
    assert not confirming.confirm_deal(deal_id=deal.pk)
    assert fresh(deal).state == S.PUBLICITY
    go_to(deal.publicity_to)
    assert confirming.confirm_due() == 1
    assert confirming.confirm_due() == 0
    assert fresh(deal).state == S.CONFIRMED
    assert journal(deal) == ["deal.closed", "deal.confirmed"]


def test_nothing_is_confirmed_on_a_guessed_day(cast: Cast) -> None:
    deal = make_deal(cast)
    guess(deal)
    assert confirming.confirm_due() == 0
    assert fresh(deal).state == S.PUBLICITY


def guess(deal: Deal) -> None:
    """Let the publicity run in a year whose working days nobody knows yet, and go past its guessed end."""
    rules = {**deal.rules, "result_publicity_period": {**deal.rules["result_publicity_period"]}}
    rules["result_publicity_period"] |= {"value": 5, "unit": "working_day"}
    late = deal.publicity_from.replace(year=2031)
    Deal.objects.filter(pk=deal.pk).update(
        rules=rules, publicity_from=late, publicity_to=late + timedelta(days=7), publicity_provisional=True
    )
    go_to(late + timedelta(days=60))


def test_a_result_is_cancelled_until_its_publicity_ends_whether_or_not_the_sweep_has_been(cast: Cast) -> None:
    deal = make_deal(cast)
    arguments = {"deal_id": str(deal.pk), "reason": "公示期内异议成立", "by": cast.organiser}
    go_to(deal.publicity_to)
    assert not [step for step in next_steps(cast.organiser, fresh(deal)) if "cancel" in step.address]
    assert refuses(Refused, confirming.cancel_deal, **arguments).code == "too_late"
    assert Deposit.objects.get(registration=deal.auction.winner).state == Deposit.State.HELD
    assert confirming.confirm_due() == 1
    refuses(WrongState, confirming.cancel_deal, **arguments)
    assert Event.objects.filter(kind="deal.cancelled").count() == 0


def test_a_result_with_a_guessed_end_may_be_cancelled_after_it(cast: Cast) -> None:
    deal = make_deal(cast)
    guess(deal)
    confirming.cancel_deal(deal_id=str(deal.pk), reason="公示期内异议成立", by=cast.organiser)
    assert fresh(deal).state == S.CANCELLED


def test_a_cancelled_result_gives_the_deposit_back_frees_the_right_and_is_taken_out_of_the_figures(cast: Cast) -> None:
    deal = make_deal(cast)
    arguments = {"deal_id": str(deal.pk), "reason": "公示期内异议成立"}
    for person in (cast.village, cast.company, cast.district, cast.stranger):
        refuses(NotAllowed, confirming.cancel_deal, by=person, **arguments)
    assert (
        refuses(Refused, confirming.cancel_deal, by=cast.organiser, deal_id=str(deal.pk), reason=" ").field == "reason"
    )
    confirming.cancel_deal(by=cast.organiser, **arguments)
    deal = fresh(deal)
    assert (deal.state, deal.note) == (S.CANCELLED, "公示期内异议成立")
    event = Event.objects.get(kind="deal.cancelled")
    assert (event.sign, event.amount_fen, event.area_m2) == (-1, deal.amount_fen, deal.area_m2)
    assert Deposit.objects.get(registration=deal.auction.winner).state == Deposit.State.REFUNDING
    assert deal.listing.state == Listing.State.DEFAULTED
    assert not Encumbrance.objects.filter(right=deal.right, kind="listing", lifted_at=None).exists()
    assert deal not in selectors.public_deals()
    assert deal in selectors.visible_deals(cast.company)
    refuses(WrongState, confirming.cancel_deal, by=cast.organiser, **arguments)
