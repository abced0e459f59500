"""`manage.py load_demo_accounts`: the people of the demonstration."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from exchange.accounts import demo


class Command(BaseCommand):
    help = "Make the organisations and people of the demonstration."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stderr.write(f"Demonstration: {demo.load()} people added.")
