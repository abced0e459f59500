"""What the ledger does when the bank has answered about a payment."""

from __future__ import annotations

from exchange.journal.delivery import on
from exchange.journal.models import Event
from exchange.ledger.services import unclear


@on("bank.paid")
def settle_unclear(event: Event) -> None:
    """A payment was made: perhaps money that belonged to nobody."""
    unclear.settle_unclear(reference=event.data["reference"], paid=True)


@on("bank.failed")
def fail_unclear(event: Event) -> None:
    """A payment was refused: perhaps money that now belongs to nobody."""
    unclear.settle_unclear(reference=event.data["reference"], paid=False)
