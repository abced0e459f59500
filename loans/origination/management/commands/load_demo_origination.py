"""`manage.py load_demo_origination`: the loan products of the demonstration."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from loans.origination.demo import load_products


class Command(BaseCommand):
    help = "Enter the loan products of the demonstration."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stderr.write(f"Products: {len(load_products())} on offer.")
