"""The announcement, and what the later stages report back about a listing."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from exchange import calendar
from exchange.accounts.models import Division, User
from exchange.accounts.selectors import ancestors
from exchange.clock import legal_day, legal_now
from exchange.errors import Refused, require
from exchange.identifiers import new_id
from exchange.journal.repeats import repeatable
from exchange.money import fen_to_yuan
from exchange.rulebook.models import RightKind
from exchange.rulebook.selectors import snapshot
from exchange.states import move
from listings.catalogue import policies, selectors
from listings.catalogue.dates import Dates, announcement_dates
from listings.catalogue.models import Announcement, Listing
from listings.catalogue.services.drafting import free_right, record_listing
from listings.registry.models import Right


@repeatable
@transaction.atomic
def announce_listing(*, listing_id: str, by: User, request_key: str = "") -> Announcement:
    """Publish an approved listing: number, dates and rules are fixed, hashed and never changed."""
    listing = Listing.objects.lock(pk=listing_id)
    require(policies.may_announce(by, listing), _("Only the trade organiser of the district announces."))
    if listing.filer_id == by.pk or listing.reviews.filter(reviewer=by).exists():
        raise Refused(
            _("Who has filed or reviewed a listing does not announce it. A colleague has to do it."), "four_eyes"
        )
    if selectors.missing(listing):
        raise Refused(_("The listing is not complete. Return it to the village."), "incomplete")
    now = legal_now()
    rules = snapshot(
        right_kind=listing.right_kind, division=listing.division, day=legal_day(now), code=listing.rule_code
    )
    move(listing, Listing.State.ANNOUNCED, number=_number(listing), state_since=now)
    announcement = publish_version(listing, rules, now, dates_by(rules, now), by)
    record_listing("listing.announced", listing, by, announcement=str(announcement.pk), sha256=announcement.sha256)
    return announcement


def publish_version(
    listing: Listing, rules: dict[str, Any], counted_from: datetime, dates: Dates, by: User
) -> Announcement:
    """Write the next version of the announcement of a locked listing, inside the caller's transaction."""
    body = announcement_body(listing, rules, counted_from.isoformat(), dates)
    return Announcement.objects.create(
        listing=listing,
        version=listing.announcements.count() + 1,
        body=body,
        rules=rules,
        sha256=body_hash(body),
        announced_at=counted_from,
        registration_closes_at=dates.registration_closes_at,
        opens_at=dates.opens_at,
        ends_at=dates.ends_at,
        provisional=dates.provisional,
        by=by,
    )


def dates_by(rules: dict[str, Any], counted_from: datetime) -> Dates:
    """Return the dates that an announcement's rules give, counted from the moment it was published."""

    def period(key: str) -> calendar.Period:
        return calendar.Period(rules[key]["value"], calendar.Unit(rules[key]["unit"]))

    return announcement_dates(
        counted_from,
        period("announcement_period"),
        period("registration_closes_before"),
        period("free_bidding_period"),
        period("extension_length"),
    )


def _number(listing: Listing) -> str:
    """Return the public number: township code, letter of the kind, year and month, random tail.

    The tail is random so that numbers never leak counts (`domain.md` §3.1 shows the form).
    """
    township = next((d for d in ancestors(listing.division) if len(d.code) == 9), listing.division)
    letter = RightKind.objects.get(pk=listing.right_kind).letter
    return f"{township.code}{letter}{legal_day():%y%m}{int(new_id()) % 1_000_000:06d}"


def _place(division: Division) -> str:
    return "".join(d.name for d in reversed(ancestors(division)))


def announcement_body(listing: Listing, rules: dict[str, Any], announced_at: str, dates: Dates) -> dict[str, Any]:
    """Return what the announcement says, as plain JSON; money in yuan, times in ISO 8601."""
    resolution = listing.resolution
    return {
        "number": listing.number,
        "title": listing.title,
        "summary": listing.summary,
        "right_kind": listing.right_kind,
        "transfer_mode": listing.transfer_mode,
        "trading_mode": listing.trading_mode,
        "place": _place(listing.division),
        "division": listing.division.code,
        "seller": listing.collective.organisation.name,
        "parcels": [
            {"name": p.name, "unit_code": p.unit_code, "area_m2": str(p.area_m2), "location": p.location}
            for p in listing.right.parcels.order_by("unit_code")
        ],
        "area_m2": str(listing.area_m2),
        "use": listing.use_text,
        "term_months": listing.term_months,
        "price_unit": listing.price_unit,
        "start_price": fen_to_yuan(listing.start_price_fen or 0),
        "step": fen_to_yuan(listing.step_fen or 0),
        "deposit": fen_to_yuan(listing.deposit_fen or 0),
        "resolution": {
            "organ": resolution.organ,
            "eligible": resolution.eligible,
            "present": resolution.present,
            "in_favour": resolution.in_favour,
            "meeting_on": resolution.meeting_on.isoformat(),
        },
        "documents": [
            {"kind": d.kind, "name": d.name, "sha256": d.sha256} for d in selectors.public_documents(listing)
        ],
        "announced_at": announced_at,
        "registration_closes_at": dates.registration_closes_at.isoformat(),
        "opens_at": dates.opens_at.isoformat(),
        "ends_at": dates.ends_at.isoformat(),
        "provisional": dates.provisional,
        "rule_code": listing.rule_code,
        "rules": rules,
    }


def body_hash(body: dict[str, Any]) -> str:
    """Return the SHA-256 of the canonical JSON of an announcement: keys sorted, no spaces, UTF-8."""
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def begin_bidding(*, listing_id: str) -> Listing:
    """Move an announced listing into bidding; called by the hall when it opens."""
    listing = Listing.objects.lock(pk=listing_id)
    move(listing, Listing.State.BIDDING, state_since=legal_now())
    return listing


@transaction.atomic
def report_bidding(*, listing_id: str, price_fen: int | None, ends_at: datetime) -> bool:
    """Take over from the hall what is bid now (现价, fen per the listing's unit; None: nothing yet), and its end.

    Only while the listing is in bidding; False when it is not, and when somebody else has its row: nobody waits
    here, since one closer serves all halls, and its next report tells the same.
    """
    free = Listing.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
    listing = free.filter(pk=listing_id, state=Listing.State.BIDDING).first()
    if listing is None:
        return False
    listing.current_price_fen, listing.bidding_ends_at = price_fen, ends_at
    listing.save(update_fields=["current_price_fen", "bidding_ends_at"])
    return True


@transaction.atomic
def mark_sold(*, listing_id: str) -> Listing:
    """Take over from the hall that the listing is sold; its right stays locked until the deal is completed."""
    listing = Listing.objects.lock(pk=listing_id)
    move(listing, Listing.State.SOLD, state_since=legal_now())
    record_listing("listing.sold", listing, None)
    return listing


@transaction.atomic
def mark_failed(*, listing_id: str) -> Listing:
    """Take over from the hall that the listing is not sold (流拍); its right is free again."""
    listing = _with_right(listing_id)
    move(listing, Listing.State.FAILED, state_since=legal_now())
    free_right(listing, None)
    record_listing("listing.failed", listing, None)
    return listing


@transaction.atomic
def complete_listing(*, listing_id: str, by: User | None) -> Listing:
    """Take over from the deal that everything is done; the right is free for what comes after the lease."""
    listing = _with_right(listing_id)
    move(listing, Listing.State.COMPLETED, state_since=legal_now())
    free_right(listing, by)
    record_listing("listing.completed", listing, by)
    return listing


@transaction.atomic
def break_off_listing(*, listing_id: str, by: User | None) -> Listing:
    """Take over from the deal that the winner broke it off; the right is free to be listed again."""
    listing = _with_right(listing_id)
    move(listing, Listing.State.DEFAULTED, state_since=legal_now())
    free_right(listing, by)
    record_listing("listing.defaulted", listing, by)
    return listing


def _with_right(listing_id: str) -> Listing:
    right_id = Listing.objects.values_list("right_id", flat=True).get(pk=listing_id)
    Right.objects.lock(pk=right_id)
    return Listing.objects.lock(pk=listing_id)
