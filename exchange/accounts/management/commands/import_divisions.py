"""manage.py import_divisions FILE… | --bundled: take in dated administrative divisions from CSV files."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from exchange.accounts.services import import_divisions
from exchange.csvfiles import lines_of
from exchange.refusals import told

BUNDLED = Path(__file__).parents[2] / "data"


class Command(BaseCommand):
    help = "Import dated administrative divisions from CSV files: all rows of all files, or none."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="*", metavar="FILE", type=Path)
        parser.add_argument("--bundled", action="store_true", help="import the files that come with the product")

    def handle(self, *args: Any, **options: Any) -> None:
        paths: list[Path] = list(options["files"])
        if options["bundled"]:
            paths = [*sorted(BUNDLED.glob("*.csv")), *paths]
        if not paths:
            raise CommandError("Name a CSV file, or say --bundled.")
        with told(self.stderr):
            done = import_divisions(files={str(path): lines_of(path) for path in paths}, by=None)
        self.stderr.write(
            f"Divisions: {done.read} rows read, {done.added} added, {done.changed} changed, {done.same} as before."
        )
