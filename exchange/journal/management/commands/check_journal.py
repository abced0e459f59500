"""`manage.py check_journal`: recompute the chain over all events."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from exchange.journal import sealing
from exchange.journal.models import Delivery, Seal


class Command(BaseCommand):
    help = "Recompute every hash of the journal; print each place that does not hold and fail if there is one."

    def handle(self, *args: Any, **options: Any) -> None:
        while sealing.seal_pending():
            pass
        found = 0
        for fault in sealing.faults():
            found += 1
            self.stdout.write(f"event {fault.event_id}, number {fault.number}: {fault.what}")
        sealed = Seal.objects.filter(number__isnull=False).count()
        stuck = Delivery.objects.filter(done_at=None, attempts__gte=3).count()
        self.stderr.write(f"{sealed} events, {found} faults, {stuck} deliveries failing")
        if found or stuck or not sealed:
            raise CommandError("the journal does not hold" if sealed else "there is no sealed event to look at")
