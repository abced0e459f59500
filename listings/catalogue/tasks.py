"""Sweeps of announcements."""

from __future__ import annotations

from celery import shared_task

from listings.catalogue.services import renewing


@shared_task
def renew_dates() -> int:
    """Work out anew the provisional dates that a lost event left, as far as the calendar is known now."""
    return renewing.renew_waiting()
