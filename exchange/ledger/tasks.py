"""Sweeps: what is new at the bank, what the bank is to pay, and what nobody was asked about."""

from __future__ import annotations

from celery import shared_task

from exchange.ledger.services import orders, statements, unclear


@shared_task
def poll_bank() -> int:
    """Read what is new on the bank's statement; a bank that is away is asked again by the next sweep."""
    return statements.poll_quietly()


@shared_task
def send_orders() -> int:
    """Speak with the bank about the orders that are due."""
    return orders.send_due_orders()


@shared_task
def set_aside_left() -> int:
    """Set aside the money on the suspense account that nobody is asked about."""
    return unclear.set_aside_left()
