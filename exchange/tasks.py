"""Tasks of the ground itself."""

from __future__ import annotations

from celery import shared_task

from exchange import uploads


@shared_task
def sweep_unnamed_files() -> int:
    """Sweep: move files that no row names to the trash, and empty it of what has lain there for a month."""
    return uploads.sweep_unnamed_files()
