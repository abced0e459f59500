"""Dates counted without the year's calendar are provisional, and worked out anew when it is imported."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from exchange.celery import app
from exchange.clock import SHANGHAI, legal_day
from exchange.journal.models import Delivery, Event
from exchange.rulebook.services import import_work_year
from listings.catalogue.models import Announcement, Listing
from listings.catalogue.services import announcing, renewing
from listings.catalogue.tasks import renew_dates
from tests.factories import Cast, make_announcement
from tests.workdays import calendar_file


def opening(announcement: Announcement) -> date:
    return announcement.opens_at.astimezone(SHANGHAI).date()


def import_years(*off: date) -> None:
    """Import the last year, this one and the two that follow, in which `off` are days off."""
    for year in range(legal_day().year - 1, legal_day().year + 3):
        import_work_year(text=calendar_file(year, *(day for day in off if day.year == year)), by=None)


def test_an_announcement_gets_a_new_version_with_settled_dates_when_its_year_is_imported(
    cast: Cast, no_calendars: Path, deliver: Callable[[], int]
) -> None:
    first = make_announcement(cast)
    assert first.provisional
    import_years(opening(first))
    deliver()
    second = first.listing.announcements.get(version=2)
    assert (first.listing.announcements.count(), second.provisional) == (2, False)
    assert opening(second) > opening(first)
    assert (second.announced_at, second.rules, second.by) == (first.announced_at, first.rules, first.by)
    assert second.sha256 == announcing.body_hash(second.body) != first.sha256
    assert second.body["opens_at"] == second.opens_at.astimezone(SHANGHAI).isoformat()
    assert "worked out anew" in cast.village.notices.get().text
    event = Event.objects.get(kind="listing.dates_renewed")
    assert (event.subject_id, event.data["announcement"]) == (str(first.listing_id), str(second.pk))


def test_dates_that_prove_right_are_settled_too(cast: Cast, no_calendars: Path, deliver: Callable[[], int]) -> None:
    first = make_announcement(cast)
    import_years()
    deliver()
    second = first.listing.announcements.latest("version")
    assert (second.version, second.provisional) == (2, False)


def test_settled_dates_and_other_years_change_nothing(
    cast: Cast, no_calendars: Path, deliver: Callable[[], int]
) -> None:
    waiting = make_announcement(cast)
    import_work_year(text=calendar_file(legal_day().year + 9), by=None)
    deliver()
    assert Announcement.objects.get() == waiting
    import_years()
    settled = make_announcement(cast)
    import_work_year(text=calendar_file(legal_day().year + 5), by=None)
    deliver()
    assert settled.listing.announcements.get() == settled


def test_a_calendar_that_comes_too_late_lets_the_whole_period_run_anew(
    cast: Cast, no_calendars: Path, deliver: Callable[[], int], pass_time: Callable[..., None]
) -> None:
    first = make_announcement(cast)
    pass_time(days=60)
    import_years()
    deliver()
    second = first.listing.announcements.get(version=2)
    assert not second.provisional
    assert second.announced_at - first.announced_at >= timedelta(days=60)
    assert second.opens_at - second.announced_at >= timedelta(days=20)


def test_what_a_lost_event_left_is_renewed_by_the_sweep_once(cast: Cast, no_calendars: Path) -> None:
    first, other = make_announcement(cast), make_announcement(cast)
    assert renew_dates() == 0
    import_years(opening(first))
    assert [renewing.renew_waiting(limit=1), renew_dates(), renew_dates()] == [1, 1, 0]
    for announcement in (first, other):
        second = announcement.listing.announcements.latest("version")
        assert (second.version, second.provisional) == (2, False)
        assert opening(second) > opening(first)


def test_the_sweep_of_a_machine_that_lacks_a_year_leaves_the_dates_to_others(cast: Cast, no_calendars: Path) -> None:
    first = make_announcement(cast)
    import_years(opening(first))
    (no_calendars / f"{legal_day().year + 2}.json").unlink()
    assert renew_dates() == 0
    assert first.listing.announcements.get() == first


def test_the_clock_starts_the_sweeps_of_provisional_dates() -> None:
    app.loader.import_default_modules()
    started = {entry["task"] for entry in app.conf.beat_schedule.values()}
    for name in ("listings.catalogue.tasks.renew_dates", "listings.auctions.tasks.renew_dates"):
        assert name in app.tasks and name in started


def test_a_listing_that_is_past_its_announcement_is_left_alone(
    cast: Cast, no_calendars: Path, deliver: Callable[[], int]
) -> None:
    first = make_announcement(cast)
    announcing.begin_bidding(listing_id=str(first.listing_id))
    import_years()
    deliver()
    assert Listing.objects.get(pk=first.listing_id).announcements.count() == 1


def test_a_machine_without_the_file_tries_again_later(
    cast: Cast, no_calendars: Path, deliver: Callable[[], int]
) -> None:
    first = make_announcement(cast)
    import_years()
    for path in no_calendars.iterdir():
        path.unlink()
    deliver()
    waiting = Delivery.objects.filter(event__kind="calendar.year_imported", done_at=None)
    assert waiting.filter(reaction__startswith="listings.catalogue").count() == 4
    assert first.listing.announcements.get() == first


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_page_says_when_the_dates_were_worked_out_anew(
    cast: Cast, no_calendars: Path, deliver: Callable[[], int], client: Client, language: str
) -> None:
    first = make_announcement(cast)
    client.cookies["django_language"] = language
    page = reverse("catalogue:listing", args=[first.listing_id])
    before = client.get(page).content.decode()
    import_years()
    deliver()
    after = client.get(page).content.decode()
    said = {"en": ("Provisional dates.", "Dates worked out anew"), "zh-hans": ("日期是暂定的。", "日期重新计算于")}[
        language
    ]
    assert [text in before for text in said] == [True, False]
    assert [text in after for text in said] == [False, True]
