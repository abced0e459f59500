"""`manage.py demo_accounts`: who may log in to the demonstration, and what for."""

import unicodedata
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from exchange.accounts.demo import demo_accounts


class Command(BaseCommand):
    """Print the accounts of the demonstration as a table."""

    help = "Print the accounts of the demonstration."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to write it."""
        parser.add_argument("--to", type=Path, help="a file instead of the terminal")

    def handle(self, *args: Any, **options: Any) -> None:
        """One line each: who, user name, password, what for."""
        rows = [("Who", "User name", "Password", "What for"), *(tuple(map(str, row)) for row in demo_accounts())]
        widths = [max(_width(row[column]) for row in rows) for column in range(4)]
        lines = []
        for row in rows:
            cells = (text + " " * (width - _width(text)) for text, width in zip(row, widths, strict=True))
            lines.append("  ".join(cells).rstrip())
        table = "\n".join(lines) + "\n"
        if options["to"]:
            options["to"].write_text(table, "utf-8")
        else:
            self.stdout.write(table)


def _width(text: str) -> int:
    """Columns on a terminal: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
