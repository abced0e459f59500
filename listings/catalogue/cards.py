"""How a listing shows itself: as a card or a row, and the dates of its timeline."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from exchange.clock import legal_now
from exchange.money import divide_half_up, square_metres_to_mu
from exchange.rulebook.models import RightKind
from exchange.templatetags.dates import moment, term
from listings.catalogue.models import Announcement, Document, Listing

SCENES = {
    "construction_land": "build",
    "collective_building": "build",
    "contracted_land": "field",
    "other_contract": "field",
    "four_wastes": "orchard",
    "forest": "forest",
    "homestead": "house",
    "farmhouse": "house",
    "aquaculture": "water",
    "waterworks": "water",
}


@dataclass(frozen=True)
class Lot:
    """What `shared/_lot.html` and `shared/_lot_row.html` show of a listing."""

    url: str
    title: str
    place: str
    area_text: str
    term_text: str
    kind_text: str
    use_text: str
    price_label: str
    price_fen: int
    price_unit: str
    per_mu_text: str
    tag: str
    tag_text: str
    clock_label: str
    clock_text: str
    clock_at: datetime | None
    photo_url: str
    seed: str
    scene: str


def lots(listings: Iterable[Listing]) -> list[Lot]:
    """Return the cards of listings, in three queries however many there are."""
    rows = list(listings)
    announced: dict[Any, Announcement] = {}
    for announcement in Announcement.objects.filter(listing__in=rows).order_by("version"):
        announced[announcement.listing_id] = announcement
    photos: dict[Any, Document] = {}
    for photo in Document.objects.filter(listing__in=rows, kind=Document.Kind.PHOTO, is_public=True).order_by("-pk"):
        photos[photo.listing_id] = photo
    kinds = {kind.pk: str(kind) for kind in RightKind.objects.all()}
    now = legal_now()
    return [_lot(row, announced.get(row.pk), photos.get(row.pk), kinds.get(row.right_kind, ""), now) for row in rows]


def place(listing: Listing) -> str:
    """Return "district · township" of a listing."""
    township = listing.division.parent
    district = township.parent if township else None
    return " · ".join(d.name for d in (district, township) if d)


def _lot(listing: Listing, announcement: Announcement | None, photo: Document | None, kind: str, now: datetime) -> Lot:
    mu = square_metres_to_mu(listing.area_m2)
    price = listing.current_price_fen if listing.has_bids else listing.start_price_fen
    price = price or 0
    per_mu = divide_half_up(price * 2000, int(listing.area_m2 * 3)) if listing.area_m2 else 0
    tag, tag_text, clock_label, clock_at = _stage(listing, announcement, now)
    return Lot(
        url=reverse("catalogue:listing", kwargs={"listing_id": listing.pk}),
        title=listing.title,
        place=place(listing),
        area_text=_("%(mu)s mu") % {"mu": f"{mu:f}"},
        term_text=term(listing.term_months),
        kind_text=kind,
        use_text=listing.use_text,
        price_label=_("Current price") if listing.has_bids else _("Start price"),
        price_fen=price,
        price_unit=_("a year"),
        per_mu_text=_("¥%(price)s per mu and year") % {"price": f"{divide_half_up(per_mu, 100):,}"},
        tag=tag,
        tag_text=tag_text,
        clock_label=clock_label,
        clock_text=moment(clock_at) if clock_at else "",
        clock_at=clock_at,
        photo_url=document_url(photo) if photo else "",
        seed=str(listing.pk),
        scene=SCENES.get(listing.right_kind, "field"),
    )


def document_url(document: Document) -> str:
    """Return the address of a listing's file."""
    return reverse("catalogue:document", kwargs={"listing_id": document.listing_id, "document_id": document.pk})


def _stage(listing: Listing, announcement: Announcement | None, now: datetime) -> tuple[str, str, str, datetime | None]:
    state = Listing.State(listing.state)
    if announcement is None or state not in (Listing.State.ANNOUNCED, Listing.State.BIDDING):
        return "done", str(state.label), "", None
    settled = not announcement.provisional
    if state == Listing.State.BIDDING or (settled and now >= announcement.opens_at):
        return "live", _("Bidding now"), _("ends"), listing.bidding_ends_at or announcement.ends_at
    if settled and now >= announcement.registration_closes_at:
        return "soon", _("Opens soon"), _("opens"), announcement.opens_at
    return "open", _("Registration open"), _("registration until"), announcement.registration_closes_at
