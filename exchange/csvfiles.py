"""CSV files that an exchange brings along: read and refused line by line, taken in as a whole or not at all.

A file's own module says what a line means: it gives `read_csv` the columns and a function that turns the text of
one line into a row, or raises ValueError with a reason for people.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from django.utils.translation import gettext as _

from exchange.errors import Refused
from exchange.money import yuan_to_fen

R = TypeVar("R")
Parse = Callable[[dict[str, str], int], R]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why one line of one file cannot be taken (line 1 is the header; 0 speaks of the whole file)."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


class RowsRefused(Refused):
    """A file was refused as a whole; `problems` says why, line by line, in the order of the files."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        count = len(self.problems)
        shown = "\n".join(str(problem) for problem in self.problems[:20])
        super().__init__(
            _("Nothing was imported. Problems found: %(count)d. Mend these lines and import again.\n%(shown)s")
            % {"count": count, "shown": shown},
            code="rows",
            field="file",
        )


def read_csv(lines: Iterable[str], file: str, columns: Sequence[str], parse: Parse[R]) -> tuple[list[R], list[Problem]]:
    """Read the lines of a CSV file whose first line names `columns`; `file` is the name that problems bear.

    `parse` gets the stripped text of a line by column, and its number. Returns the rows that have the right
    shape and one problem for each line that has not; a file without a row is a problem of line 0.
    """
    reader = csv.reader(lines, strict=True)
    rows: list[R] = []
    problems: list[Problem] = []
    try:
        header = [name.strip().lstrip("\ufeff") for name in next(reader, [])]
        if header != list(columns):
            reason = _("The first line must be: %(columns)s") % {"columns": ",".join(columns)}
            return [], [Problem(file, 1, reason)]
        for values in reader:
            if not any(value.strip() for value in values):
                continue
            try:
                rows.append(parse(_text(values, columns), reader.line_num))
            except ValueError as error:
                problems.append(Problem(file, reader.line_num, str(error)))
    except csv.Error as error:
        problems.append(Problem(file, reader.line_num, _("This is not CSV: %(reason)s.") % {"reason": error}))
    if not rows and not problems:
        problems.append(Problem(file, 0, _("The file holds no row.")))
    return rows, problems


def _text(values: list[str], columns: Sequence[str]) -> dict[str, str]:
    if len(values) != len(columns):
        raise ValueError(
            _("This line has %(count)d columns instead of %(wanted)d.") % {"count": len(values), "wanted": len(columns)}
        )
    return dict(zip(columns, (value.strip() for value in values), strict=True))


def repeated(refs: Iterable[tuple[str, int]], file: str) -> list[Problem]:
    """Return a problem for each (reference, line) whose reference already stands in a line before."""
    first: dict[str, int] = {}
    problems = []
    for ref, line in refs:
        if ref in first:
            reason = _("The reference %(ref)s already stands in line %(line)d.")
            problems.append(Problem(file, line, reason % {"ref": ref, "line": first[ref]}))
        first.setdefault(ref, line)
    return problems


def check_text(
    text: Mapping[str, str],
    *,
    optional: Iterable[str] = (),
    longest: Mapping[str, int] | None = None,
    choices: Mapping[str, Sequence[str]] | None = None,
) -> None:
    """Raise ValueError for an empty column that is not `optional`, one too long, or none of its `choices`."""
    free = set(optional)
    for column, value in text.items():
        if not value and column not in free:
            raise ValueError(_("The column “%(column)s” is empty.") % {"column": column})
        if "\0" in value:
            raise ValueError(_("“%(column)s” holds a character that is not text.") % {"column": column})
    for column, most in (longest or {}).items():
        if len(text[column]) > most:
            raise ValueError(
                _("“%(column)s” is longer than %(longest)d characters.") % {"column": column, "longest": most}
            )
    for column, words in (choices or {}).items():
        if text[column] not in words:
            raise ValueError(
                _("“%(text)s” in “%(column)s” must be one of: %(choices)s.")
                % {"text": text[column][:40], "column": column, "choices": ", ".join(words)}
            )


def amount(text: str, column: str) -> int:
    """Return an amount of yuan in fen, more than nothing; ValueError otherwise."""
    try:
        fen = yuan_to_fen(text)
    except ValueError:
        fen = 0
    if fen <= 0:
        raise ValueError(
            _("“%(text)s” in “%(column)s” is no amount; write yuan such as 35000.00, more than nothing.")
            % {"text": text[:40], "column": column}
        )
    return fen


def day(text: str, column: str) -> date:
    """Return a day written as 2026-01-25; ValueError otherwise."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(
            _("“%(text)s” in “%(column)s” is no day; write it as 2026-01-25.") % {"text": text[:40], "column": column}
        ) from None


def whole_months(text: str, column: str, longest: int) -> int:
    """Return whole months from 1 to `longest`; ValueError otherwise."""
    if not (text.isascii() and text.isdigit()) or not 0 < int(text[:9]) <= longest:
        raise ValueError(
            _("“%(text)s” in “%(column)s” must be whole months from 1 to %(longest)d.")
            % {"text": text[:40], "column": column, "longest": longest}
        )
    return int(text)


def lines_of(path: Path) -> list[str]:
    """Return the lines of a UTF-8 file with their ends; `Refused` in words when it cannot be read."""
    try:
        return path.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    except OSError as error:
        reason = _("%(path)s cannot be read: %(reason)s.") % {"path": path, "reason": error.strerror}
        raise Refused(reason, "unreadable", "file") from None
    except UnicodeDecodeError:
        reason = _("%(path)s is not UTF-8; save it as CSV in UTF-8.") % {"path": path}
        raise Refused(reason, "unreadable", "file") from None
