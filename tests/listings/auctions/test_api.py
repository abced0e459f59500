"""The API of auctions, as a program of a bidder sees it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from exchange.accounts.models import User
from exchange.accounts.tokens import token_of
from listings.auctions.engine import replay
from listings.auctions.engine.record import record_from_json
from listings.auctions.models import Auction, HallEvent
from tests.factories import Cast
from tests.listings.auctions.hall import admit, close_hall, make_auction, make_sold_auction, open_hall, pay

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_time")]


def call(user: User | None, method: str, path: str, body: Any = None, key: str = "") -> tuple[int, Any]:
    headers = {"HTTP_AUTHORIZATION": f"Bearer {token_of(user)}"} if user else {}
    if key:
        headers["HTTP_IDEMPOTENCY_KEY"] = key
    send = getattr(Client(), method)
    content = {} if body is None else {"data": body, "content_type": "application/json"}
    answer = send(path if path.startswith("/") else f"/api/v1/auctions/{path}", **content, **headers)
    return answer.status_code, answer.json()


@pytest.fixture
def hall(cast: Cast) -> Auction:
    auction = make_auction(cast)
    admit(auction, cast.farmer, cast.stranger)
    return open_hall(auction)


def test_a_bidder_goes_from_registration_to_the_record(cast: Cast) -> None:
    auction = make_auction(cast)
    status, made = call(cast.farmer, "post", f"{auction.pk}/registrations/", {}, key="r1")
    assert (status, made["state"], made["deposit"]["amount"]) == (201, "deposit_due", "6000.00")
    assert call(cast.farmer, "post", f"{auction.pk}/registrations/", {}, key="r1") == (201, made)
    assert call(cast.farmer, "post", f"{auction.pk}/registrations/", {}, key="r2")[1]["code"] == "already_registered"
    pay(auction.registrations.get())
    _status, own = call(cast.farmer, "get", f"{auction.pk}/registrations/")
    assert [(one["state"], one["deposit"]["state"]) for one in own] == [("admitted", "held")]
    assert call(cast.stranger, "get", f"{auction.pk}/registrations/") == (200, [])
    open_hall(auction)
    status, bid = call(cast.farmer, "post", f"{auction.pk}/bids/", {"amount": "30000.00"}, key="b1")
    assert (status, bid["accepted"], bid["price"], bid["number"], bid["leader"]) == (
        201,
        True,
        "30000.00",
        2,
        made["bidder"],
    )
    assert call(cast.farmer, "get", f"{auction.pk}/bids/by-key/b1/") == (200, bid)
    assert call(None, "get", f"{auction.pk}/record/")[1]["code"] == "not_ended"
    close_hall(auction)
    status, record = call(None, "get", f"{auction.pk}/record/")
    read = record_from_json(record)
    assert status == 200 and replay.differences(read, replay.report(read)) == []
    status, chain = call(None, "get", f"{auction.pk}/chain/")
    assert [event["body"]["kind"] for event in chain["events"]] == ["open", "bid", "close"]
    assert "李大山" not in str(chain) + str(record)


def test_a_refused_bid_says_why_at_the_field_and_is_recorded(hall: Auction, cast: Cast) -> None:
    status, no = call(cast.farmer, "post", f"{hall.pk}/bids/", {"amount": "29999.99"}, key="low")
    assert (status, no["code"], no["accepted"], no["number"], no["next_min"]) == (409, "too_low", False, 2, "30000.00")
    assert no["fields"] == {"amount": [no["message"]]}
    assert call(cast.farmer, "post", f"{hall.pk}/bids/", {"amount": "29999.99"}, key="low") == (409, no)
    assert call(cast.farmer, "post", f"{hall.pk}/bids/", {"amount": "30000.00"}, key="low")[0] == 422
    assert HallEvent.objects.filter(auction=hall, kind="bid").count() == 1


@pytest.mark.parametrize("amount", [30000, "30,000", "30000.001", "", None, "-1", "1e9"])
def test_what_is_no_amount_is_a_wrong_shape(hall: Auction, cast: Cast, amount: Any) -> None:
    status, no = call(cast.farmer, "post", f"{hall.pk}/bids/", {"amount": amount}, key="x")
    assert (status, no["code"]) in {(400, "bad_shape"), (409, "bad_amount")}
    assert HallEvent.objects.filter(auction=hall, kind="bid").count() == 0


def test_only_bidders_bid_and_a_key_is_only_its_owners(hall: Auction, cast: Cast) -> None:
    assert call(None, "post", f"{hall.pk}/bids/", {"amount": "30000.00"})[0] == 401
    assert call(cast.bank, "post", f"{hall.pk}/bids/", {"amount": "30000.00"})[0] == 403
    call(cast.farmer, "post", f"{hall.pk}/bids/", {"amount": "30000.00"}, key="mine")
    assert call(cast.stranger, "get", f"{hall.pk}/bids/by-key/mine/")[0] == 404
    assert call(cast.farmer, "get", f"{hall.pk}/bids/by-key/never/")[1]["code"] == "never_seen"


def test_everybody_sees_bids_and_events_by_their_public_numbers(hall: Auction, cast: Cast) -> None:
    call(cast.farmer, "post", f"{hall.pk}/bids/", {"amount": "30000.00"})
    call(cast.stranger, "post", f"{hall.pk}/bids/", {"amount": "30000.00"})
    call(cast.stranger, "post", f"{hall.pk}/bids/", {"amount": "30500.00"})
    _status, bids = call(None, "get", f"{hall.pk}/bids/")
    assert [(one["seq"], one["price"]) for one in bids["results"]] == [(3, "30500.00"), (2, "30000.00")]
    _status, news = call(None, "get", f"{hall.pk}/events/?after=1")
    assert [(one["seq"], one["kind"]) for one in news["events"]] == [(2, "bid"), (3, "bid")]
    assert news["seq"] == 3
    assert call(None, "get", f"{hall.pk}/events/?after=-1")[0] == 400


def test_a_hall_is_listed_and_shown_with_phase_and_least_bid(hall: Auction, cast: Cast) -> None:
    _status, listed = call(None, "get", "?state=open")
    assert [one["id"] for one in listed["results"]] == [str(hall.pk)]
    _status, shown = call(None, "get", f"{hall.pk}/")
    assert (shown["phase"], shown["next_min"], shown["price"], shown["deposit"]) == (
        "free",
        "30000.00",
        None,
        "6000.00",
    )
    assert call(None, "get", "?state=nonsense")[0] == 400


def test_reading_a_hall_after_its_end_closes_it(hall: Auction, cast: Cast) -> None:
    from tests.listings.auctions.hall import go_to

    go_to(hall.ends_at)
    _status, shown = call(None, "get", f"{hall.pk}/")
    assert (shown["state"], shown["phase"], shown["outcome"]) == ("closed", "closed", "no_bids")


def test_no_public_answer_names_a_bidder(cast: Cast) -> None:
    auction = make_sold_auction(cast)
    paths = ["", f"{auction.pk}/", f"{auction.pk}/bids/", f"{auction.pk}/events/", f"{auction.pk}/record/"]
    text = "".join(str(call(None, "get", path)) for path in [*paths, f"{auction.pk}/chain/"])
    ids = [str(r.pk) for r in auction.registrations.all()] + [str(r.user_id) for r in auction.registrations.all()]
    for secret in ["李大山", "南川肉食品", *ids]:
        assert secret not in text


def test_one_withdraws_ones_own_registration_only(cast: Cast) -> None:
    auction = make_auction(cast)
    (one,) = admit(auction, cast.farmer)
    path = f"/api/v1/registrations/{one.pk}/withdraw/"
    assert call(cast.stranger, "post", path)[0] == 404
    status, done = call(cast.farmer, "post", path)
    assert (status, done["state"], done["deposit"]["state"]) == (200, "withdrawn", "refunding")
