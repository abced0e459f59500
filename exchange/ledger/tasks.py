"""Sweeps: what is new at the bank, and what the bank is to pay."""

from __future__ import annotations

from celery import shared_task

from exchange.ledger.services import orders, statements


@shared_task
def poll_bank() -> int:
    """Read what is new on the bank's statement; a bank that is away is asked again by the next sweep."""
    return statements.poll_quietly()


@shared_task
def send_orders() -> int:
    """Speak with the bank about the orders that are due."""
    return orders.send_due_orders()
