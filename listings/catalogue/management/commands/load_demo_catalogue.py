"""`manage.py load_demo_catalogue`: the market of the demonstration."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from listings.catalogue import demo


class Command(BaseCommand):
    help = "File, review and announce the listings of the demonstration."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stderr.write(f"Demonstration: {demo.load()} listings added.")
