"""Bids and closings at the same time on real connections: the hall's lock puts them in a row; controls without it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from exchange import clock
from exchange.accounts.models import User
from exchange.errors import Refused
from exchange.journal.models import Event
from listings.auctions import verifying
from listings.auctions.models import Auction, HallEvent, Registration
from listings.auctions.selectors import Press
from listings.auctions.services import bidding, closing, combining, reporting
from listings.catalogue.models import Listing
from listings.registry.models import Right
from tests.factories import make_cast
from tests.listings.auctions.hall import admit, make_auction

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def live() -> Iterator[SimpleNamespace]:
    """A hall that is open by the real clock, with Farmer, Stranger and Company admitted, price 30,000."""
    clock.set_clock_offset(-timedelta(minutes=5))
    cast = make_cast()
    auction = make_auction(cast)
    admit(auction, cast.farmer, cast.stranger)
    admit(auction, cast.company, organisation_id=str(cast.company_organisation.pk))
    clock.set_clock_offset(timedelta())
    bidding.press(auction_id=auction.pk, kind="bid", amount_fen=3_000_000, by=cast.company)
    yield SimpleNamespace(cast=cast, auction=Auction.objects.get())
    clock.set_clock_offset(timedelta())


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run acts on connections of their own, all begun together; what each returned or raised."""
    start = threading.Barrier(len(acts), timeout=20)

    def run(act: Callable[[], Any]) -> Any:
        try:
            start.wait()
            return act()
        except (Refused, DatabaseError) as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def later(offset: timedelta, act: Callable[[], Any]) -> Callable[[], Any]:
    """Let an act's own connection live so much later."""

    def run() -> Any:
        clock.set_clock_offset(offset)
        return act()

    return run


def pressing(live: SimpleNamespace, user: User, fen: int, key: str = "") -> Callable[[], Press]:
    def act() -> Press:
        return bidding.press(auction_id=live.auction.pk, kind="bid", amount_fen=fen, by=user, request_key=key)

    return act


def alone(live: SimpleNamespace, user: User, fen: int) -> Callable[[], Any]:
    """A press as another process would settle it: past this process's queue."""

    def act() -> Any:
        asked = bidding.Asked(user.pk, "bid", fen, f"{user.pk}-{fen}")
        return bidding.settle(str(live.auction.pk), [asked])[0]

    return act


def holds(auction_id: object) -> list[str]:
    return list(verifying.differences(Auction.objects.select_related("announcement", "winner").get(pk=auction_id)))


@pytest.fixture
def slow_pen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave time between reading the hall and writing it down, so that two really meet."""
    save = bidding.Pen.save

    def slowly(self: Any, state: Any) -> None:
        time.sleep(0.3)
        save(self, state)

    monkeypatch.setattr(bidding.Pen, "save", slowly)


@pytest.fixture
def without_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read the rows without locking them."""
    for model in (Auction, Listing, Right):
        monkeypatch.setattr(type(model.objects), "lock", lambda self, **lookup: self.get(**lookup))


@pytest.mark.usefixtures("slow_pen")
def test_of_two_equal_bids_from_two_processes_one_leads(live: SimpleNamespace) -> None:
    cast = live.cast
    done = at_once(alone(live, cast.farmer, 3_050_000), alone(live, cast.stranger, 3_050_000))
    assert sorted(one.reason for one in done) == ["", "too_low"]
    live.auction.refresh_from_db()
    assert (live.auction.price_fen, live.auction.number) == (3_050_000, 4)
    assert holds(live.auction.pk) == []


@pytest.mark.usefixtures("slow_pen", "without_lock")
def test_control_without_the_lock_one_of_two_bids_breaks(live: SimpleNamespace) -> None:
    cast = live.cast
    done = at_once(alone(live, cast.farmer, 3_050_000), alone(live, cast.stranger, 3_050_000))
    # The unique number is the last wall: one bid is thrown back as unsettled instead of being decided.
    assert sorted(type(one).__name__ for one in done) == ["Press", "Unsettled"]


@pytest.mark.usefixtures("slow_pen")
def test_many_presses_in_one_process_are_settled_together_each_with_its_own_answer(
    live: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast, sizes = live.cast, []
    settle = bidding._settle_batch

    def counted(auction_id: str, asked: list[Any]) -> Any:
        sizes.append(len(asked))
        return settle(auction_id, asked)

    monkeypatch.setattr(bidding, "_settle_batch", counted)
    people = [cast.farmer, cast.stranger]
    done = at_once(*(pressing(live, people[n % 2], 3_000_000 + 50_000 * n, f"k{n}") for n in range(1, 25)))
    assert sum(sizes) == 24 and len(sizes) < 12
    by_number = sorted(done, key=lambda one: one.number)
    assert [one.number for one in by_number] == list(range(3, 27))
    assert len({one.request_key for one in done}) == 24
    taken = [one.amount_fen for one in by_number if one.accepted]
    assert taken == sorted(taken) and len(taken) >= 1
    assert holds(live.auction.pk) == []


def test_one_key_pressed_by_many_threads_is_one_bid(live: SimpleNamespace) -> None:
    done = at_once(*[pressing(live, live.cast.farmer, 3_050_000, "same")] * 50)
    assert len({(one.number, one.hash, one.accepted) for one in done}) == 1
    assert HallEvent.objects.filter(request_key="same").count() == 1


def test_a_lost_connection_fails_its_batch_only_and_the_queue_goes_on(
    live: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    save, cuts = bidding.Pen.save, iter([True])

    def cut_once(self: Any, state: Any) -> None:
        save(self, state)
        if next(cuts, False):
            time.sleep(0.3)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    monkeypatch.setattr(bidding.Pen, "save", cut_once)
    cast = live.cast
    done = at_once(*(pressing(live, cast.farmer, 3_050_000, f"k{n}") for n in range(8)))
    lost = [one for one in done if isinstance(one, bidding.Unsettled)]
    assert 1 <= len(lost) < 8
    assert all(isinstance(one, Press) for one in done if one not in lost)
    assert HallEvent.objects.filter(kind="bid").count() == 1 + 8 - len(lost)
    assert holds(live.auction.pk) == []


@pytest.mark.usefixtures("slow_pen")
def test_a_bid_and_the_close_at_the_same_moment_agree(live: SimpleNamespace) -> None:
    end = live.auction.ends_at - clock.legal_now() + timedelta(milliseconds=20)
    done = at_once(
        later(end, alone(live, live.cast.farmer, 3_050_000)),
        later(end, lambda: closing.close(auction_id=live.auction.pk)),
    )
    assert done[1] is True
    assert isinstance(done[0], Refused) or done[0].reason == "closed"
    assert Auction.objects.get().price_fen == 3_000_000
    assert holds(live.auction.pk) == []


@pytest.mark.usefixtures("slow_pen", "without_lock")
def test_control_without_the_lock_a_bid_breaks_on_the_close(live: SimpleNamespace) -> None:
    end = live.auction.ends_at - clock.legal_now() + timedelta(milliseconds=20)
    done = at_once(
        later(end, alone(live, live.cast.farmer, 3_050_000)),
        later(end, lambda: closing.close(auction_id=live.auction.pk)),
    )
    assert any(isinstance(one, bidding.Unsettled | DatabaseError) for one in done)


@pytest.mark.usefixtures("slow_pen")
def test_many_closers_close_once(live: SimpleNamespace) -> None:
    end = live.auction.ends_at - clock.legal_now()
    close: Callable[[], bool] = lambda: closing.close(auction_id=live.auction.pk)  # noqa: E731
    done = at_once(*[later(end, close)] * 6, later(end, closing.close_due))
    assert sum(done) == 1
    assert HallEvent.objects.filter(kind="close").count() == 1
    assert Event.objects.filter(kind="auction.closed").count() == 1
    assert Registration.objects.filter(state="won").count() == 1
    assert holds(live.auction.pk) == []


@pytest.mark.usefixtures("slow_pen", "without_lock")
def test_control_without_the_lock_two_closers_meet(live: SimpleNamespace) -> None:
    end = live.auction.ends_at - clock.legal_now()
    close: Callable[[], bool] = lambda: closing.close(auction_id=live.auction.pk)  # noqa: E731
    done = at_once(later(end, close), later(end, close))
    # The unique number throws one back; with the lock nobody is thrown back.
    assert sum(isinstance(one, IntegrityError) for one in done) == 1


@pytest.mark.usefixtures("slow_pen")
def test_a_press_that_waits_too_long_is_unsettled_and_no_fault(
    live: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(combining, "PATIENCE_S", 0.1)
    cast = live.cast
    done = at_once(*(pressing(live, cast.farmer, 3_050_000, f"k{n}") for n in range(2)))
    late = [one for one in done if isinstance(one, bidding.Unsettled)]
    assert [(one.status, one.code) for one in late] == [(503, "unsettled")]
    assert HallEvent.objects.filter(kind="bid").count() == 1 + 1


def test_a_reader_sees_a_hall_that_somebody_else_has_locked(live: SimpleNamespace) -> None:
    held, free = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Listing.objects.lock(pk=live.auction.listing_id)
            held.set()
            free.wait(10)

    def read() -> str:
        held.wait(10)
        try:
            return closing.catch_up(auction=live.auction).state
        finally:
            free.set()

    end = live.auction.ends_at - clock.legal_now()
    assert at_once(hold, later(end, read)) == [None, Auction.State.OPEN]


def test_closers_that_do_not_wait_leave_a_locked_hall_to_its_holder(live: SimpleNamespace) -> None:
    end = live.auction.ends_at - clock.legal_now()
    held, free = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Right.objects.lock(pk=live.auction.listing.right_id)
            held.set()
            free.wait(10)

    def sweep() -> int:
        held.wait(10)
        try:
            return closing.close_due()
        finally:
            free.set()

    assert at_once(hold, later(end, sweep)) == [None, 0]
    assert Auction.objects.get().state == Auction.State.OPEN


def test_the_closer_leaves_a_listing_that_somebody_else_has_to_its_next_report(live: SimpleNamespace) -> None:
    held, free = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Listing.objects.lock(pk=live.auction.listing_id)
            held.set()
            free.wait(10)

    def report() -> int:
        held.wait(10)
        try:
            return reporting.report_moved()
        finally:
            free.set()

    assert at_once(hold, report) == [None, 0]
    assert Listing.objects.get(pk=live.auction.listing_id).current_price_fen is None
    assert [reporting.report_moved(), reporting.report_moved()] == [1, 0]
    assert Listing.objects.get(pk=live.auction.listing_id).current_price_fen == 3_000_000


def test_the_queue_hands_each_its_answer_and_lives_on_after_a_failure() -> None:
    """The combiner alone, without a database: 400 requests of 20 threads, every seventh batch fails."""
    batches: list[int] = []

    def settle(_key: str, requests: list[int]) -> list[int]:
        batches.append(len(requests))
        time.sleep(0.001)
        if len(batches) % 7 == 0:
            raise OSError("lost")
        return [request * 2 for request in requests]

    queue: combining.Combiner[int, int] = combining.Combiner(settle, cap=8)
    answered: list[tuple[int, int | None]] = []

    def ask(number: int) -> None:
        for request in range(number * 20, number * 20 + 20):
            try:
                answered.append((request, queue.submit("hall", request)))
            except OSError:
                answered.append((request, None))

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(ask, range(20)))
    assert sorted(request for request, _answer in answered) == list(range(400))
    assert all(answer in {None, request * 2} for request, answer in answered)
    assert 0 < sum(answer is None for _request, answer in answered) < 200
    assert max(batches) <= 8 and sum(batches) == 400
    assert queue._lines == {}
