"""From an announcement to a hall with rules of its own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext_noop

from exchange.accounts.services import notify
from exchange.calendar import Unit
from exchange.clock import SHANGHAI
from exchange.journal.services import record
from exchange.money import fen_to_yuan
from exchange.sweeps import each
from listings.auctions.engine.rules import rules_from_json
from listings.auctions.engine.state import initial_state, state_to_json
from listings.auctions.models import Auction, Registration
from listings.catalogue.models import Announcement, Listing

_UNITS = {Unit.MINUTE: timedelta(minutes=1), Unit.HOUR: timedelta(hours=1)}


def hall_rules(announcement: Announcement, listing: Listing) -> dict[str, Any]:
    """Return the rules of the hall as a record holds them, from the announcement's own snapshot of the rules.

    Every accepted bid starts a full last period anew ("quiet_period", 法释〔2016〕18号 art. 20: from the bid,
    not added to the old end), as long as `extension_length` says. Bids are whole steps.
    """
    frozen = announcement.rules

    def value(key: str) -> Any:
        return frozen[key]["value"] if key in frozen else None

    length = _UNITS[Unit(frozen["extension_length"]["unit"])] * frozen["extension_length"]["value"]
    return {
        "format": "ascending",
        "start": fen_to_yuan(listing.start_price_fen or 0),
        "step": {"fixed": fen_to_yuan(listing.step_fen or 0)},
        "whole_steps": True,
        "max_raise_steps": value("max_raise_steps"),
        "min_bidders": value("min_bidders") or 1,
        "opens_at": announcement.opens_at.astimezone(SHANGHAI).isoformat(),
        "ends_at": announcement.ends_at.astimezone(SHANGHAI).isoformat(),
        "extension": {
            "mode": "quiet_period",
            "length_s": int(length.total_seconds()),
            "max_count": value("max_extensions"),
        },
    }


@transaction.atomic
def schedule_auction(*, listing_id: str) -> Auction:
    """Make the hall of a listing that was announced, by the newest version, once; a repeat gets the first."""
    listing = Listing.objects.lock(pk=listing_id)
    found = Auction.objects.filter(listing=listing).first()
    if found:
        return found
    auction = Auction.objects.create(
        listing=listing,
        division=listing.division,
        deposit_fen=listing.deposit_fen or 0,
        origin=listing.origin,
        **_dated(listing),
    )
    record_auction("auction.scheduled", auction, opens_at=auction.opens_at.isoformat())
    return auction


@transaction.atomic
def reschedule_auction(*, listing_id: str) -> bool:
    """Give a hall with provisional dates those of its announcement's newest version; those who registered are told.

    False when there is no such hall, or it has that version already. Nothing has been pressed in it yet, so that
    its chain begins with the new version.
    """
    listing = Listing.objects.lock(pk=listing_id)
    found = Auction.objects.filter(listing=listing).values_list("pk", flat=True).first()
    auction = Auction.objects.lock(pk=found) if found else None
    if auction is None or not auction.provisional:
        return False
    dated = _dated(listing)
    if dated["announcement"].pk == auction.announcement_id:
        return False
    for name, value in dated.items():
        setattr(auction, name, value)
    auction.save(update_fields=list(dated))
    record_auction("auction.rescheduled", auction, opens_at=auction.opens_at.isoformat())
    for registration in auction.registrations.exclude(state=Registration.State.WITHDRAWN).select_related("user"):
        notify(
            user=registration.user,
            text=gettext_noop("The dates of “%(title)s” were worked out anew. Bidding begins at %(time)s."),
            words={"title": listing.title, "time": f"{auction.opens_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"},
            url=reverse("auctions:room", kwargs={"listing_id": listing.pk}),
        )
    return True


def reschedule_waiting(*, limit: int = 100) -> int:
    """Sweep: `reschedule_auction` for halls whose announcement has a newer version, as after a lost event."""
    newer = Announcement.objects.filter(listing=OuterRef("listing"), version__gt=OuterRef("announcement__version"))
    behind = Auction.objects.filter(Exists(newer), state=Auction.State.SCHEDULED, provisional=True).order_by("pk")
    return each(behind.values_list("listing_id", flat=True)[:limit], lambda pk: reschedule_auction(listing_id=str(pk)))


def _dated(listing: Listing) -> dict[str, Any]:
    """Return what the newest version of the announcement says of the hall: dates, rules, where the chain begins."""
    announcement = listing.announcements.latest("version")
    rules = hall_rules(announcement, listing)
    return {
        "announcement": announcement,
        "rules": rules,
        "registration_closes_at": announcement.registration_closes_at,
        "opens_at": announcement.opens_at,
        "ends_at": announcement.ends_at,
        "provisional": announcement.provisional,
        "engine_state": state_to_json(initial_state(rules_from_json(rules))),
        "head": announcement.sha256,
    }


def record_auction(kind: str, auction: Auction, **data: Any) -> None:
    """Put an event about the hall into the journal, with the dimensions of its listing."""
    record(
        kind,
        subject=auction,
        by=None,
        division=auction.division,
        right_kind=auction.listing.right_kind,
        origin=auction.origin,
        data=data,
    )
