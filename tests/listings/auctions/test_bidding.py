"""Presses: one gapless chain, accepted and refused alike, and every refusal in words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from exchange.accounts.models import Membership, Role, User
from exchange.clock import legal_day
from exchange.errors import NotAllowed, OtherBody, Refused
from exchange.journal.models import Event
from listings.auctions import chain
from listings.auctions.models import Auction, HallEvent
from listings.auctions.services import bidding
from listings.auctions.services.registration import register
from listings.auctions.services.wording import BidRefused
from tests.factories import Cast
from tests.listings.auctions.hall import admit, bid, close_hall, go_to, make_auction, open_hall

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_time")]
SECOND = timedelta(seconds=1)


@pytest.fixture
def hall(cast: Cast) -> Auction:
    """An open hall with Farmer and Stranger admitted."""
    auction = make_auction(cast)
    admit(auction, cast.farmer, cast.stranger)
    return open_hall(auction)


def presses(auction: Auction) -> int:
    return HallEvent.objects.filter(auction=auction, kind="bid").count()


def refused(auction: Auction, user: object, fen: int) -> BidRefused:
    with pytest.raises(BidRefused) as error:
        bidding.bid(auction_id=auction.pk, amount_fen=fen, by=user)
    return error.value


def test_a_bid_is_recorded_with_number_time_and_price(hall: Auction, cast: Cast) -> None:
    done = bid(hall, cast.farmer, 30_000)
    assert (done.accepted, done.reason, done.price_fen, done.number) == (True, "", 3_000_000, 2)
    assert done.leader_paddle == hall.registrations.get(user=cast.farmer).paddle
    hall.refresh_from_db()
    assert (hall.price_fen, hall.number, hall.public_number) == (3_000_000, 2, 2)


def test_a_bid_one_fen_low_is_refused_at_the_field_with_the_least_amount(hall: Auction, cast: Cast) -> None:
    bid(hall, cast.farmer, 30_000)
    no = refused(hall, cast.stranger, 3_049_999)
    assert (no.code, no.field) == ("too_low", "amount_fen")
    assert "¥30,500" in str(no.message)
    hall.refresh_from_db()
    assert (hall.price_fen, presses(hall), hall.public_number) == (3_000_000, 2, 2)
    assert HallEvent.objects.get(number=3).public_number is None


def test_the_leader_cannot_outbid_himself(hall: Auction, cast: Cast) -> None:
    bid(hall, cast.farmer, 30_000)
    assert refused(hall, cast.farmer, 3_050_000).code == "already_leading"


def test_bids_are_whole_steps_and_not_too_large(hall: Auction, cast: Cast) -> None:
    assert refused(hall, cast.farmer, 3_000_001).code == "not_multiple"
    over = refused(hall, cast.farmer, 4_050_000)
    assert (over.code, over.field) == ("raise_too_large", "amount_fen")
    assert "¥40,000" in str(over.message)
    assert bid(hall, cast.farmer, 40_000).accepted


def test_a_bid_before_the_opening_is_refused_with_the_time(cast: Cast) -> None:
    auction = make_auction(cast)
    admit(auction, cast.farmer)
    go_to(auction.opens_at - SECOND)
    assert refused(auction, cast.farmer, 3_000_000).code == "not_open"


def test_a_bid_after_the_end_is_refused_with_the_time_and_changes_nothing(hall: Auction, cast: Cast) -> None:
    bid(hall, cast.farmer, 30_000)
    hall.refresh_from_db()
    go_to(hall.ends_at)
    no = refused(hall, cast.stranger, 3_050_000)
    assert no.code == "closed" and hall.rules["ends_at"][:10] in str(no.message)
    closed = close_hall(hall)
    number = closed.number
    with pytest.raises(Refused) as again:
        bid(hall, cast.stranger, 30_500)
    assert again.value.code == "closed"
    closed.refresh_from_db()
    assert (closed.number, closed.price_fen) == (number, 3_000_000)


def test_a_first_press_opens_a_hall_that_nobody_opened(cast: Cast) -> None:
    auction = make_auction(cast)
    admit(auction, cast.farmer)
    go_to(auction.opens_at)
    assert bid(auction, cast.farmer, 30_000).number == 2
    assert [e.kind for e in HallEvent.objects.order_by("number")] == ["open", "bid"]


def test_a_watcher_cannot_bid_and_who_has_not_paid_is_told(cast: Cast) -> None:
    auction = make_auction(cast)
    register(auction_id=auction.pk, by=cast.farmer)
    open_hall(auction)
    with pytest.raises(NotAllowed):
        bid(auction, cast.stranger, 30_000)
    assert refused(auction, cast.farmer, 3_000_000).code == "no_deposit"
    assert presses(auction) == 1


def test_a_repeated_key_gets_the_first_answer_and_another_body_is_refused(hall: Auction, cast: Cast) -> None:
    first = bid(hall, cast.farmer, 30_000, key="k1")
    low = bid(hall, cast.stranger, 30_100, key="k2")
    bid(hall, cast.stranger, 30_500, key="k3")
    assert bid(hall, cast.farmer, 30_000, key="k1") == first
    assert bid(hall, cast.stranger, 30_100, key="k2") == low
    with pytest.raises(OtherBody):
        bid(hall, cast.farmer, 31_000, key="k1")
    assert presses(hall) == 3
    closed = close_hall(hall)
    assert bid(hall, cast.farmer, 30_000, key="k1") == first
    assert closed.price_fen == 3_050_000


def test_a_key_belongs_to_its_bidder(hall: Auction, cast: Cast) -> None:
    bid(hall, cast.farmer, 30_000, key="same")
    assert bid(hall, cast.stranger, 30_500, key="same").accepted
    assert presses(hall) == 2


def test_a_late_bid_starts_a_full_last_period_and_the_journal_hears_of_it(hall: Auction, cast: Cast) -> None:
    bid(hall, cast.farmer, 30_000)
    hall.refresh_from_db()
    before = hall.ends_at
    assert hall.extensions == 0
    go_to(before - 20 * SECOND)
    late = bid(hall, cast.stranger, 30_500)
    hall.refresh_from_db()
    assert (hall.extensions, hall.ends_at) == (1, late.at + timedelta(minutes=1))
    assert late.ends_at == hall.ends_at > before
    assert Event.objects.filter(kind="auction.extended", data__extensions=1).count() == 1


@pytest.mark.parametrize("fen", [0, -1, 10**15, True, 3_000_000.0])
def test_what_is_no_amount_never_reaches_the_hall(hall: Auction, cast: Cast, fen: int) -> None:
    with pytest.raises(Refused) as error:
        bidding.press(auction_id=hall.pk, kind="bid", amount_fen=fen, by=cast.farmer)
    assert error.value.code == "bad_amount"
    assert presses(hall) == 0


def test_numbers_have_no_gap_and_the_chain_stands_on_the_announcement(hall: Auction, cast: Cast) -> None:
    for yuan, user in enumerate([cast.farmer, cast.stranger, cast.stranger, cast.farmer]):
        bid(hall, user, 30_000 + 500 * yuan)
    auction = close_hall(hall)
    events = list(HallEvent.objects.filter(auction=auction).order_by("number"))
    assert [e.number for e in events] == [1, 2, 3, 4, 5, 6]
    assert [e.accepted for e in events] == [True, True, True, False, True, True]
    assert [e.public_number for e in events] == [1, 2, 3, None, 4, 5]
    assert events[0].prev == auction.announcement.sha256
    assert [e.prev for e in events[1:]] == [e.hash for e in events[:-1]]
    assert all(e.hash == chain.link(e.prev, e.body_hash) for e in events)
    assert auction.head == events[-1].hash
    assert len({e.salt for e in events}) == 6 and {len(e.salt) for e in events} == {32}


def no_longer(hall: Auction, cast: Cast, user: object) -> None:
    before = presses(hall)
    with pytest.raises(NotAllowed) as no:
        bidding.bid(auction_id=hall.pk, amount_fen=3_100_000, by=user)
    assert (no.value.code, presses(hall)) == ("no_longer_entitled", before)


def test_a_person_whose_account_was_closed_can_no_longer_bid(hall: Auction, cast: Cast) -> None:
    bid(hall, cast.farmer, 30_000, "k")
    User.objects.filter(pk=cast.farmer.pk).update(is_active=False)
    no_longer(hall, cast, cast.farmer)
    asked = [bidding.Asked(user.pk, "bid", 3_050_000, "both") for user in (cast.farmer, cast.stranger)]
    answers = bidding.settle(str(hall.pk), asked)
    assert [isinstance(one, NotAllowed) for one in answers] == [True, False]


def test_a_repeated_key_gets_its_first_answer_although_the_bidder_can_no_longer_bid(hall: Auction, cast: Cast) -> None:
    first = bid(hall, cast.farmer, 30_000, "k")
    User.objects.filter(pk=cast.farmer.pk).update(is_active=False)
    assert bid(hall, cast.farmer, 30_000, "k") == first
    with pytest.raises(OtherBody):
        bid(hall, cast.farmer, 31_000, "k")
    assert presses(hall) == 1


def test_who_no_longer_represents_the_company_can_no_longer_bid_for_it(cast: Cast) -> None:
    auction = make_auction(cast)
    admit(auction, cast.farmer)
    admit(auction, cast.company, organisation_id=str(cast.company_organisation.pk))
    hall = open_hall(auction)
    bid(hall, cast.company, 30_000)
    entered = f"/auctions/{hall.listing_id}/ticket/"
    client = Client()
    client.force_login(cast.company, "allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(entered).status_code == 200
    Membership.objects.filter(user=cast.company, role=Role.AGENT).update(valid_to=legal_day())
    bid(hall, cast.farmer, 30_500)
    no_longer(hall, cast, cast.company)
    assert client.get(entered).status_code == 404
