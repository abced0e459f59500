"""`manage.py reconcile`: our books against the bank's."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from exchange.ledger.bank import BankAway
from exchange.ledger.selectors.reconciliation import unmatched
from exchange.ledger.services.statements import poll_bank


class Command(BaseCommand):
    help = "Read what is new at the bank, then print each line that has no match in the other's books; fail on one."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            poll_bank()
            lines, found = unmatched()
        except BankAway as away:
            raise CommandError(f"the bank is away: {away.reason}") from away
        for sentence in found:
            self.stdout.write(sentence)
        self.stderr.write(f"{lines} lines, {len(found)} unmatched")
        if found:
            raise CommandError("our books and the bank's are not the same")
