"""`manage.py translations --update | --check | --compile`: the Simplified Chinese catalogue."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from exchange import phrasebook

CATALOGUE = Path("exchange/locale/zh_Hans/LC_MESSAGES/django.po")


class Command(BaseCommand):
    """Keep, check or compile the catalogue of translations; needs no system gettext and no database."""

    help = "Keep (--update), check (--check) or compile (--compile) the Simplified Chinese catalogue."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One of three things to do, on the project or on another folder."""
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--update", action="store_true", help="add new messages, drop dead ones, sort, repair")
        what.add_argument("--check", action="store_true", help="fail unless every message is translated")
        what.add_argument("--compile", action="store_true", help="write the .mo file that Django reads")
        parser.add_argument("--root", type=Path, default=settings.BASE_DIR, help="folder of the project")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do the one thing asked for."""
        root: Path = options["root"]
        path = root / CATALOGUE
        try:
            book = phrasebook.read_po(path.read_text("utf-8")) if path.exists() else phrasebook.Book()
        except ValueError as error:
            raise CommandError(f"{path} cannot be read: {error}") from error
        if options["compile"]:
            path.with_suffix(".mo").write_bytes(phrasebook.compiled(book))
            self.stdout.write(f"{len(book.entries)} messages compiled")
            return
        phrases = phrasebook.said(root)
        if not phrases:
            raise CommandError(f"0 messages found under {root}: is this the project?")
        if options["update"]:
            self._update(path, book, phrases)
        else:
            self._check(book, phrases)

    def _update(self, path: Path, book: phrasebook.Book, phrases: dict[tuple[str, str], phrasebook.Phrase]) -> None:
        fresh = phrasebook.merged(book, phrases)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(phrasebook.write_po(fresh), "utf-8")
        dropped = len(book.entries.keys() - phrases.keys())
        empty = sum(not entry.translation for entry in fresh.entries.values())
        self.stdout.write(
            f"{len(phrases)} messages, {empty} still empty, {dropped} dropped, {len(book.doubles)} doubles repaired"
        )

    def _check(self, book: phrasebook.Book, phrases: dict[tuple[str, str], phrasebook.Phrase]) -> None:
        faults = phrasebook.faults(book, phrases)
        for fault in faults:
            self.stderr.write(fault)
        if faults:
            raise CommandError(f"{len(phrases)} messages, {len(faults)} at fault")
        self.stdout.write(f"{len(phrases)} messages, 0 missing")
