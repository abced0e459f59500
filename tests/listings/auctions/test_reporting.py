"""What is bid now stands on the listing's own pages and in its API while the hall is live, and only then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from exchange.templatetags.dates import moment
from listings.auctions.models import Auction
from listings.auctions.services import reporting
from listings.catalogue.models import Listing
from tests.factories import Cast
from tests.listings.auctions.hall import admit, bid, close_hall, go_to, make_auction, open_hall

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_time")]


@pytest.fixture
def live(cast: Cast) -> Auction:
    """An open hall with Farmer and Stranger, start price 30,000; nobody has bid."""
    auction = make_auction(cast)
    admit(auction, cast.farmer, cast.stranger)
    return open_hall(auction)


def pages(auction: Auction) -> list[str]:
    names = [reverse("home"), reverse("catalogue:list"), reverse("catalogue:listing", args=[auction.listing_id])]
    return [Client().get(name).content.decode() for name in names]


def in_api(auction: Auction) -> tuple[str, str | None]:
    told = Client().get(reverse("api:catalogue-listing", args=[auction.listing_id])).json()
    return told["start_price"], told["current_price"]


def showing(auction: Auction, label: str, price: str) -> list[bool]:
    return [label in page and price in page for page in pages(auction)]


def test_before_the_first_bid_the_start_price_is_shown(live: Auction) -> None:
    assert reporting.report_moved() == 1
    assert showing(live, "Start price", "¥30,000") == [True] * 3
    assert showing(live, "Current price", "¥30,000") == [False] * 3
    assert in_api(live) == ("30000.00", None)


def test_what_is_bid_now_is_shown_with_the_next_report_and_reported_once(live: Auction, cast: Cast) -> None:
    bid(live, cast.farmer, 30_000)
    assert [reporting.report_moved(), reporting.report_moved()] == [1, 0]
    bid(live, cast.stranger, 33_500)
    assert Listing.objects.get(pk=live.listing_id).current_price_fen == 3_000_000
    call_command("close_auctions", "--once")
    assert showing(live, "Current price", "¥33,500") == [True] * 3
    assert in_api(live) == ("30000.00", "33500.00")
    assert reporting.report_moved() == 0


def test_an_extension_moves_the_end_that_the_listing_shows(live: Auction, cast: Cast) -> None:
    last = live.ends_at - (live.ends_at - live.timed_from) / 2
    go_to(last)
    bid(live, cast.farmer, 30_000)
    reporting.report_moved()
    later: datetime = Auction.objects.get().ends_at
    assert later > live.ends_at
    assert Listing.objects.get(pk=live.listing_id).bidding_ends_at == later
    assert moment(later) in pages(live)[1]


def test_after_the_end_the_listing_keeps_the_last_price_and_shows_the_start_price(
    live: Auction, cast: Cast, deliver: Callable[[], int]
) -> None:
    bid(live, cast.farmer, 30_000)
    bid(live, cast.stranger, 31_000)
    close_hall(live)
    row = Listing.objects.get(pk=live.listing_id)
    assert (row.state, row.current_price_fen) == (Listing.State.SOLD, 3_100_000)
    assert "Current price" not in pages(live)[2]
    assert in_api(live) == ("30000.00", "31000.00")
