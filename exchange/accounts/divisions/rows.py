"""The rows of a file of divisions (行政区划): their shape, read and refused line by line.

Columns and codes are described in `exchange/accounts/data/README.md`. What a row means beside other rows is
the business of `checks`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext as _

from exchange.csvfiles import Problem, check_text, day, read_csv

COLUMNS = ("code", "name", "level", "parent", "valid_from", "valid_to", "successors", "source")
# GB/T 2260 names cities and districts, GB/T 10114 townships, the Bureau of Statistics villages.
DIGITS = {"city": 6, "district": 6, "township": 9, "village": 12}
ABOVE = {"district": "city", "township": "district", "village": "township"}
LONGEST = {"name": 60, "source": 200}
WHOLE_BP = 10_000


@dataclass(frozen=True, slots=True)
class DivisionRow:
    """One unit during one period: in force from `valid_from` until the day before `valid_to` (None: still).

    `successors` are pairs of code and share in basis points (None: whole or unknown), by code. `line` and
    `file` say where it was read; a row that is already recorded has line 0.
    """

    code: str
    name: str
    level: str
    parent: str
    valid_from: date
    valid_to: date | None
    successors: tuple[tuple[str, int | None], ...]
    source: str
    file: str = ""
    line: int = 0

    @property
    def key(self) -> tuple[str, date]:
        """What makes two rows the same unit: the code and the day it began."""
        return self.code, self.valid_from

    def plain(self) -> DivisionRow:
        """The row without the place it was read from, to compare it with a recorded one."""
        return replace(self, file="", line=0)

    def overlaps(self, other: DivisionRow) -> bool:
        """Say whether both are in force on some day."""
        ends, other_ends = self.valid_to or date.max, other.valid_to or date.max
        return self.valid_from < other_ends and other.valid_from < ends

    def problem(self, reason: str) -> Problem:
        return Problem(self.file, self.line, reason)


def read_files(files: Mapping[str, Iterable[str]]) -> tuple[list[DivisionRow], list[Problem]]:
    """Read several files, given as their lines by name; see `read_rows`."""
    rows: list[DivisionRow] = []
    problems: list[Problem] = []
    for name, lines in files.items():
        read, wrong = read_rows(lines, name)
        rows += read
        problems += wrong
    return rows, problems


def read_rows(lines: Iterable[str], file: str) -> tuple[list[DivisionRow], list[Problem]]:
    """Read the lines of a CSV file; `file` is the name that problems bear.

    Returns the rows that have the right shape and one problem for each line that has not.
    """
    return read_csv(lines, file, COLUMNS, lambda text, line: _row(text, file, line))


def _row(text: dict[str, str], file: str, line: int) -> DivisionRow:
    level = text["level"]
    if level not in DIGITS:
        raise ValueError(
            _("“%(level)s” is no level; it must be one of: %(levels)s.") % {"level": level, "levels": ", ".join(DIGITS)}
        )
    _check_code(text["code"], level)
    check_text({column: text[column] for column in LONGEST}, longest=LONGEST)
    _check_parent(text["parent"], level)
    valid_from, valid_to = _period(text["valid_from"], text["valid_to"])
    pairs = [pair for pair in text["successors"].split(";") if pair.strip()]
    successors = tuple(sorted((_successor(pair, level) for pair in pairs), key=lambda pair: pair[0]))
    _check_successors(successors, valid_to)
    return DivisionRow(
        text["code"],
        text["name"],
        level,
        text["parent"],
        valid_from,
        valid_to,
        successors,
        text["source"],
        file,
        line,
    )


def _check_code(code: str, level: str) -> None:
    if not (code.isascii() and code.isdigit()) or len(code) != DIGITS[level]:
        raise ValueError(
            _("The code “%(code)s” must have %(digits)d digits, as every %(level)s has.")
            % {"code": code, "digits": DIGITS[level], "level": level}
        )


def _check_parent(parent: str, level: str) -> None:
    above = ABOVE.get(level)
    if above:
        if not parent:
            raise ValueError(_("The column “%(column)s” is empty.") % {"column": "parent"})
        _check_code(parent, above)
    elif parent:
        raise ValueError(_("A city stands at the top and has no parent."))


def _period(first: str, last: str) -> tuple[date, date | None]:
    valid_from = day(first, "valid_from")
    valid_to = day(last, "valid_to") if last else None
    if valid_to and valid_to <= valid_from:
        raise ValueError(
            _("It ends on %(to)s, which is not after the day it begins, %(from)s.")
            % {"to": valid_to, "from": valid_from}
        )
    return valid_from, valid_to


def _successor(pair: str, level: str) -> tuple[str, int | None]:
    code, colon, share = pair.strip().partition(":")
    _check_code(code, level)
    if not colon or not share:
        return code, None
    if not (share.isascii() and share.isdigit()) or not 0 < int(share) <= WHOLE_BP:
        raise ValueError(
            _("The share “%(share)s” of %(code)s must be basis points from 1 to 10000.")
            % {"share": share, "code": code}
        )
    return code, int(share)


def _check_successors(successors: tuple[tuple[str, int | None], ...], valid_to: date | None) -> None:
    if not successors:
        return
    if valid_to is None:
        raise ValueError(_("It has successors but no day on which it ended; fill in “valid_to”."))
    if len({code for code, _share in successors}) != len(successors):
        raise ValueError(_("A successor is named twice."))
    shares = [share for _code, share in successors if share is not None]
    if shares and (len(shares) != len(successors) or sum(shares) != WHOLE_BP):
        raise ValueError(_("The shares of the successors must be given for all of them and add up to 10000."))
