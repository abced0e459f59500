"""`manage.py load_demo_registry`: the land of the demonstration."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from listings.registry import demo


class Command(BaseCommand):
    help = "Enter the collectives, parcels and rights of the demonstration."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stderr.write(f"Demonstration: {demo.load()} rights added.")
