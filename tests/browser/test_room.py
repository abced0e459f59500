"""The live room in a browser, on the real ASGI application: bids arrive, receipts count, breaks are told."""

from __future__ import annotations

import json
import random
import socket
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from types import SimpleNamespace
from typing import Any

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page

from exchange import clock
from exchange.accounts.models import User
from exchange.asgi import application
from exchange.money import divide_half_up, in_capitals
from listings.auctions.models import Auction, HallEvent
from listings.auctions.services import closing
from listings.auctions.services.bidding import press
from tests.factories import make_cast
from tests.listings.auctions.hall import admit, make_auction

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


class Server:
    """The exchange on one port of this machine, in a thread; can be stopped and started anew."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        config = uvicorn.Config(
            application, host="127.0.0.1", port=self.port, log_level="critical", timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.05)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(15)
        assert not self._thread.is_alive()


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def live() -> Iterator[SimpleNamespace]:
    """A hall that is open by the real clock, with Farmer and Stranger admitted."""
    clock.set_clock_offset(-timedelta(minutes=5))
    cast = make_cast()
    auction = make_auction(cast)
    admit(auction, cast.farmer, cast.stranger)
    clock.set_clock_offset(timedelta())
    closing.open_auction(auction_id=auction.pk)
    yield SimpleNamespace(cast=cast, auction=auction, room=f"/auctions/{auction.listing_id}/")
    clock.install_movable_clock()


def visit(chromium: Browser, server: Server, path: str, user: User | None = None, **options: Any) -> Page:
    context = chromium.new_context(base_url=server.url, locale="zh-CN", reduced_motion="reduce", **options)
    if user:
        client = Client()
        client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": server.url}])
    page = context.new_page()
    page.faults = []  # type: ignore[attr-defined]
    page.on("pageerror", lambda error: page.faults.append(str(error)))  # type: ignore[attr-defined]
    page.on(
        "console",
        lambda said: page.faults.append(said.text) if "Content Security" in said.text else None,  # type: ignore[attr-defined]
    )
    page.goto(path)
    return page


def shows(page: Page, name: str, text: str, seconds: float = 10) -> None:
    page.wait_for_function(
        "([name, text]) => document.querySelector(`[data-x=${name}]`)?.textContent.includes(text)",
        arg=[name, text],
        timeout=seconds * 1000,
    )


def state(page: Page, wanted: str, seconds: float = 10) -> None:
    page.wait_for_selector(f'.room[data-state="{wanted}"]', timeout=seconds * 1000)


def test_a_confirmed_bid_moves_the_price_for_everybody(
    chromium: Browser, server: Server, live: SimpleNamespace
) -> None:
    farmer = visit(chromium, server, live.room, live.cast.farmer, viewport={"width": 390, "height": 844})
    stranger = visit(chromium, server, live.room, live.cast.stranger)
    watcher = visit(chromium, server, live.room)
    state(watcher, "watching")
    farmer.click('.stepb[data-steps="2"]')
    shows(farmer, "amount", "¥30,500")
    farmer.click("#go")
    assert farmer.inner_text('[data-x="ask-cap"]') == in_capitals(3_050_000)
    assert farmer.inner_text('[data-x="ask-term"]') == "¥610,000"
    assert farmer.evaluate("document.activeElement.id") == "no"
    farmer.keyboard.press("Escape")
    assert HallEvent.objects.filter(kind="bid").count() == 0
    farmer.click("#go")
    farmer.click("#yes")
    state(farmer, "leading")
    for page in (farmer, stranger, watcher):
        shows(page, "price", "¥30,500")
        shows(page, "capitals", in_capitals(3_050_000))
    assert farmer.is_disabled("#go") and not watcher.query_selector("#act")
    state(stranger, "joined")
    stranger.fill('[name="own_amount"]', "31500")
    shows(stranger, "amount", "¥31,500")
    stranger.press('[name="own_amount"]', "Enter")
    stranger.click("#yes")
    state(stranger, "leading")
    state(farmer, "outbid")
    shows(watcher, "price", "¥31,500")
    assert watcher.locator(".hist li .no").count() == 2
    assert HallEvent.objects.filter(kind="bid", accepted=True).count() == 2
    assert [page.faults for page in (farmer, stranger, watcher)] == [[], [], []]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("29999.99", "¥30,000"),
        ("30000.01", "¥30,000 "),
        ("100,000,000", "¥"),
        ("a lot", "35000.50"),
    ],
)
def test_an_amount_that_cannot_be_bid_is_refused_at_the_field_and_never_changed(
    chromium: Browser, server: Server, live: SimpleNamespace, typed: str, said: str
) -> None:
    farmer = visit(chromium, server, live.room, live.cast.farmer)
    state(farmer, "joined")
    farmer.fill('[name="own_amount"]', typed)
    shows(farmer, "own-note", said)
    assert (farmer.is_disabled("#go"), farmer.get_attribute('[name="own_amount"]', "aria-invalid")) == (True, "true")
    farmer.press('[name="own_amount"]', "Enter")
    assert not farmer.is_visible("#ask")
    assert farmer.input_value('[name="own_amount"]') == typed
    farmer.fill('[name="own_amount"]', "30000")
    shows(farmer, "amount", "¥30,000")
    assert (farmer.is_disabled("#go"), farmer.inner_text('[data-x="own-note"]')) == (False, "")
    assert farmer.faults == []  # type: ignore[attr-defined]


def test_what_was_typed_stays_when_the_price_passes_it_and_says_what_is_the_least_now(
    chromium: Browser, server: Server, live: SimpleNamespace
) -> None:
    farmer = visit(chromium, server, live.room, live.cast.farmer)
    state(farmer, "joined")
    farmer.fill('[name="own_amount"]', "30000")
    press(auction_id=live.auction.pk, kind="bid", amount_fen=3_000_000, by=live.cast.stranger)
    shows(farmer, "own-note", "¥30,500")
    assert (farmer.input_value('[name="own_amount"]'), farmer.is_disabled("#go")) == ("30000", True)


def test_amounts_in_the_browser_are_whole_fen(chromium: Browser, server: Server, live: SimpleNamespace) -> None:
    page = visit(chromium, server, "/auctions/")
    said = page.evaluate(
        "async (texts) => { const {typedFen, wire, yuan, scaled} = await import('/static/exchange/js/amounts.js');"
        " const fen = texts.map(typedFen);"
        " return [fen, fen.map((n) => n === null ? null : wire(n)), fen.map((n) => n === null ? null : yuan(n)),"
        " scaled(3500050, 200000, 600003)]; }",
        ["29999.99", "¥1,000,000.1", "３５０００", "0.07", "1.005", "-3", "1e3", ""],
    )
    assert said == [
        [2_999_999, 100_000_010, 3_500_000, 7, None, None, None, None],
        ["29999.99", "1000000.10", "35000.00", "0.07", None, None, None, None],
        ["¥29,999.99", "¥1,000,000.1", "¥35,000", "¥0.07", None, None, None, None],
        divide_half_up(3_500_050 * 200_000, 600_003),
    ]


def test_an_open_dialog_does_not_confirm_an_old_price(chromium: Browser, server: Server, live: SimpleNamespace) -> None:
    farmer = visit(chromium, server, live.room, live.cast.farmer)
    farmer.click("#go")
    press(auction_id=live.auction.pk, kind="bid", amount_fen=3_000_000, by=live.cast.stranger)
    farmer.wait_for_selector('[data-x="ask-moved"]:not([hidden])')
    assert "¥30,500" in farmer.inner_text('[data-x="ask-moved"]') and farmer.is_disabled("#yes")


def test_a_break_is_told_and_what_was_missed_is_shown(chromium: Browser, server: Server, live: SimpleNamespace) -> None:
    farmer = visit(chromium, server, live.room, live.cast.farmer)
    state(farmer, "joined")
    farmer.wait_for_timeout(500)
    server.stop()
    state(farmer, "offline", 25)
    assert farmer.is_disabled("#go")
    press(auction_id=live.auction.pk, kind="bid", amount_fen=3_000_000, by=live.cast.stranger)
    server.start()
    shows(farmer, "price", "¥30,000", 30)
    state(farmer, "joined", 15)
    assert not farmer.is_disabled("#go")


def test_the_end_reaches_winner_loser_and_watcher(chromium: Browser, server: Server, live: SimpleNamespace) -> None:
    press(auction_id=live.auction.pk, kind="bid", amount_fen=3_000_000, by=live.cast.stranger)
    press(auction_id=live.auction.pk, kind="bid", amount_fen=3_050_000, by=live.cast.farmer)
    pages = {
        "won": visit(chromium, server, live.room, live.cast.farmer),
        "lost": visit(chromium, server, live.room, live.cast.stranger),
        "ended": visit(chromium, server, live.room),
    }
    state(pages["won"], "leading")
    clock.install_movable_clock(timedelta(minutes=10))
    assert closing.close(auction_id=live.auction.pk)
    for name, page in pages.items():
        state(page, name)
        assert page.faults == []  # type: ignore[attr-defined]
    assert Auction.objects.get().price_fen == 3_050_000


def test_the_room_is_accessible_and_never_scrolls_sideways(
    chromium: Browser, server: Server, live: SimpleNamespace
) -> None:
    press(auction_id=live.auction.pk, kind="bid", amount_fen=3_000_000, by=live.cast.stranger)
    for user, width in product((live.cast.farmer, None), (390, 1440)):
        page = visit(chromium, server, live.room, user, viewport={"width": width, "height": 844})
        found = Axe().run(page).response["violations"]
        assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_capitals_in_the_browser_are_those_of_the_contract(
    chromium: Browser, server: Server, live: SimpleNamespace
) -> None:
    dice = random.Random(11)
    amounts = [0, 5, 10, 105, 10**11, *(dice.randrange(10 ** dice.randint(1, 14)) for _ in range(2000))]
    page = visit(chromium, server, "/auctions/")
    said = page.evaluate(
        "async (fen) => { const {capitals} = await import('/static/exchange/js/capitals.js');"
        " return JSON.stringify(fen.map(capitals)); }",
        amounts,
    )
    assert json.loads(said) == [in_capitals(fen) for fen in amounts]
