"""Tasks of the rulebook: calendars that came with a release."""

from __future__ import annotations

from celery import shared_task

from exchange.rulebook import services


@shared_task
def take_in_years() -> int:
    """Sweep: record the years of the working-day calendar whose files have arrived."""
    return services.take_in_years()
