"""`manage.py check_loans`: loans against their schedules, repayments and the ledger."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from loans.servicing.models import Loan
from loans.servicing.selectors.books import differences


class Command(BaseCommand):
    help = "Compare each loan with the ledger, its schedule and its repayments; print each difference, fail on one."

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(differences())
        for difference in found:
            self.stdout.write(difference)
        loans, elsewhere = Loan.objects.filter(account__isnull=False), Loan.objects.filter(account=None)
        self.stderr.write(
            f"{loans.count()} loans looked at, {elsewhere.count()} in their banks' own books, {len(found)} differences"
        )
        if found:
            raise CommandError("the loans do not agree with the books")
