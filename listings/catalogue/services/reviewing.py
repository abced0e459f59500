"""The offices' part: approve, or return with reasons pinned to fields."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from exchange.accounts.models import User
from exchange.accounts.services import notify
from exchange.clock import legal_now
from exchange.errors import NotAllowed, Refused, WrongState
from exchange.journal.repeats import repeatable
from exchange.states import move
from listings.catalogue import policies
from listings.catalogue.models import Listing, Pin, Review
from listings.catalogue.services.drafting import record_listing

APPROVED_BECOMES = {
    Listing.State.TOWNSHIP_REVIEW: Listing.State.DISTRICT_REVIEW,
    Listing.State.DISTRICT_REVIEW: Listing.State.APPROVED,
}


def _under_review(listing_id: str, by: User) -> tuple[Listing, str]:
    """Lock the listing and return it with the reviewer's level; separation of duties is checked here."""
    listing = Listing.objects.lock(pk=listing_id)
    if listing.state not in policies.LEVEL_OF:
        raise WrongState(_("This listing is not waiting for a review. Reload the queue."))
    level = policies.reviews_at(by, listing)
    if not level:
        raise NotAllowed(_("This listing waits for a reviewer of another level or place."))
    if listing.filer_id == by.pk:
        raise NotAllowed(_("Who has filed a listing cannot review it. A colleague has to do it."))
    if listing.reviews.filter(reviewer=by).exclude(level=level).exists():
        raise NotAllowed(_("You have already reviewed this listing at another level. A colleague has to do it."))
    return listing, level


@repeatable
@transaction.atomic
def approve_listing(*, listing_id: str, by: User, comment: str = "", request_key: str = "") -> Listing:
    """Pass a listing on: township to district, district to approved."""
    listing, level = _under_review(listing_id, by)
    Review.objects.create(
        listing=listing,
        level=level,
        round=listing.round,
        reviewer=by,
        outcome=Review.Outcome.APPROVED,
        comment=comment,
    )
    move(listing, APPROVED_BECOMES[Listing.State(listing.state)], state_since=legal_now())
    record_listing("listing.approved", listing, by, level=level)
    return listing


@repeatable
@transaction.atomic
def return_listing(
    *, listing_id: str, pins: Sequence[tuple[str, str]], by: User, comment: str = "", request_key: str = ""
) -> Listing:
    """Send a listing back to the village. `pins` are (field, reason) pairs; at least one says what to mend."""
    listing, level = _under_review(listing_id, by)
    kept = [(field, reason.strip()) for field, reason in pins if reason.strip()]
    if not kept:
        raise Refused(_("Say at least at one place what the village has to mend."), "no_reason", "reason")
    review = Review.objects.create(
        listing=listing,
        level=level,
        round=listing.round,
        reviewer=by,
        outcome=Review.Outcome.RETURNED,
        comment=comment,
    )
    Pin.objects.bulk_create(Pin(review=review, field=field, reason=reason) for field, reason in kept)
    move(listing, Listing.State.RETURNED, state_since=legal_now())
    record_listing("listing.returned", listing, by, level=level, pins=len(kept))
    notify(
        user=listing.filer,
        text=gettext_noop("“%(title)s” came back with %(count)s things to mend."),
        words={"title": listing.title, "count": len(kept)},
        url=reverse("catalogue:tasks", args=[listing.pk]),
    )
    return listing
