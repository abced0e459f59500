"""`manage.py load_demo`: everything the demonstration shows, loaded by the real imports and services."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError

from exchange.clock import install_movable_clock

# In the order of a right's life; each stage has a command of its own.
STEPS: list[tuple[str, list[str]]] = [
    ("import_divisions", ["--bundled"]),
    ("load_rulebook", []),
    ("load_demo_accounts", []),
    ("load_demo_registry", []),
    ("load_demo_deals", []),
    ("load_demo_origination", []),
    ("load_demo_servicing", []),
    ("load_demo_catalogue", []),
    ("rebuild_figures", []),
]


class Command(BaseCommand):
    help = "Load the demonstration into an empty database; needs DEMONSTRATION=1."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMONSTRATION:
            raise CommandError("load_demo needs DEMONSTRATION=1: it makes the clock of this database movable.")
        install_movable_clock()
        known = get_commands()
        for name, words in STEPS:
            if name not in known:
                raise CommandError(f"the step {name} is missing")
            began = time.monotonic()
            call_command(name, *words, stdout=self.stdout, stderr=self.stderr)
            self.stdout.write(f"  {name}: {time.monotonic() - began:.1f} s")
            self.stdout.flush()
