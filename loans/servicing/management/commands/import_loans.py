"""manage.py import_loans FILE: take in past loans from a CSV file; docs/import.md describes the columns."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from exchange.csvfiles import lines_of
from exchange.money import fen_to_yuan
from exchange.refusals import told
from loans.servicing.services.importing import import_loans


class Command(BaseCommand):
    help = "Import past loans from a CSV file (see docs/import.md): all rows, or none."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        with told(self.stderr):
            done = import_loans(lines=lines_of(path), file=str(path), by=None)
        self.stderr.write(
            f"Loans: {done.read} rows read, {done.added} added, {done.same} as before; "
            f"{fen_to_yuan(done.amount_fen)} yuan added."
        )
