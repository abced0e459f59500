"""An announcement gets its hall, with the rules that the announcement froze."""

from __future__ import annotations

from datetime import timedelta

import pytest

from exchange.journal.models import Event
from listings.auctions.models import Auction
from listings.auctions.services.scheduling import schedule_auction
from tests.factories import Cast, make_announcement
from tests.listings.auctions.hall import hear, make_auction

pytestmark = pytest.mark.django_db


def test_an_announced_listing_gets_one_hall_with_the_frozen_rules(cast: Cast) -> None:
    auction = make_auction(cast)
    assert auction.state == Auction.State.SCHEDULED
    assert auction.rules == {
        "format": "ascending",
        "start": "30000.00",
        "step": {"fixed": "500.00"},
        "whole_steps": True,
        "max_raise_steps": 20,
        "min_bidders": 1,
        "opens_at": auction.rules["opens_at"],
        "ends_at": auction.rules["ends_at"],
        "extension": {"mode": "quiet_period", "length_s": 60, "max_count": None},
    }
    assert auction.ends_at - auction.opens_at == timedelta(minutes=3)
    assert auction.timed_from - auction.opens_at == timedelta(minutes=2)
    assert auction.head == auction.announcement.sha256
    assert Event.objects.filter(kind="auction.scheduled").count() == 1


def test_hearing_the_announcement_twice_makes_no_second_hall(cast: Cast) -> None:
    auction = make_auction(cast)
    again = schedule_auction(listing_id=str(auction.listing_id))
    assert again == auction
    assert Auction.objects.count() == 1
    assert Event.objects.filter(kind="auction.scheduled").count() == 1


def test_under_the_standard_rules_construction_land_is_open_for_ten_days_and_a_last_period_of_five_minutes(
    cast: Cast,
) -> None:
    announcement = make_announcement(cast)
    hear()
    auction = Auction.objects.get(listing=announcement.listing_id)
    assert auction.timed_from - auction.opens_at == timedelta(days=10)
    assert auction.ends_at - auction.timed_from == timedelta(minutes=5)
    assert auction.rules["extension"]["length_s"] == 300


def test_the_phases_follow_the_clock(cast: Cast) -> None:
    auction = make_auction(cast)
    second = timedelta(seconds=1)
    phases = [
        auction.phase(auction.opens_at - second),
        auction.phase(auction.opens_at),
        auction.phase(auction.timed_from),
        auction.phase(auction.ends_at),
    ]
    assert phases == ["before", "free", "timed", "checking"]
