"""Liangping's past in the small world of the tests: the real files, all in the one township it has there."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

from django.conf import settings

from listings.deals.services.importing import import_deals
from loans.servicing.services.importing import import_loans

TOWNSHIP = "500155001"
DEALS, DEALS_FEN, LOANS_FEN = 143, 18_000_000_000, 26_000_000_000


def bring_past() -> None:
    """Import 143 deals of 1.80 and loans of 2.60 hundred million yuan, by the commands' own services."""
    deals = import_deals(lines=_here("listings/deals/data/liangping.csv"), file="liangping.csv", by=None)
    loans = import_loans(lines=_here("loans/servicing/data/liangping.csv"), file="liangping.csv", by=None)
    assert (deals.added, deals.amount_fen, loans.amount_fen) == (DEALS, DEALS_FEN, LOANS_FEN)


def _here(path: str) -> Iterator[str]:
    with (Path(settings.BASE_DIR) / path).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    written = StringIO()
    writer = csv.DictWriter(written, rows[0])
    writer.writeheader()
    writer.writerows({**row, "division": TOWNSHIP} for row in rows)
    yield from written.getvalue().splitlines(keepends=True)
