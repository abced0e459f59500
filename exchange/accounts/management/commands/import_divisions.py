"""manage.py import_divisions FILE… | --bundled: take in dated administrative divisions from CSV files."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from exchange.accounts.divisions.rows import RowsRefused
from exchange.accounts.services import import_divisions

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
        try:
            done = import_divisions(files={str(path): _lines(path) for path in paths}, by=None)
        except RowsRefused as refused:
            for problem in refused.problems:
                self.stderr.write(str(problem))
            raise CommandError(f"Nothing was imported. Problems listed above: {len(refused.problems)}.") from None
        self.stderr.write(
            f"Divisions: {done.read} rows read, {done.added} added, {done.changed} changed, {done.same} as before."
        )


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise CommandError(f"{path} is not UTF-8; save it as CSV in UTF-8.") from None
