"""The ASGI hall itself, driven as a server drives it: streams, the clock, bids by ticket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from exchange import clock
from listings.auctions.hall import bids, tickets
from listings.auctions.hall.app import Hall
from listings.auctions.models import Auction, HallEvent
from listings.auctions.services.bidding import press
from tests.factories import make_cast
from tests.listings.auctions.hall import admit, make_auction

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def live() -> Iterator[SimpleNamespace]:
    """A hall that is open by the real clock, since its announcement was made minutes ago; three events so far."""
    clock.set_clock_offset(-timedelta(minutes=5))
    cast = make_cast()
    auction = make_auction(cast)
    farmer, stranger = admit(auction, cast.farmer, cast.stranger)
    clock.set_clock_offset(timedelta())
    press(auction_id=auction.pk, kind="bid", amount_fen=3_000_000, by=cast.farmer)
    press(auction_id=auction.pk, kind="bid", amount_fen=3_050_000, by=cast.stranger)
    yield SimpleNamespace(cast=cast, auction=Auction.objects.get(), farmer=farmer, stranger=stranger)


class Talk:
    """One request to the application: what it sent, and a way to hang up."""

    def __init__(self, hall: Hall, method: str, path: str, headers: dict[str, str], body: bytes) -> None:
        route, _mark, query = path.partition("?")
        scope = {
            "type": "http",
            "method": method,
            "path": route,
            "query_string": query.encode(),
            "headers": [(k.encode(), v.encode()) for k, v in {"host": "exchange.test", **headers}.items()],
        }
        self.sent: list[dict[str, Any]] = []
        self.gone = asyncio.Event()
        self._asked = [{"type": "http.request", "body": body, "more_body": False}]
        self.task = asyncio.create_task(hall(scope, self._receive, self._send))

    async def _receive(self) -> dict[str, Any]:
        if self._asked:
            return self._asked.pop()
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)

    @property
    def status(self) -> int:
        return self.sent[0]["status"]

    @property
    def text(self) -> str:
        return b"".join(message.get("body", b"") for message in self.sent[1:]).decode()

    @property
    def events(self) -> list[tuple[str, str, dict[str, Any]]]:
        """The events of a stream: (id, kind, data)."""
        found = []
        for block in self.text.split("\n\n")[:-1]:
            fields = dict(line.split(": ", 1) for line in block.split("\n"))
            found.append((fields.get("id", ""), fields["event"], json.loads(fields["data"])))
        return found

    async def until(self, ready: Callable[[], bool]) -> None:
        for _turn in range(500):
            if ready():
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"waited in vain; got {self.sent}")

    async def hang_up(self) -> None:
        self.gone.set()
        await asyncio.wait_for(self.task, 5)


def in_the_hall(work: Callable[[Hall], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        hall = Hall()
        try:
            return await work(hall)
        finally:
            await hall.stop()

    # In a thread of its own: a browser test before may have left its loop running in this one.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, run()).result()


async def ask(hall: Hall, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, Any]]:
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    talk = Talk(hall, method, path, named, json.dumps(body).encode())
    await asyncio.wait_for(talk.task, 10)
    return talk.status, json.loads(talk.text)


def bidder(registration: Any, key: str) -> dict[str, str]:
    return {
        "authorization": f"Ticket {tickets.issue(registration, 'en')}",
        "origin": "https://exchange.test",
        "idempotency_key": key,
    }


def test_a_stream_replays_from_the_readers_number_and_goes_on(live: SimpleNamespace) -> None:
    async def work(hall: Hall) -> list[Any]:
        path = f"/hall/{live.auction.pk}/events"
        by_header = Talk(hall, "GET", path, {"last-event-id": "2"}, b"")
        by_query = Talk(hall, "GET", f"{path}?after=0", {}, b"")
        await by_header.until(lambda: len(by_header.events) == 2)
        await by_query.until(lambda: len(by_query.events) == 4)
        await asyncio.to_thread(_bid_elsewhere, live, 3_100_000)
        await by_header.until(lambda: len(by_header.events) == 3)
        await by_query.until(lambda: len(by_query.events) == 5)
        await by_header.hang_up()
        await by_query.hang_up()
        return [by_header.events, by_query.events, by_query.text]

    short, whole, text = in_the_hall(work)
    assert [(seq, kind) for seq, kind, _data in short] == [("", "beat"), ("3", "bid"), ("4", "bid")]
    assert [(seq, kind) for seq, kind, _data in whole[:2]] == [("", "beat"), ("1", "opened")]
    assert [seq for seq, _kind, _data in whole] == ["", "1", "2", "3", "4"]
    last = whole[-1][2]
    assert (last["price"], last["leader"], last["seq"]) == ("31000.00", live.farmer.paddle, 4)
    assert last["now"] >= last["at"] and last["ends_at"] > last["now"]
    assert max(len(block.encode()) for block in text.split("\n\n")) <= 400
    assert "李大山" not in text and str(live.farmer.pk) not in text


def _bid_elsewhere(live: SimpleNamespace, fen: int) -> None:
    from django.db import connection

    press(auction_id=live.auction.pk, kind="bid", amount_fen=fen, by=live.cast.farmer)
    connection.close()


def test_the_clock_is_the_databases(live: SimpleNamespace) -> None:
    status, body = in_the_hall(lambda hall: ask(hall, "GET", f"/hall/{live.auction.pk}/clock"))
    assert status == 200
    assert abs((clock.legal_now() - clock.datetime.fromisoformat(body["now"])).total_seconds()) < 5


def test_bids_by_ticket_are_settled_together_and_each_gets_its_answer(live: SimpleNamespace) -> None:
    async def work(hall: Hall) -> list[tuple[int, dict[str, Any]]]:
        path = f"/hall/{live.auction.pk}/bids"
        return await asyncio.gather(
            ask(hall, "POST", path, {"amount": "31000.00"}, **bidder(live.farmer, "a")),
            ask(hall, "POST", path, {"amount": "31000.00"}, **bidder(live.farmer, "a")),
            ask(hall, "POST", path, {"amount": "31000.00"}, **bidder(live.stranger, "b")),
            ask(hall, "POST", path, {"amount": "31500.00"}, **bidder(live.stranger, "c")),
        )

    first, again, low, higher = in_the_hall(work)
    assert first[0] == 201 and again == first
    assert (low[0], low[1]["code"]) == (409, "too_low")
    assert "31,500" in low[1]["fields"]["amount"][0]
    assert higher[0] == 201 and higher[1]["price"] == "31500.00"
    assert HallEvent.objects.filter(kind="bid").count() == 5


def test_an_old_ticket_is_worth_nothing_once_the_account_is_closed(live: SimpleNamespace) -> None:
    path, ticket = f"/hall/{live.auction.pk}/bids", bidder(live.farmer, "a")
    type(live.cast.farmer).objects.filter(pk=live.cast.farmer.pk).update(is_active=False)
    status, said = in_the_hall(lambda hall: ask(hall, "POST", path, {"amount": "31000.00"}, **ticket))
    assert (status, said["code"]) == (403, "no_longer_entitled")
    assert HallEvent.objects.filter(kind="bid").count() == 2


def test_without_ticket_origin_key_or_amount_nothing_reaches_the_hall(live: SimpleNamespace) -> None:
    other = make_foreign_ticket(live)

    async def work(hall: Hall) -> list[int]:
        path, body = f"/hall/{live.auction.pk}/bids", {"amount": "31000.00"}
        good = bidder(live.farmer, "k")
        return [
            (await ask(hall, "POST", path, body, **{**good, "authorization": "Ticket forged"}))[0],
            (await ask(hall, "POST", path, body, **{**good, "authorization": f"Ticket {other}"}))[0],
            (await ask(hall, "POST", path, body, **{**good, "origin": "https://evil.test"}))[0],
            (await ask(hall, "POST", path, body, **{k: v for k, v in good.items() if k != "origin"}))[0],
            (await ask(hall, "POST", path, body, **{**good, "idempotency_key": ""}))[0],
            (await ask(hall, "POST", path, {"amount": 31000}, **good))[0],
            (await ask(hall, "POST", path, {"amount": "9" * 3000}, **good))[0],
            (await ask(hall, "GET", path, **good))[0],
            (await ask(hall, "POST", "/hall/nonsense/bids", body, **good))[0],
            (await ask(hall, "GET", f"/hall/{live.cast.farmer.pk}/events"))[0],
        ]

    assert in_the_hall(work) == [401, 401, 403, 403, 400, 400, 413, 405, 404, 404]
    assert HallEvent.objects.filter(kind="bid").count() == 2


def make_foreign_ticket(live: SimpleNamespace) -> str:
    """A ticket of the same bidder for some other hall."""
    from copy import copy

    elsewhere = copy(live.farmer)
    elsewhere.auction_id = live.cast.farmer.pk
    return tickets.issue(elsewhere, "en")


def test_too_many_bids_in_a_moment_are_slowed_down(live: SimpleNamespace) -> None:
    async def work(hall: Hall) -> list[int]:
        path, body = f"/hall/{live.auction.pk}/bids", {"amount": "1.00"}
        presses = [ask(hall, "POST", path, body, **bidder(live.farmer, f"k{n}")) for n in range(30)]
        return [status for status, _body in await asyncio.gather(*presses)]

    answers = in_the_hall(work)
    assert answers.count(409) >= bids.BURST and 429 in answers


def test_a_failing_batch_answers_all_and_the_hall_goes_on(
    live: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, failures = bids._settle_and_say, iter([True])

    def break_once(*args: Any) -> Any:
        if next(failures, False):
            raise RuntimeError("broken")
        return real(*args)

    monkeypatch.setattr(bids, "_settle_and_say", break_once)

    async def work(hall: Hall) -> list[int]:
        path = f"/hall/{live.auction.pk}/bids"
        answers = [
            await ask(hall, "POST", path, {"amount": "31000.00"}, **bidder(live.farmer, key)) for key in ("a", "a")
        ]
        return [status for status, _body in answers]

    assert in_the_hall(work) == [500, 201]
