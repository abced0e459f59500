"""Tickets (入场券): what a bidder's page shows the hall instead of a cookie; signed, short-lived, for one hall."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.core import signing

from listings.auctions.models import Registration

SALT = "auctions.hall.ticket"
LIFE_S = 600


@dataclass(frozen=True, slots=True)
class Ticket:
    """Whose ticket, for which hall, under which paddle number, and the language of the answers."""

    user_id: UUID
    auction_id: str
    paddle: str
    language: str


def issue(registration: Registration, language: str) -> str:
    """Return a ticket for a bidder, good for ten minutes."""
    body = [str(registration.user_id), str(registration.auction_id), registration.paddle, language]
    return signing.dumps(body, salt=SALT, compress=True)


def read(text: str, auction_id: str) -> Ticket | None:
    """Return the ticket if it is ours, not too old and for this hall."""
    try:
        user_id, for_auction, paddle, language = signing.loads(text, salt=SALT, max_age=LIFE_S)
    except (signing.BadSignature, ValueError):
        return None
    return Ticket(UUID(user_id), for_auction, paddle, language) if for_auction == auction_id else None
