"""The pages of a hall: watcher and bidder before, while and after, all without JavaScript."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from exchange.accounts.models import User
from exchange.clock import legal_now
from listings.auctions import showing
from listings.auctions.models import Auction, Deposit, HallEvent, Registration
from listings.auctions.services.registration import register
from tests.factories import Cast
from tests.listings.auctions.hall import admit, bid, close_hall, go_to, make_auction, make_sold_auction, open_hall, pay

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_time")]


def page(user: User | None, address: str, status: int = 200) -> str:
    answer = visitor(user).get(address)
    assert answer.status_code == status, answer.content[:500]
    return answer.content.decode()


def visitor(user: User | None) -> Client:
    client = Client(headers={"accept-language": "en"})
    if user:
        client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    return client


def state(text: str) -> str:
    found = re.search(r'data-state="(\w+)"', text)
    assert found
    return found[1]


@pytest.fixture
def hall(cast: Cast) -> Auction:
    auction = make_auction(cast)
    admit(auction, cast.farmer, cast.stranger)
    return open_hall(auction)


def room_of(auction: Auction) -> str:
    return f"/auctions/{auction.listing_id}/"


def test_before_the_opening_everybody_sees_when_and_how_to_join(cast: Cast) -> None:
    auction = make_auction(cast)
    text = page(None, room_of(auction))
    assert state(text) == "before" and "Register to bid" in text and 'http-equiv="refresh"' in text
    register(auction_id=auction.pk, by=cast.farmer)
    assert "Your deposit has not arrived" in page(cast.farmer, room_of(auction))


def test_the_live_room_is_told_whole_fen_and_no_fractions(hall: Auction, cast: Cast) -> None:
    bid(hall, cast.farmer, 30_000)
    hall.refresh_from_db()
    mine = hall.registrations.get(user=cast.farmer)
    told = showing.live(showing.room(hall, mine, legal_now()), "ticket")
    assert [told[name] for name in ("start", "price", "best", "step")] == [3_000_000, 3_000_000, 3_000_000, 50_000]
    assert [name for name, value in told.items() if isinstance(value, float)] == []


def test_each_reader_sees_his_own_state(hall: Auction, cast: Cast) -> None:
    assert state(page(cast.farmer, room_of(hall))) == "joined"
    bid(hall, cast.farmer, 30_000)
    assert state(page(None, room_of(hall))) == "watching"
    assert state(page(cast.farmer, room_of(hall))) == "leading"
    assert state(page(cast.stranger, room_of(hall))) == "joined"
    bid(hall, cast.stranger, 30_500)
    text = page(cast.farmer, room_of(hall))
    assert state(text) == "outbid"
    assert "¥30,500" in text and "叁万零伍佰元整" in text
    assert 'http-equiv="refresh"' not in text
    watcher = page(None, room_of(hall))
    assert 'http-equiv="refresh"' in watcher and 'id="act"' not in watcher


def test_a_bid_without_javascript_is_checked_and_then_sent(hall: Auction, cast: Cast) -> None:
    client = visitor(cast.farmer)
    chosen = {"amount_fen": "30000.00", "own_amount": "", "request_key": "page-key"}
    check = client.post(f"{room_of(hall)}bid/", chosen)
    assert check.status_code == 200
    assert "叁万元整" in check.content.decode() and "¥600,000" in check.content.decode()
    assert HallEvent.objects.filter(kind="bid").count() == 0
    for _click in range(2):
        sent = client.post(f"{room_of(hall)}bid/", chosen | {"checked": "1"})
        assert (sent.status_code, sent["Location"]) == (302, room_of(hall))
    assert HallEvent.objects.filter(kind="bid", accepted=True).count() == 1


def test_a_bid_one_fen_low_comes_back_to_the_room_with_the_reason(hall: Auction, cast: Cast) -> None:
    low = {"own_amount": "29,999.99", "amount_fen": "30000.00", "request_key": "k", "checked": "1"}
    answer = visitor(cast.farmer).post(f"{room_of(hall)}bid/", low)
    assert answer.status_code == 409
    assert "The least bid is now ¥30,000" in answer.content.decode()


def test_what_is_no_amount_comes_back_too(hall: Auction, cast: Cast) -> None:
    for typed in ["many", "", "-5"]:
        form = {"own_amount": typed, "amount_fen": "", "request_key": "k"}
        assert visitor(cast.farmer).post(f"{room_of(hall)}bid/", form).status_code == 400
    assert visitor(None).post(f"{room_of(hall)}bid/", {}).status_code == 302
    assert visitor(cast.bank).post(f"{room_of(hall)}bid/", {"amount_fen": "30000"}).status_code == 302
    assert HallEvent.objects.filter(kind="bid").count() == 0


def test_after_the_end_each_sees_what_matters_to_him(cast: Cast) -> None:
    auction = make_sold_auction(cast)
    assert state(page(cast.company, room_of(auction))) == "won"
    lost = page(cast.farmer, room_of(auction))
    assert state(lost) == "lost" and "It is on its way back" in lost
    assert state(page(None, room_of(auction))) == "ended"


def test_a_hall_without_bids_says_so(hall: Auction) -> None:
    go_to(hall.ends_at)
    text = page(None, room_of(hall))
    assert state(text) == "lost" and "Nobody bid" in text


def test_registration_leads_to_the_account_and_then_to_the_number(cast: Cast) -> None:
    auction = make_auction(cast)
    client = visitor(cast.farmer)
    assert "Myself: 李大山" in client.get(f"{room_of(auction)}register/").content.decode()
    ticks = {"terms_read": "on", "account_own": "on", "bids_bind": "on", "request_key": "k"}
    ticks["organisation_id"] = "myself"
    assert client.post(f"{room_of(auction)}register/", {"request_key": "k"}).status_code == 400
    sent = client.post(f"{room_of(auction)}register/", ticks)
    mine = Registration.objects.get()
    assert sent["Location"] == f"/registrations/{mine.pk}/"
    waiting = page(cast.farmer, sent["Location"])
    assert mine.deposit.sub_account.number in waiting and "Waiting for your deposit" in waiting
    pay(mine)
    arrived = page(cast.farmer, sent["Location"])
    assert "Your deposit has arrived" in arrived and mine.paddle in arrived
    assert page(cast.stranger, sent["Location"], status=404)
    asks = page(cast.farmer, f"/registrations/{mine.pk}/withdraw/")
    assert f'href="/registrations/{mine.pk}/withdraw/"' in arrived and f'{mine.pk}/withdraw/" class' not in arrived
    assert "Withdraw your registration?" in asks and "¥6,000" in asks
    assert Deposit.objects.get().state == Deposit.State.HELD
    client.post(f"/registrations/{mine.pk}/withdraw/", {"request_key": "w"})
    assert Deposit.objects.get().state == Deposit.State.REFUNDING
    assert "On its way back" in page(cast.farmer, sent["Location"])
    assert client.get(f"/registrations/{mine.pk}/withdraw/")["Location"] == sent["Location"]


def test_a_company_is_chosen_on_the_form(cast: Cast) -> None:
    auction = make_auction(cast)
    firm = cast.company_organisation
    ticks = {"terms_read": "on", "account_own": "on", "bids_bind": "on", "request_key": "k"}
    company, address = visitor(cast.company), f"{room_of(auction)}register/"
    form = company.get(address).content.decode()
    question = form[form.index("Who is registering?") :].split("</fieldset>")[0]
    assert "Myself" in question and "(if you like)" not in question and "checked" not in question
    refused = company.post(address, ticks)
    assert (refused.status_code, Registration.objects.count()) == (400, 0)
    company.post(address, ticks | {"organisation_id": str(firm.pk)})
    assert Registration.objects.get().organisation == firm


def test_the_seller_sees_why_he_cannot_register(cast: Cast) -> None:
    auction = make_auction(cast)
    assert "You cannot bid here." in page(cast.village, f"{room_of(auction)}register/")


def test_mine_shows_rooms_registrations_and_deposits(hall: Auction, cast: Cast) -> None:
    bid(hall, cast.farmer, 30_000)
    text = page(cast.farmer, "/my/auctions/")
    assert "You are leading" in text and "¥6,000" in text
    assert "No room waits for you" in page(cast.bank, "/my/auctions/")


def test_the_record_is_worked_out_anew_and_downloads_for_the_replay(hall: Auction, cast: Cast, tmp_path: Path) -> None:
    from listings.auctions.engine import replay

    bid(hall, cast.farmer, 30_000)
    bid(hall, cast.stranger, 30_100)
    assert page(None, f"{room_of(hall)}record/", status=404)
    close_hall(hall)
    text = page(None, f"{room_of(hall)}record/")
    assert "Unchanged" in text and "refused: too_low" in text and "李大山" not in text
    file = tmp_path / "record.json"
    file.write_text(page(None, f"{room_of(hall)}record.json"))
    assert replay.main([str(file), "--check"]) == 0


def test_the_clerk_sees_the_deposits_of_his_place(cast: Cast) -> None:
    make_sold_auction(cast)
    text = page(cast.organiser, "/deposits/")
    assert "李大山" in text and "南川肉食品有限公司" in text
    assert "李大山" not in page(cast.organiser, "/deposits/?state=held")
    assert page(cast.farmer, "/deposits/", status=404)


def test_the_list_shows_running_and_ended_halls(cast: Cast) -> None:
    make_sold_auction(cast)
    text = page(None, "/auctions/")
    assert "¥35,000" in text and "Ended" in text


def test_no_page_for_watchers_names_a_bidder(hall: Auction, cast: Cast) -> None:
    bid(hall, cast.farmer, 30_000)
    pages = [page(None, room_of(hall)), page(cast.stranger, room_of(hall)), page(None, "/auctions/")]
    close_hall(hall)
    pages += [page(None, room_of(hall)), page(None, f"{room_of(hall)}record/")]
    farmer = Registration.objects.get(user=cast.farmer)
    for text in pages:
        for secret in ("李大山", str(farmer.pk), str(farmer.user_id)):
            assert secret not in text


def test_the_room_stays_small(hall: Auction, cast: Cast) -> None:
    scripts = Path(settings.BASE_DIR) / "exchange/static/exchange/js"
    sizes = [len(gzip.compress((scripts / name).read_bytes(), 9)) for name in ("clock.js", "room.js", "capitals.js")]
    assert sum(sizes) <= 12 * 1024
    assert len(gzip.compress(page(cast.farmer, room_of(hall)).encode(), 9)) <= 16 * 1024


def test_the_room_asks_few_questions(hall: Auction, cast: Cast, django_assert_max_num_queries: object) -> None:
    for user, yuan in [(cast.farmer, 30_000), (cast.stranger, 30_500), (cast.farmer, 31_000)]:
        bid(hall, user, yuan)
    client = visitor(cast.farmer)
    client.get(room_of(hall))
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        client.get(room_of(hall))
