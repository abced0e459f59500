"""`manage.py load_demo_origination`: the loan products of the demonstration, and one application."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from loans.origination.demo import apply_on_the_school, load_products


class Command(BaseCommand):
    help = "Enter the loan products of the demonstration."

    def handle(self, *args: Any, **options: Any) -> None:
        offered = load_products()
        application = apply_on_the_school()
        self.stderr.write(f"Products: {len(offered)} on offer; applications: {1 if application else 0}.")
