"""`manage.py check_ledger`: the trial balance."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from exchange.ledger.models import Account, Transfer
from exchange.ledger.selectors.trial import differences, trial_balance
from exchange.money import fen_to_yuan


class Command(BaseCommand):
    help = "Recompute every account, transfer, hold and order from its rows; print each difference and fail on one."

    def handle(self, *args: Any, **options: Any) -> None:
        found = 0
        for difference in differences():
            found += 1
            self.stdout.write(difference)
        if options["verbosity"] > 1:
            for row in trial_balance():
                balance, held = fen_to_yuan(row.balance_fen), fen_to_yuan(row.held_fen)
                self.stderr.write(f"{row.kind:10} {row.accounts:8} accounts {balance:>20} yuan, held {held}")
        accounts, transfers = Account.objects.count(), Transfer.objects.count()
        self.stderr.write(f"{accounts} accounts, {transfers} transfers, {found} differences")
        if found or not accounts:
            raise CommandError("the ledger does not hold" if accounts else "there is no account to look at")
