"""A hall opens once and closes once, never before its end, and what it says is what a replay says."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from exchange.accounts.models import Notice
from exchange.journal.models import Event
from listings.auctions import selectors
from listings.auctions.engine import replay
from listings.auctions.engine.record import record_from_json
from listings.auctions.models import Auction, HallEvent, Registration
from listings.auctions.services import closing
from listings.auctions.services.registration import register
from listings.catalogue.models import Listing
from tests.factories import Cast
from tests.listings.auctions.hall import admit, bid, close_hall, go_to, make_auction, make_sold_auction, open_hall

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_time")]
SECOND = timedelta(seconds=1)
R = Registration.State


def test_a_hall_opens_at_its_time_once(cast: Cast) -> None:
    auction = make_auction(cast)
    go_to(auction.opens_at - SECOND)
    assert not closing.open_auction(auction_id=auction.pk)
    assert closing.open_due() == 0
    go_to(auction.opens_at)
    assert [closing.open_due(), closing.open_due()] == [1, 0]
    assert not closing.open_auction(auction_id=auction.pk)
    assert Listing.objects.get(pk=auction.listing_id).state == Listing.State.BIDDING
    assert Event.objects.filter(kind="auction.opened").count() == 1
    assert HallEvent.objects.get().kind == "open"


def test_a_hall_never_closes_before_its_end(cast: Cast) -> None:
    auction = make_auction(cast)
    open_hall(auction)
    go_to(auction.ends_at - SECOND)
    assert not closing.close(auction_id=auction.pk)
    assert closing.close_due() == 0
    auction.refresh_from_db()
    assert (auction.state, HallEvent.objects.filter(kind="close").count()) == (Auction.State.OPEN, 0)


def test_sold_names_winner_listing_and_bidders_in_one_step(cast: Cast) -> None:
    auction = make_sold_auction(cast)
    assert (auction.state, auction.outcome, auction.price_fen) == ("closed", "sold", 3_500_000)
    assert selectors.winning_bid(auction) == (auction.registrations.get(user=cast.company), 3_500_000)
    assert dict(auction.registrations.values_list("user__username", "state")) == {"farmer": R.LOST, "company": R.WON}
    assert Listing.objects.get(pk=auction.listing_id).state == Listing.State.SOLD
    told = Event.objects.get(kind="auction.closed")
    assert (told.data["outcome"], told.data["head"]) == ("sold", auction.head)
    won = Notice.objects.get(user=cast.company, phrase__startswith="You have won")
    assert "¥35,000" in won.text
    assert auction.refund_due_at is not None and auction.refund_due_at > auction.ends_at


def test_closing_again_changes_nothing(cast: Cast) -> None:
    auction = make_sold_auction(cast)
    assert not closing.close(auction_id=auction.pk)
    assert closing.close_due() == 0
    assert HallEvent.objects.filter(auction=auction, kind="close").count() == 1
    assert Event.objects.filter(kind="auction.closed").count() == 1


def test_a_hall_that_cannot_be_closed_keeps_no_other_waiting(cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    stuck, sound = open_hall(make_auction(cast)), open_hall(make_auction(cast))
    Listing.objects.filter(pk=stuck.listing_id).update(state=Listing.State.WITHDRAWN)
    go_to(max(stuck.ends_at, sound.ends_at))
    assert closing.close_due() == 1
    assert Auction.objects.get(pk=sound.pk).state == Auction.State.CLOSED
    assert Auction.objects.get(pk=stuck.pk).state == Auction.State.OPEN
    assert HallEvent.objects.filter(auction=stuck, kind="close").count() == 0
    assert str(stuck.pk) in caplog.text


def test_a_hall_that_nobody_opened_is_opened_and_closed(cast: Cast) -> None:
    auction = make_auction(cast)
    waiting = register(auction_id=auction.pk, by=cast.farmer)
    go_to(auction.ends_at)
    assert closing.close(auction_id=auction.pk)
    auction.refresh_from_db()
    assert auction.outcome == "too_few_bidders"
    assert Listing.objects.get(pk=auction.listing_id).state == Listing.State.FAILED
    waiting.refresh_from_db()
    assert (waiting.state, waiting.deposit.state) == (R.LAPSED, "not_paid")


def test_nobody_bids_and_the_listing_fails(cast: Cast) -> None:
    auction = make_auction(cast)
    admit(auction, cast.farmer)
    open_hall(auction)
    closed = close_hall(auction)
    assert (closed.outcome, closed.winner, closed.price_fen) == ("no_bids", None, None)
    with pytest.raises(LookupError):
        selectors.winning_bid(closed)


def test_the_record_of_a_closed_hall_replays_to_the_rows(cast: Cast) -> None:
    auction = make_auction(cast)
    admit(auction, cast.farmer, cast.stranger)
    register(auction_id=auction.pk, by=cast.bank)
    open_hall(auction)
    for user, yuan in [(cast.farmer, 30_000), (cast.stranger, 30_100), (cast.bank, 30_500), (cast.stranger, 31_000)]:
        bid(auction, user, yuan)
    auction.refresh_from_db()
    go_to(auction.ends_at - 10 * SECOND)
    bid(auction, cast.farmer, 31_500)
    closed = close_hall(auction)
    record = record_from_json(selectors.record(closed))
    assert len(record.events) == 5
    assert replay.differences(record, replay.report(record)) == []
    assert record.expect["accepted"] == [True, False, False, True, True]
    assert record.expect["reasons"] == [None, "too_low", "no_deposit", None, None]
    assert record.expect["extensions"] == 1


def test_the_database_keeps_what_a_closed_hall_said(cast: Cast) -> None:
    auction = make_sold_auction(cast)
    for change in [
        lambda: Auction.objects.filter(pk=auction.pk).update(price_fen=1),
        lambda: HallEvent.objects.filter(auction=auction, number=1).update(reason="x"),
        lambda: HallEvent.objects.filter(auction=auction, number=1).delete(),
    ]:
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    auction.refresh_from_db()
    assert auction.price_fen == 3_500_000
