"""manage.py import_deals FILE: take in past deals from a CSV file; docs/import.md describes the columns."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from exchange.accounts.divisions.rows import RowsRefused
from exchange.money import fen_to_yuan
from listings.deals.services.importing import import_deals


class Command(BaseCommand):
    help = "Import past deals from a CSV file (see docs/import.md): all rows, or none."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            done = import_deals(lines=_lines(path), file=str(path), by=None)
        except RowsRefused as refused:
            for problem in refused.problems:
                self.stderr.write(str(problem))
            raise CommandError(f"Nothing was imported. Problems listed above: {len(refused.problems)}.") from None
        self.stderr.write(
            f"Deals: {done.read} rows read, {done.added} added, {done.same} as before; "
            f"{fen_to_yuan(done.amount_fen)} yuan added."
        )


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise CommandError(f"{path} is not UTF-8; save it as CSV in UTF-8.") from None
