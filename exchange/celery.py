"""Celery: tasks of all apps, and the sweeps that beat starts. Time enters the system here and nowhere else."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery, signals
from django.core.exceptions import ImproperlyConfigured

from exchange.checks import refuse_unsafe_start

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exchange.settings")

app = Celery("exchange")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# Every sweep is bounded, idempotent and safe to run twice at once; beat is only a hint that it is time.
app.conf.beat_schedule = {
    "deliver": {"task": "exchange.journal.tasks.deliver_pending", "schedule": 2.0},
    "poll_bank": {"task": "exchange.ledger.tasks.poll_bank", "schedule": 2.0, "options": {"expires": 10}},
    "send_orders": {"task": "exchange.ledger.tasks.send_orders", "schedule": 2.0, "options": {"expires": 10}},
    "set_aside": {"task": "exchange.ledger.tasks.set_aside_left", "schedule": 300.0, "options": {"expires": 300}},
    "sweep_halls": {"task": "listings.auctions.tasks.sweep_halls", "schedule": 1.0, "options": {"expires": 10}},
    "refund_deposits": {"task": "listings.auctions.tasks.refund_due", "schedule": 30.0, "options": {"expires": 60}},
    "confirm_deals": {"task": "listings.deals.tasks.confirm_due", "schedule": 10.0, "options": {"expires": 30}},
    "end_rights": {"task": "listings.registry.tasks.end_due", "schedule": 300.0, "options": {"expires": 300}},
    "sweep_files": {"task": "exchange.tasks.sweep_unnamed_files", "schedule": 3600.0, "options": {"expires": 3600}},
    "take_in_years": {"task": "exchange.rulebook.tasks.take_in_years", "schedule": 300.0, "options": {"expires": 300}},
    "renew_dates": {"task": "listings.catalogue.tasks.renew_dates", "schedule": 300.0, "options": {"expires": 300}},
    "renew_halls": {"task": "listings.auctions.tasks.renew_dates", "schedule": 300.0, "options": {"expires": 300}},
    "renew_deals": {"task": "listings.deals.tasks.renew_dates", "schedule": 300.0, "options": {"expires": 300}},
    "remind_winners": {"task": "listings.deals.tasks.remind_due", "schedule": 30.0, "options": {"expires": 60}},
    "seal": {"task": "exchange.journal.tasks.seal_pending", "schedule": 2.0},
    "fold": {"task": "exchange.stats.tasks.fold", "schedule": 2.0},
}


@signals.worker_init.connect
@signals.beat_init.connect
def _refuse_unsafe_start(**kwargs: Any) -> None:
    try:
        refuse_unsafe_start()
    except ImproperlyConfigured as error:
        raise SystemExit(f"{error}") from error  # Celery would swallow any other exception here
