"""`manage.py load_demo_deals`: Liangping's past by import, Nanchuan's school through the services."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from listings.deals import demo

LIANGPING = Path(__file__).parents[2] / "data" / "liangping.csv"


class Command(BaseCommand):
    help = "Import the past deals of Liangping and play the deal of Nanchuan."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("import_deals", str(LIANGPING), stdout=self.stdout, stderr=self.stderr)
        deal = demo.load()
        self.stderr.write(f"Demonstration: {deal.number} played." if deal else "Demonstration: no deal added.")
