"""Where a listing stands on its way from the village to the hammer, as the seven stages everybody sees."""

from __future__ import annotations

from django.utils.translation import gettext as _

from exchange.templatetags.dates import moment
from listings.catalogue.models import Announcement, Listing

State = Listing.State
ORDER = [
    State.DRAFT,
    State.TOWNSHIP_REVIEW,
    State.DISTRICT_REVIEW,
    State.APPROVED,
    State.ANNOUNCED,
    State.BIDDING,
    State.SOLD,
]


def timeline(listing: Listing, announcement: Announcement | None) -> list[tuple[str, str, str]]:
    """Return (state, label, text) per stage for `shared/_timeline.html`; state is ok, now or empty."""
    dates = {
        State.ANNOUNCED: moment(announcement.announced_at) if announcement else "",
        State.BIDDING: moment(announcement.opens_at) if announcement else "",
    }
    stages = [
        (State.DRAFT, _("Village files")),
        (State.TOWNSHIP_REVIEW, _("Township review")),
        (State.DISTRICT_REVIEW, _("District review")),
        (State.ANNOUNCED, _("Announcement")),
        (State.BIDDING, _("Online bidding")),
        (State.SOLD, _("Result and contract")),
    ]
    here = _position(listing)
    return [
        (
            "ok" if ORDER.index(stage) < here else "now" if ORDER.index(stage) == here else "",
            label,
            dates.get(stage, ""),
        )
        for stage, label in stages
    ]


def _position(listing: Listing) -> int:
    state = State(listing.state)
    if state in (State.RETURNED, State.WITHDRAWN):
        return 0
    if state == State.APPROVED:
        return ORDER.index(State.ANNOUNCED)
    if state == State.COMPLETED:
        return len(ORDER)
    return ORDER.index(state) if state in ORDER else ORDER.index(State.SOLD)
