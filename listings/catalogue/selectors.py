"""Reads of listings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from exchange.accounts.models import Level, Role, User
from exchange.accounts.selectors import paths_of_code, within
from listings.catalogue import policies
from listings.catalogue.models import Announcement, Document, Listing, Pin, Review

REQUIRED_DOCUMENTS: dict[str, str | Promise] = {
    Document.Kind.RESOLUTION: _("The resolution with its sign sheet"),
    Document.Kind.PHOTO: _("At least one photo of the place"),
}
# Regulation on the Land Administration Law, articles 39 and 40.
REQUIRED_FOR_CONSTRUCTION_LAND: dict[str, str | Promise] = {
    Document.Kind.SCHEME: _("The market-entry scheme"),
    Document.Kind.PLANNING: _("The planning conditions"),
}


def required_documents(right_kind: str) -> dict[str, str | Promise]:
    """Return the kinds of files that a listing of this kind of right needs, with what they are called."""
    extra = REQUIRED_FOR_CONSTRUCTION_LAND if right_kind == "construction_land" else {}
    return {**REQUIRED_DOCUMENTS, **extra}


def visible_listings(user: User | AnonymousUser | None) -> QuerySet[Listing]:
    """Return the listings that `policies.may_view` lets the person see."""
    found = Listing.objects.select_related("division__parent__parent", "collective__organisation")
    public = Q(state__in=Listing.PUBLIC)
    if not isinstance(user, User):
        return found.filter(public)
    own = [m.organisation_id for m in user.memberships_as(Role.FILER) if m.organisation_id]
    office = within(user.reach(*policies.OFFICES)) & Q(submitted_at__isnull=False)
    return found.filter(public | Q(collective__organisation__in=own) | office)


def own_listings(user: User) -> QuerySet[Listing]:
    """Return the listings of the collectives for which the person files, newest first."""
    own = [m.organisation_id for m in user.memberships_as(Role.FILER) if m.organisation_id]
    found = Listing.objects.filter(collective__organisation__in=own).order_by("-pk")
    return found.select_related("division__parent__parent", "collective__organisation")


def queue(user: User) -> QuerySet[Listing]:
    """Return what waits for this person: reviews of his levels, approved ones to announce; longest waiting first."""
    wanted = Q(pk__in=[])
    for state, level in policies.LEVEL_OF.items():
        paths = [m.division.path for m in user.memberships_as(Role.REVIEWER) if m.division.level == level]
        wanted |= within(paths) & Q(state=state)
    organiser = [m.division.path for m in user.memberships_as(Role.ORGANISER) if m.division.level == Level.DISTRICT]
    wanted |= within(organiser) & Q(state=Listing.State.APPROVED)
    found = Listing.objects.filter(wanted).exclude(filer=user).order_by("state_since", "pk")
    return found.select_related("division__parent__parent", "collective__organisation", "filer")


@dataclass(frozen=True, slots=True)
class Missing:
    """Something a listing still lacks: `task` of the wizard where it is entered, and what in plain words."""

    task: str
    text: str | Promise


def missing(listing: Listing) -> list[Missing]:
    """Return what the listing lacks before it can be submitted, in the order of the wizard's tasks."""
    lacks: list[Missing] = []
    if not listing.use_text or not listing.term_months:
        lacks.append(Missing("basics", _("The use and the length of the lease")))
    if not hasattr(listing, "resolution"):
        lacks.append(Missing("resolution", _("The result of the members' vote")))
    if not (listing.start_price_fen and listing.step_fen and listing.deposit_fen):
        lacks.append(Missing("price", _("The start price, the step and the deposit")))
    present = set(listing.documents.values_list("kind", flat=True))
    lacks.extend(
        Missing("documents", text)
        for kind, text in required_documents(listing.right_kind).items()
        if kind not in present
    )
    return lacks


def open_pins(listing: Listing) -> list[Pin]:
    """Return the reasons of the newest return while the listing is returned."""
    if listing.state != Listing.State.RETURNED:
        return []
    review = listing.reviews.filter(outcome=Review.Outcome.RETURNED).order_by("-round", "-pk").first()
    return list(review.pins.order_by("pk")) if review else []


def current_announcement(listing: Listing) -> Announcement | None:
    """Return the newest version of the announcement, None before the first."""
    return listing.announcements.order_by("-version").first()


def public_documents(listing: Listing) -> QuerySet[Document]:
    """Return the files that everybody may open."""
    return listing.documents.filter(is_public=True).order_by("kind", "pk")


def search(found: QuerySet[Listing], wanted: dict[str, Any]) -> QuerySet[Listing]:
    """Narrow listings by the hall's filters: `q` (words of title, place, number), division, kind, state, area in m²."""
    if wanted.get("q"):
        for word in wanted["q"].split():
            found = found.filter(
                Q(title__icontains=word)
                | Q(number__icontains=word)
                | Q(division__name__icontains=word)
                | Q(division__parent__name__icontains=word)
            )
    if wanted.get("division"):
        found = found.filter(within(paths_of_code(wanted["division"])))
    if wanted.get("kind"):
        found = found.filter(right_kind=wanted["kind"])
    if wanted.get("state"):
        found = found.filter(state=wanted["state"])
    if wanted.get("area_from") is not None:
        found = found.filter(area_m2__gte=wanted["area_from"])
    if wanted.get("area_to") is not None:
        found = found.filter(area_m2__lte=wanted["area_to"])
    return found


def handles(user: User, listing: Listing) -> bool:
    """Say whether the person belongs to the listing's own village or to an office that reviews it."""
    return policies.files_for(user, listing) or any(user.has_role(role, listing.division) for role in policies.OFFICES)
