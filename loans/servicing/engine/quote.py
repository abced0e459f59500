"""What a loan costs, row by row, and the command that reads a file of cases. FORMAT: "Expect", "Quoting".

python -m loans.servicing.engine.quote FILE [--check]
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from loans.servicing.engine.amounts import yuan
from loans.servicing.engine.cases import BrokenFile, Case, read_cases
from loans.servicing.engine.dates import periods_of
from loans.servicing.engine.events import Book, Event
from loans.servicing.engine.expects import differences
from loans.servicing.engine.instalment import total_interest_unrounded
from loans.servicing.engine.schedule import Row, Schedule
from loans.servicing.engine.shapes import FormatError
from loans.servicing.engine.terms import Terms


@dataclass(frozen=True, kw_only=True)
class Quote:
    """The schedule of a loan and its figures, money in fen; None where a figure does not apply.

    FORMAT, "Expect": `instalment_fen` is the first one of an annuity, `principal_part_fen` the first part of
    principal, `instalment_after_fen` the last one worked out anew.
    """

    rows: tuple[Row, ...]
    instalment_fen: int | None
    instalment_after_fen: int | None
    principal_part_fen: int | None
    total_interest_unrounded_fen: int | None

    @property
    def total_interest_fen(self) -> int:
        """The sum of the interest column."""
        return sum(row.interest_fen for row in self.rows)

    @property
    def last_instalment_fen(self) -> int:
        """The total of the last row."""
        return self.rows[-1].total_fen


def quote(terms: Terms, events: Sequence[Event] = ()) -> Quote:
    """The schedule (还款计划) of a loan: rows in order, money in fen, dates as `date`.

    Implements FORMAT, "Quote request", "Rows" and "Events". Raises FormatError, naming the field, where the
    events or the due dates break FORMAT, "Limits".
    """
    periods = periods_of(terms)
    schedule = Schedule(terms, Book(terms, events, periods[-1].end), periods)
    rows = tuple(schedule.rows())
    worked_out = schedule.worked_out_fen
    first = worked_out[0] if worked_out else None
    return Quote(
        rows=rows,
        instalment_fen=first if terms.method == "annuity" else None,
        instalment_after_fen=worked_out[-1] if len(worked_out) > 1 else None,
        principal_part_fen=first if terms.method != "annuity" else None,
        total_interest_unrounded_fen=None if events else total_interest_unrounded(terms, periods[0]),
    )


def answer(case: Case) -> dict[str, Any]:
    """All keys of FORMAT, "Expect", that apply to a case, money as decimal strings in yuan."""
    if case.terms is None:
        return case.rule_answer
    quoted = quote(case.terms, case.events)
    figures = {
        "instalment": quoted.instalment_fen,
        "instalment_after": quoted.instalment_after_fen,
        "principal_part": quoted.principal_part_fen,
        "last_instalment": quoted.last_instalment_fen,
        "rows_count": None,
        "total_interest": quoted.total_interest_fen,
        "total_interest_unrounded": quoted.total_interest_unrounded_fen,
    }
    told: dict[str, Any] = {key: yuan(amount) for key, amount in figures.items() if amount is not None}
    return {**told, "rows_count": len(quoted.rows), "rows": [_told(row) for row in quoted.rows]}


def _told(row: Row) -> dict[str, Any]:
    return {
        "n": row.n,
        "due": row.due.isoformat(),
        "principal": yuan(row.principal_fen),
        "interest": yuan(row.interest_fen),
        "total": yuan(row.total_fen),
        "prepaid": yuan(row.prepaid_fen),
        "balance": yuan(row.balance_fen),
    }


def _answers(cases: Sequence[Case]) -> list[dict[str, Any]]:
    """The answers to all cases. BrokenFile if one of them breaks FORMAT in a way only its schedule shows."""
    found = []
    for case in cases:
        try:
            found.append(answer(case))
        except FormatError as error:
            raise BrokenFile.at(case.name, error) from None
    return found


def _say(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Quote or check a file of cases; the exit code of FORMAT, "Quoting": 0, 1 or 2 (broken)."""
    parser = argparse.ArgumentParser(
        prog="python -m loans.servicing.engine.quote",
        description="Quote the loans of a file of cases, or check them against what the file expects.",
    )
    parser.add_argument("file", help="a JSON array of cases")
    parser.add_argument("--check", action="store_true", help="print only the keys that differ from `expect`")
    options = parser.parse_args(arguments)
    try:
        cases = read_cases(options.file)
        answers = _answers(cases)
    except BrokenFile as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if not options.check:
        for case, told in zip(cases, answers, strict=True):
            _say({"id": case.id, **told})
        return 0
    found = 0
    for case, told in zip(cases, answers, strict=True):
        for key, wanted, got in differences(case.expect, told):
            _say({"id": case.id, "key": key, "wanted": wanted, "got": got})
            found += 1
    sys.stderr.write(f"{len(cases)} cases looked at, {found} differences\n")
    return 1 if found or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
