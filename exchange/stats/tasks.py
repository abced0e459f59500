"""Tasks of stats."""

from __future__ import annotations

from celery import shared_task

from exchange.stats import services


@shared_task
def fold() -> int:
    """Sweep: fold what has been sealed."""
    return services.fold()
