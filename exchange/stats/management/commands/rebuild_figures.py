"""manage.py rebuild_figures [--check]: the figures anew from the journal, or compared with it."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from exchange.journal.sealing import seal_pending
from exchange.stats import services


class Command(BaseCommand):
    help = "Make all figures anew from the journal; with --check compare every cell and change nothing in the table."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only compare, cell for cell")

    def handle(self, *args: Any, **options: Any) -> None:
        while seal_pending():
            pass
        if not options["check"]:
            self.stdout.write(f"{services.rebuild()} cells")
            return
        while services.fold():
            pass
        cells, found = services.differences()
        for difference in found:
            self.stdout.write(" ".join(str(part) for part in difference))
        self.stdout.write(f"{cells} cells, {len(found)} differences")
        if found or not cells:
            raise CommandError("the figures do not follow the journal" if found else "there is no cell to look at")
