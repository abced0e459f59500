"""Sweeps of deals."""

from __future__ import annotations

from celery import shared_task

from listings.deals.services import confirming, deadlines


@shared_task
def confirm_due() -> int:
    """Confirm the results whose publicity is over."""
    return confirming.confirm_due()


@shared_task
def remind_due() -> int:
    """Remind those who let the time for signing or paying run."""
    return deadlines.remind_due()


@shared_task
def renew_dates() -> int:
    """Work out anew the provisional days that a lost event left, as far as the calendar is known now."""
    return deadlines.renew_waiting()
