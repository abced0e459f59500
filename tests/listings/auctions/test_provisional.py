"""No step is taken against anybody on a date whose year of the calendar is not published; refunds go on."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.test import Client

from exchange import calendar
from exchange.accounts.models import Notice
from exchange.errors import Refused
from exchange.journal.models import Event
from listings.auctions import tasks
from listings.auctions.instants import iso
from listings.auctions.models import Auction, Deposit, HallEvent, Registration
from listings.auctions.services import bidding, closing, scheduling
from listings.auctions.services.registration import register, withdraw
from listings.auctions.verifying import differences
from listings.catalogue.services import renewing
from tests.factories import Cast, make_announcement
from tests.listings.auctions.hall import admit, bid, close_hall, go_to, hear, open_hall
from tests.listings.catalogue.test_provisional_dates import import_years

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_time")]
HOUR = timedelta(hours=1)
State = Auction.State


def make_standard_auction(cast: Cast) -> Auction:
    """A hall under the standard rules, whose periods are working days."""
    listing_id = make_announcement(cast).listing_id
    hear()
    return Auction.objects.get(listing=listing_id)


@pytest.fixture
def waiting(cast: Cast, no_calendars: Path) -> Auction:
    """A hall whose dates were counted without any calendar."""
    auction = make_standard_auction(cast)
    assert auction.provisional
    return auction


def test_registration_is_closed_for_nobody(waiting: Auction, cast: Cast) -> None:
    go_to(waiting.registration_closes_at + HOUR)
    farmer, stranger = admit(waiting, cast.farmer, cast.stranger)
    assert [farmer.state, stranger.state] == [Registration.State.ADMITTED] * 2
    withdraw(registration_id=str(stranger.pk), by=cast.stranger)
    hear()
    assert Deposit.objects.get(registration=stranger).state == Deposit.State.REFUNDING


def test_the_hall_does_not_open_and_takes_no_press(waiting: Auction, cast: Cast) -> None:
    admit(waiting, cast.farmer)
    for moment in (waiting.opens_at + HOUR, waiting.ends_at + HOUR):
        go_to(moment)
        assert [closing.open_due(), closing.close_due()] == [0, 0]
        assert not closing.open_auction(auction_id=waiting.pk)
        assert not closing.close(auction_id=waiting.pk)
        with pytest.raises(Refused) as no:
            bidding.bid(auction_id=waiting.pk, amount_fen=3_000_000, by=cast.farmer)
        assert no.value.code == "not_open"
        page = Client().get(f"/auctions/{waiting.listing_id}/").content.decode()
        assert "The opening is not settled yet" in page and "Register to bid" in page
        assert "Bidding now" not in Client().get(f"/listings/{waiting.listing_id}/").content.decode()
    assert (Auction.objects.get().state, HallEvent.objects.count()) == (State.SCHEDULED, 0)
    with pytest.raises(DatabaseError), transaction.atomic():
        Auction.objects.update(state=State.OPEN)


def test_the_hall_takes_over_the_settled_dates_tells_the_bidders_and_opens_by_them(
    waiting: Auction, cast: Cast
) -> None:
    admit(waiting, cast.farmer, cast.stranger)
    import_years(waiting.opens_at.date())
    hear()
    auction = Auction.objects.get()
    version = auction.listing.announcements.get(version=2)
    assert (auction.announcement, auction.head, auction.provisional) == (version, version.sha256, False)
    assert (auction.opens_at, auction.ends_at) == (version.opens_at, version.ends_at)
    assert auction.opens_at.date() > waiting.opens_at.date()
    assert Event.objects.filter(kind="auction.rescheduled").count() == 1
    assert Notice.objects.filter(phrase__contains="were worked out anew. Bidding begins").count() == 2
    go_to(auction.registration_closes_at)
    with pytest.raises(Refused) as late:
        register(auction_id=auction.pk, by=cast.company)
    assert late.value.code == "too_late"
    auction = open_hall(auction)
    bid(auction, cast.farmer, 30_000)
    assert close_hall(auction).state == State.CLOSED
    assert list(differences(Auction.objects.get())) == []


def test_a_hall_whose_event_was_lost_takes_over_the_settled_dates_by_the_sweep_once(
    waiting: Auction, cast: Cast
) -> None:
    admit(waiting, cast.farmer)
    import_years(waiting.opens_at.date())
    assert scheduling.reschedule_waiting() == 0
    assert renewing.renew_waiting() == 1
    assert [tasks.renew_dates(), tasks.renew_dates()] == [1, 0]
    auction = Auction.objects.get()
    assert (auction.announcement.version, auction.provisional) == (2, False)
    hear()
    assert Event.objects.filter(kind="auction.rescheduled").count() == 1
    assert Notice.objects.filter(phrase__contains="were worked out anew. Bidding begins").count() == 1


def test_a_hall_that_stays_provisional_is_told_once_of_each_version(waiting: Auction) -> None:
    assert not scheduling.reschedule_auction(listing_id=str(waiting.listing_id))
    assert not Event.objects.filter(kind="auction.rescheduled").exists()


def test_settled_dates_of_a_hall_cannot_be_changed(cast: Cast, no_calendars: Path) -> None:
    import_years()
    auction = make_standard_auction(cast)
    for change in ({"opens_at": auction.opens_at + HOUR}, {"provisional": True}, {"rules": {}}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Auction.objects.filter(pk=auction.pk).update(**change)
    before = auction.head
    import_years()
    hear()
    assert Auction.objects.get().head == before


def test_a_refund_goes_out_although_its_last_day_is_provisional_and_the_day_is_settled_later(
    cast: Cast, no_calendars: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_years()
    auction = make_standard_auction(cast)
    admit(auction, cast.farmer, cast.stranger)
    open_hall(auction)
    bid(auction, cast.farmer, 30_000)
    with monkeypatch.context() as without:
        without.setattr(calendar, "FOLDER", tmp_path)
        without.setattr(calendar, "_notices", {})
        auction = close_hall(auction)
    assert auction.refund_provisional and auction.refund_due_at is not None
    assert Deposit.objects.get(registration__user=cast.stranger).state == Deposit.State.REFUNDING
    with pytest.raises(LookupError):
        closing.settle_refund_dates(year=1999)
    year = auction.ends_at.year
    assert [closing.settle_refund_dates(year=year), closing.settle_refund_dates(year=year)] == [1, 0]
    settled = Auction.objects.get()
    assert not settled.refund_provisional
    told = Event.objects.get(kind="auction.refund_dates_settled")
    assert (told.subject_id, told.data["refund_due_at"]) == (str(auction.pk), iso(settled.refund_due_at))
    assert (told.data["before"], told.data["provisional"]) == (iso(auction.refund_due_at), False)
    for change in ({"refund_due_at": None}, {"refund_provisional": True}, {"price_fen": 1}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Auction.objects.update(**change)


def test_a_refunds_last_day_whose_event_was_lost_is_settled_by_the_sweep_where_all_years_are_at_hand(
    cast: Cast, no_calendars: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_years()
    auction = make_standard_auction(cast)
    admit(auction, cast.farmer)
    open_hall(auction)
    with monkeypatch.context() as without:
        without.setattr(calendar, "FOLDER", tmp_path)
        without.setattr(calendar, "_notices", {})
        close_hall(auction)
        assert tasks.renew_dates() == 0
    assert Auction.objects.get().refund_provisional
    assert [tasks.renew_dates(), tasks.renew_dates()] == [1, 0]
    assert not Auction.objects.get().refund_provisional
    assert Event.objects.filter(kind="auction.refund_dates_settled").count() == 1


def migrate(*targets: tuple[str, str]) -> None:
    """Migrate to `targets`, or to the newest of everything; what was written before is checked first."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    executor = MigrationExecutor(connection)
    executor.migrate(list(targets) or executor.loader.graph.leaf_nodes())


def test_halls_from_before_know_their_provisional_dates_after_the_migration(
    cast: Cast, no_calendars: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_years()
    settled = make_standard_auction(cast)
    ended = make_standard_auction(cast)
    admit(ended, cast.farmer)
    open_hall(ended)
    closed = close_hall(ended)
    assert not closed.refund_provisional
    with monkeypatch.context() as without:
        without.setattr(calendar, "FOLDER", tmp_path)
        without.setattr(calendar, "_notices", {})
        waiting = make_standard_auction(cast)
    migrate(("auctions", "0001_initial"))
    migrate()
    rows = {row.pk: (row.provisional, row.refund_provisional) for row in Auction.objects.all()}
    assert rows == {waiting.pk: (True, False), settled.pk: (False, False), closed.pk: (False, True)}
    assert Auction.objects.get(pk=closed.pk).refund_due_at == closed.refund_due_at
    assert closing.settle_refunds_waiting() == 1
    after = Auction.objects.get(pk=closed.pk)
    assert (after.refund_due_at, after.refund_provisional) == (closed.refund_due_at, False)
