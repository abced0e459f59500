"""Sweeps of rights."""

from __future__ import annotations

from celery import shared_task

from listings.registry.services import terms


@shared_task
def end_due() -> int:
    """End the rights whose term is over."""
    return terms.end_due()
