"""What auctions do when earlier stages, or they themselves, have told of something."""

from __future__ import annotations

from exchange.journal.delivery import on
from exchange.journal.models import Event
from exchange.ledger.models import SubAccount
from listings.auctions.services import closing, deposits, scheduling


@on("listing.announced")
def schedule(event: Event) -> None:
    """An announced listing gets its hall."""
    scheduling.schedule_auction(listing_id=event.subject_id)


@on("listing.dates_renewed")
def reschedule(event: Event) -> None:
    """The dates of an announcement were provisional and are worked out anew."""
    scheduling.reschedule_auction(listing_id=event.subject_id)


@on("calendar.year_imported")
def settle_refund_dates(event: Event) -> None:
    """A year of the calendar has come: perhaps the dates of refunds that fall into it."""
    closing.settle_refund_dates(year=event.data["year"])


@on("bank.received")
def take_deposit(event: Event) -> None:
    """Money has come in: perhaps a deposit."""
    deposits.take_deposit(line_id=event.subject_id, received_at=event.at)


@on("auction.closed")
def refund_losers(event: Event) -> None:
    """Those who did not win get their deposits back."""
    deposits.refund_losers(auction_id=event.subject_id)


@on("bank.paid")
def settle_refund(event: Event) -> None:
    """A payment was made: perhaps a deposit that went back."""
    deposits.settle_refund(reference=event.data["reference"], paid=True)


@on("bank.failed")
def fail_refund(event: Event) -> None:
    """A payment was refused: perhaps a deposit that went back."""
    deposits.settle_refund(reference=event.data["reference"], paid=False)


@on("unclear.returned")
def tell_returned(event: Event) -> None:
    """Money that had to be clarified has gone to its owner: perhaps a bidder's."""
    if event.data["purpose"] == SubAccount.Purpose.DEPOSIT:
        digits = event.data["last_digits"]
        deposits.tell_returned(
            registration_id=event.data["subject"], amount_fen=event.amount_fen or 0, last_digits=digits
        )
