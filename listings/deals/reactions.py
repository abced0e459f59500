"""What deals do when earlier stages have told of something."""

from __future__ import annotations

from exchange.journal.delivery import on
from exchange.journal.models import Event
from listings.deals.services import opening, payments


@on("auction.closed")
def open_deal(event: Event) -> None:
    """A sold hall becomes a deal."""
    opening.open_deal(auction_id=event.subject_id)


@on("bank.received")
def take_payment(event: Event) -> None:
    """Money has come in: perhaps for a deal."""
    payments.take_payment(line_id=event.subject_id, received_at=event.at)
