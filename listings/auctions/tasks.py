"""Sweeps of halls; the closer (`manage.py close_auctions`) is faster, these are the belt to its braces."""

from __future__ import annotations

from celery import shared_task

from listings.auctions.services import closing, deposits, reporting, scheduling


@shared_task
def sweep_halls() -> int:
    """Open and close the halls whose time has come, and let the listings know how the open ones stand."""
    return closing.open_due() + closing.close_due() + reporting.report_moved()


@shared_task
def renew_dates() -> int:
    """Take over the dates, and settle the last days of refunds, that a lost event left provisional."""
    return scheduling.reschedule_waiting() + closing.settle_refunds_waiting()


@shared_task
def refund_due() -> int:
    """Send back the deposits that a lost reaction left."""
    return deposits.refund_due()
