"""`manage.py load_demo_servicing`: the past loans of Liangping, through the real import."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

FILE = Path(__file__).parents[2] / "data" / "liangping.csv"


class Command(BaseCommand):
    help = "Import the past loans of the demonstration."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("import_loans", str(FILE), stdout=self.stdout, stderr=self.stderr)
