"""Who may see the pages of the ledger; outside a demonstration there is no bank to practise with."""

from tests.permissions import Cell

ACCESS = {"ledger:sandbox_bank": Cell(get=404, post=404)}
