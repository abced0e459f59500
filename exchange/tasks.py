"""Tasks of the ground itself."""

from __future__ import annotations

from celery import shared_task

from exchange import uploads


@shared_task
def sweep_unnamed_files() -> int:
    """Sweep: delete files that no row names."""
    return uploads.sweep_unnamed_files()
