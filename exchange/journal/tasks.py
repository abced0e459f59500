"""Tasks of the journal: deliveries and seals."""

from __future__ import annotations

from celery import shared_task

from exchange.journal import delivery, sealing


@shared_task
def deliver_event(event_id: int) -> None:
    """Deliver one event that has just been committed."""
    delivery.deliver_event(event_id)


@shared_task
def deliver_pending() -> int:
    """Sweep: deliver what a crash left."""
    return delivery.deliver_pending()


@shared_task
def seal_pending() -> int:
    """Sweep: seal what has been committed."""
    return sealing.seal_pending()
