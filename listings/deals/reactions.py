"""What deals do when earlier stages have told of something."""

from __future__ import annotations

from exchange.journal.delivery import on
from exchange.journal.models import Event
from exchange.ledger.models import SubAccount
from listings.deals.services import deadlines, opening, payments, payouts


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


@on("deal.handed_over")
def pay_out_rent(event: Event) -> None:
    """The land is handed over: the rent goes on to the collective."""
    payouts.pay_out_rent(deal_id=event.subject_id)


@on("collective.account_entered")
def pay_out_waiting_rent(event: Event) -> None:
    """A collective has an account: what waited for it is paid out."""
    payouts.pay_out_for_collective(collective_id=event.subject_id)


@on("bank.paid")
def settle_payout(event: Event) -> None:
    """A payment was made: perhaps rent to a collective."""
    payouts.settle_payout(reference=event.data["reference"], paid=True)


@on("bank.failed")
def fail_payout(event: Event) -> None:
    """A payment was refused: perhaps rent to a collective."""
    payouts.settle_payout(reference=event.data["reference"], paid=False)


@on("unclear.returned")
def tell_returned(event: Event) -> None:
    """Money that had to be clarified has gone to its owner: perhaps for a deal."""
    if event.data["purpose"] == SubAccount.Purpose.DEAL:
        digits = event.data["last_digits"]
        payments.tell_returned(deal_id=event.data["subject"], amount_fen=event.amount_fen or 0, last_digits=digits)
