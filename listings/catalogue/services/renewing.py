"""Dates that were counted with unknown working days, worked out anew when the year is known."""

from __future__ import annotations

from datetime import datetime
from itertools import islice

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext_noop

from exchange import calendar
from exchange.accounts.services import notify
from exchange.clock import legal_now
from exchange.rulebook.selectors import missing_years
from exchange.sweeps import each
from listings.catalogue import selectors
from listings.catalogue.dates import Dates
from listings.catalogue.models import Announcement, Listing
from listings.catalogue.services.announcing import dates_by, publish_version
from listings.catalogue.services.drafting import record_listing


def renew_dates_of_year(*, year: int) -> int:
    """Work out anew what was announced with provisional dates, each listing by itself; return how many versions.

    Raises LookupError on a machine that has no file of that year yet: the journal then tries again.
    """
    if year not in calendar.known_years():
        raise LookupError(f"The calendar of {year} has not arrived on this machine.")
    due = (
        Listing.objects.filter(state=Listing.State.ANNOUNCED, announcements__provisional=True).order_by("pk").distinct()
    )
    return sum(renew_dates(listing_id=str(pk)) is not None for pk in list(due.values_list("pk", flat=True)))


def renew_waiting(*, limit: int = 100) -> int:
    """Sweep: renew the provisional dates that would now be others, as after a lost event; return how many.

    A machine that lacks the file of a year leaves all to those that have it: it would count otherwise than they do.
    """
    if missing_years():
        return 0
    now = legal_now()
    newer = Announcement.objects.filter(listing=OuterRef("listing"), version__gt=OuterRef("version"))
    waiting = Announcement.objects.filter(~Exists(newer), provisional=True, listing__state=Listing.State.ANNOUNCED)
    due = (one.listing_id for one in waiting.defer("body").order_by("pk") if _renewed(one, now))
    return each(islice(due, limit), lambda pk: renew_dates(listing_id=str(pk)) is not None)


@transaction.atomic
def renew_dates(*, listing_id: str) -> Announcement | None:
    """Publish a new version of an announcement whose dates were provisional; None if nothing has changed.

    The dates are counted from the same moment under the same frozen rules. Where they turn out so early that
    registration would be over already, the whole period runs anew from now: nobody loses time by a late calendar.
    """
    listing = Listing.objects.lock(pk=listing_id)
    current = selectors.current_announcement(listing)
    if listing.state != Listing.State.ANNOUNCED or current is None or not current.provisional:
        return None
    renewed = _renewed(current, legal_now())
    if renewed is None:
        return None
    counted_from, dates = renewed
    fresh = publish_version(listing, current.rules, counted_from, dates, current.by)
    record_listing(
        "listing.dates_renewed", listing, None, announcement=str(fresh.pk), sha256=fresh.sha256, version=fresh.version
    )
    notify(
        user=listing.filer,
        text=gettext_noop("The dates of “%(title)s” were worked out anew, because its calendar is now known."),
        words={"title": listing.title},
        url=reverse("catalogue:listing", args=[listing.pk]),
    )
    return fresh


def _renewed(current: Announcement, now: datetime) -> tuple[datetime, Dates] | None:
    """Return from when a provisional announcement counts now, and its dates; None if nothing has changed."""
    counted_from = current.announced_at
    dates = dates_by(current.rules, counted_from)
    if not dates.provisional and dates.registration_closes_at <= now:
        counted_from, dates = now, dates_by(current.rules, now)
    if dates.provisional and dates.opens_at == current.opens_at:
        return None
    return counted_from, dates
