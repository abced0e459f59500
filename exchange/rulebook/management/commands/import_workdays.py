"""manage.py import_workdays FILE…: take in years of the working-day calendar."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from exchange.refusals import told
from exchange.rulebook.services import import_work_year, take_in_years


class Command(BaseCommand):
    help = "Import years of the working-day calendar from JSON files; without a file, those that came with a release."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="*", metavar="FILE", type=Path)

    def handle(self, *args: Any, files: list[Path], **options: Any) -> None:
        with told(self.stderr):
            years = [import_work_year(text=path.read_text(encoding="utf-8"), by=None).year for path in files]
        self.stderr.write(f"Calendar: {len(years) if files else take_in_years()} years taken in.")
