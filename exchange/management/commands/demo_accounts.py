"""`manage.py demo_accounts`: who may log in to the demonstration, and what for."""

import unicodedata

from django.core.management.base import BaseCommand

from exchange.accounts.demo import demo_accounts


class Command(BaseCommand):
    """Print the accounts of the demonstration as a table."""

    help = "Print the accounts of the demonstration."
    requires_system_checks: list[str] = []

    def handle(self, *args: object, **options: object) -> None:
        """One line each: who, user name, password, what for."""
        rows = [("Who", "User name", "Password", "What for"), *(tuple(map(str, row)) for row in demo_accounts())]
        widths = [max(_width(row[column]) for row in rows) for column in range(4)]
        self.stdout.write("")
        for row in rows:
            cells = (text + " " * (width - _width(text)) for text, width in zip(row, widths, strict=True))
            self.stdout.write("  ".join(cells).rstrip())


def _width(text: str) -> int:
    """Columns on a terminal: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
