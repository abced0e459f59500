"""One continuous timeline of a right, from the members' vote to the certificate (从决议到发证)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exchange.clock import legal_day
from exchange.journal.models import Event
from exchange.templatetags.dates import day as shown_day
from exchange.templatetags.dates import moment
from listings.deals.models import Deal

S = Deal.State
ORDER = [S.PUBLICITY, S.CONFIRMED, S.CONTRACTED, S.PAID, S.HANDED_OVER, S.COMPLETED]

# Only what everybody may know; what is not named here stays inside.
LABELS: dict[str, str | Promise] = {
    "listing.submitted": gettext_lazy("The village submits the listing"),
    "listing.returned": gettext_lazy("The office returns it for completion"),
    "listing.announced": gettext_lazy("Announced on the market"),
    "auction.opened": gettext_lazy("Bidding begins"),
    "auction.closed": gettext_lazy("Bidding ends, the result is published"),
    "deal.confirmed": gettext_lazy("Publicity over without objection"),
    "deal.cancelled": gettext_lazy("The result is cancelled"),
    "deal.defaulted": gettext_lazy("The winner has backed out"),
    "deal.drawn_up": gettext_lazy("The contract is drawn up"),
    "deal.contracted": gettext_lazy("Both sides have signed"),
    "deal.paid": gettext_lazy("The first payment has arrived"),
    "deal.handed_over": gettext_lazy("Handed over on site, the term begins"),
    "deal.attested": gettext_lazy("The exchange attests the deal"),
    "deal.attestation_revoked": gettext_lazy("The attestation is revoked"),
    "deal.certified": gettext_lazy("The registration office issues the certificate"),
}
LEVELS = {
    "township": gettext_lazy("The township approves"),
    "district": gettext_lazy("The district approves"),
}
AHEAD = [
    (S.CONFIRMED, gettext_lazy("Publicity of the result")),
    (S.CONTRACTED, gettext_lazy("Both sides sign the contract")),
    (S.PAID, gettext_lazy("First payment")),
    (S.HANDED_OVER, gettext_lazy("Hand-over on site")),
    (S.COMPLETED, gettext_lazy("Attestation and certificate")),
]


def stages(deal: Deal) -> list[tuple[str, str, str]]:
    """Return the seven stages for `shared/_timeline.html`: (ok | now | "", label, when)."""
    events = _when(deal)
    here = ORDER.index(S(deal.state)) if deal.state in ORDER else -1
    rows = [
        ("ok", _("Announcement"), events.get("listing.announced", "")),
        ("ok", _("Online bidding"), events.get("auction.closed", "")),
        (_mark(here, 0), _("Result published"), _publicity(deal)),
        (_mark(here, 1), _("Contract"), events.get("deal.contracted", "")),
        (_mark(here, 2), _("First payment"), events.get("deal.paid", "")),
        (_mark(here, 3), _("Hand-over"), events.get("deal.handed_over", "")),
        (_mark(here, 4), _("Certificate"), events.get("deal.certified", "")),
    ]
    return rows if deal.state not in Deal.BROKEN_OFF else rows[:2]


def _mark(here: int, stage: int) -> str:
    return "ok" if here > stage else "now" if here == stage else ""


def _publicity(deal: Deal) -> str:
    return _("until %(moment)s") % {"moment": moment(deal.publicity_to)} if deal.publicity_to else ""


def _events(deal: Deal) -> list[Event]:
    subjects = Q(subject_type=deal._meta.label, subject_id=str(deal.pk))
    for one in (deal.listing, deal.auction):
        if one is not None:
            subjects |= Q(subject_type=one._meta.label, subject_id=str(one.pk))
    return list(Event.objects.filter(subjects).order_by("at", "pk"))


def _when(deal: Deal) -> dict[str, str]:
    return {event.kind: moment(event.at) for event in _events(deal)}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the history: `state` ok, now or "" (still ahead); `since` in words, counted from the contract."""

    state: str
    label: str
    detail: str
    at: datetime | None
    day: date | None
    since: str = ""


def history(deal: Deal) -> list[Entry]:
    """Return everything that has happened, from the members' vote on, and what is still ahead."""
    found = [*_vote(deal), *(_entry(event) for event in _events(deal) if _label(event))]
    if deal.state in Deal.BROKEN_OFF or deal.listing is None:
        return found or [Entry("ok", _("Closed"), "", None, deal.closed_on)]
    here = ORDER.index(S(deal.state))
    ahead = [(state, label) for state, label in AHEAD if ORDER.index(state) > here]
    return found + [
        Entry("now" if place == 0 else "", str(label), "", None, None) for place, (_state, label) in enumerate(ahead)
    ]


def _vote(deal: Deal) -> list[Entry]:
    resolution = getattr(deal.listing, "resolution", None)
    if resolution is None:
        return []
    words = _("%(yes)s of %(all)s members in favour") % {"yes": resolution.in_favour, "all": resolution.eligible}
    return [Entry("ok", _("The members decide"), words, None, resolution.meeting_on)]


def _label(event: Event) -> str:
    if event.kind == "listing.approved":
        return str(LEVELS.get(event.data.get("level", ""), ""))
    return str(LABELS.get(event.kind, ""))


def _entry(event: Event) -> Entry:
    return Entry("ok", _label(event), _detail(event.kind, event.data), event.at, legal_day(event.at))


def _detail(kind: str, data: dict[str, Any]) -> str:
    if kind == "deal.certified":
        return _("No. %(number)s of %(day)s") % {
            "number": data["number"],
            "day": shown_day(date.fromisoformat(data["registered_on"])),
        }
    if kind == "deal.attested":
        return str(data["number"])
    if kind == "deal.contracted":
        return str(data["contract"])
    return str(data.get("reason", "")) if kind in {"deal.cancelled", "deal.defaulted"} else ""


def same_day(deal: Deal) -> bool:
    """Say whether hand-over and certificate are of one day (拿地即交地、交地即交证)."""
    certificate = deal.new_right.certificates.order_by("version").first() if deal.new_right else None
    return certificate is not None and certificate.registered_on == deal.term_from
