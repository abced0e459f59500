"""What deals do when earlier stages have told of something."""

from __future__ import annotations

from exchange.journal.delivery import on
from exchange.journal.models import Event
from listings.deals.services import deadlines, opening, payments


@on("auction.closed")
def open_deal(event: Event) -> None:
    """A sold hall becomes a deal."""
    opening.open_deal(auction_id=event.subject_id)


@on("bank.received")
def take_payment(event: Event) -> None:
    """Money has come in: perhaps for a deal."""
    payments.take_payment(line_id=event.subject_id, received_at=event.at)


@on("calendar.year_imported")
def renew_dates(event: Event) -> None:
    """A year of the calendar has come: provisional days are worked out anew."""
    deadlines.renew_dates_of_year(year=event.data["year"])
