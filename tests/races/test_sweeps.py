"""Two sweeps at one row: its lock puts them in a row, and only the first does it; controls without the lock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Manager

from exchange import clock
from exchange.accounts.models import Notice
from exchange.clock import legal_day
from exchange.journal.models import Event
from exchange.locking import Lockable
from listings.auctions.models import Auction
from listings.auctions.services import scheduling
from listings.catalogue.services import renewing
from listings.registry.models import Right
from listings.registry.services import terms
from tests.factories import Cast, make_cast, make_right
from tests.listings.auctions.hall import admit
from tests.listings.auctions.test_provisional import make_standard_auction
from tests.listings.catalogue.test_provisional_dates import import_years
from tests.races.test_deals import at_once

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def people(transactional_db: None) -> Iterator[Cast]:
    clock.set_clock_offset(timedelta())
    yield make_cast()
    clock.set_clock_offset(timedelta())


@pytest.fixture
def unlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every lock be a plain read."""
    monkeypatch.setattr(Lockable, "lock", lambda self, **lookup: Manager.get(self, **lookup))
    monkeypatch.setattr(Lockable, "lock_all", lambda self, pks: list(self.filter(pk__in=list(pks)).order_by("pk")))


@pytest.fixture
def behind(people: Cast, no_calendars: Path) -> Auction:
    """A hall at provisional dates, with one bidder, whose announcement has a newer version that it has not heard of."""
    auction = make_standard_auction(people)
    admit(auction, people.farmer)
    import_years(auction.opens_at.date())
    assert renewing.renew_waiting() == 1
    return auction


def rescheduled_twice(auction: Auction, monkeypatch: pytest.MonkeyPatch) -> tuple[list[Any], int, int]:
    """Return what two calls said, how many events there are, and how many notices."""
    call = partial(scheduling.reschedule_auction, listing_id=str(auction.listing_id))
    said = at_once(monkeypatch, scheduling, "_dated", call, call)
    assert not Auction.objects.get().provisional
    told = Notice.objects.filter(phrase__contains="Bidding begins").count()
    return said, Event.objects.filter(kind="auction.rescheduled").count(), told


def test_a_hall_is_rescheduled_once(behind: Auction, monkeypatch: pytest.MonkeyPatch) -> None:
    assert rescheduled_twice(behind, monkeypatch) == ([True, False], 1, 1)


@pytest.mark.usefixtures("unlocked")
def test_control_without_the_lock_the_bidder_is_told_twice(behind: Auction, monkeypatch: pytest.MonkeyPatch) -> None:
    assert rescheduled_twice(behind, monkeypatch) == ([True, True], 2, 2)


@pytest.fixture
def over(people: Cast) -> Right:
    """A lease whose term ends today."""
    return terms.derive_right(
        parent_id=str(make_right(people).pk),
        holder_name="李大山",
        holder_user=people.farmer,
        term_from=legal_day() - timedelta(days=365),
        term_to=legal_day(),
        by=None,
    )


def ended_twice(right: Right, monkeypatch: pytest.MonkeyPatch) -> tuple[list[Any], int]:
    end = partial(terms.end_right, right_id=right.pk)
    said = at_once(monkeypatch, terms, "legal_day", end, end)
    return said, Event.objects.filter(kind="right.ended").count()


def test_a_right_ends_once(over: Right, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ended_twice(over, monkeypatch) == ([True, False], 1)


@pytest.mark.usefixtures("unlocked")
def test_control_without_the_lock_a_right_ends_twice(over: Right, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ended_twice(over, monkeypatch) == ([True, True], 2)
