"""What happened last, as a feed: place, subject, fact, amount; never a person's name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy

from exchange.accounts.models import Level
from exchange.journal.models import Event, Origin

KIND_NAMES = {
    "listing.submitted": gettext_lazy("Submitted"),
    "listing.approved": gettext_lazy("Approved"),
    "listing.withdrawn": gettext_lazy("Withdrawn"),
    "listing.failed": gettext_lazy("Not sold"),
    "auction.closed": gettext_lazy("Bidding ended"),
    "deal.cancelled": gettext_lazy("Cancelled"),
    "deal.defaulted": gettext_lazy("Winner backed out"),
    "deal.contracted": gettext_lazy("Contract signed"),
    "deal.handed_over": gettext_lazy("Handed over"),
    "deal.rent_paid_out": gettext_lazy("Rent paid to the collective"),
    "deal.attested": gettext_lazy("Attested"),
    "loan.applied": gettext_lazy("Loan applied for"),
    "loan.repaid": gettext_lazy("Loan repaid"),
    "deal.closed": gettext_lazy("Sold"),
    "auction.opened": gettext_lazy("Bidding begins"),
    "auction.extended": gettext_lazy("Bidding extended"),
    "listing.announced": gettext_lazy("Announced"),
    "deal.certified": gettext_lazy("Certificate issued"),
    "loan.disbursed": gettext_lazy("Loan paid out"),
    "mortgage.registered": gettext_lazy("Mortgage registered"),
}
TOLD_CLASSES = {"deal.closed": "deal", "loan.disbursed": "loan", "auction.opened": "bid", "auction.extended": "ext"}


def told(events: Iterable[Event], kinds: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return what the feed says of each event: never a person's name, only place, subject, fact, amount."""
    rows = []
    for event in events:
        place = event.division.name if event.division else ""
        title = event.data.get("title") or " · ".join(filter(None, (place, kinds.get(event.right_kind, ""))))
        rows.append(
            {
                "at": event.at,
                "place": district_name(event),
                "title": title,
                "what": KIND_NAMES[event.kind],
                "amount_fen": event.amount_fen,
                "css": TOLD_CLASSES.get(event.kind, ""),
                "simulated": event.origin == Origin.SIMULATED,
            }
        )
    return rows


def listed(events: Iterable[Event], kinds: Mapping[str, str]) -> list[tuple[Event, str, str]]:
    """Return each event with what it is about (its title, else what happened) and its kind of right in words."""
    return [
        (event, event.data.get("title") or str(KIND_NAMES[event.kind]), kinds.get(event.right_kind, event.right_kind))
        for event in events
    ]


def district_name(event: Event) -> str:
    """Return the name of the district that an event belongs to (of the city for what belongs to it)."""
    here = event.division
    while here is not None and here.level in {Level.VILLAGE, Level.TOWNSHIP} and here.parent is not None:
        here = here.parent
    return here.name if here else ""
