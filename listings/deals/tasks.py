"""Sweeps of deals."""

from __future__ import annotations

from celery import shared_task

from listings.deals.services import confirming


@shared_task
def confirm_due() -> int:
    """Confirm the results whose publicity is over."""
    return confirming.confirm_due()
