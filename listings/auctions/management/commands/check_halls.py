"""`manage.py check_halls`: recompute every hall's chain and replay its presses."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from listings.auctions.models import Auction, HallEvent
from listings.auctions.verifying import differences, events_of


class Command(BaseCommand):
    help = "Recompute the chain of every hall and replay it through the core; print each difference, fail on any."

    def handle(self, *args: Any, **options: Any) -> None:
        halls = presses = found = 0
        for auction in Auction.objects.select_related("announcement", "winner").order_by("pk").iterator(100):
            halls += 1
            presses += events_of(auction).filter(kind=HallEvent.Kind.BID).count()
            for difference in differences(auction):
                found += 1
                self.stdout.write(f"hall {auction.pk}: {difference}")
        self.stderr.write(f"{halls} halls, {presses} presses, {found} differences")
        if found:
            raise CommandError("the halls do not hold")
        if not presses:
            raise CommandError("there is no press to look at")
