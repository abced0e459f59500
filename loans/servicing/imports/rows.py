"""The rows of a file of past loans: their shape, read and refused line by line.

The columns are described in `docs/import.md`. What a row means beside the database is the business of
`services.importing`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from exchange.csvfiles import Problem, amount, check_text, day, read_csv, repeated, whole_months
from loans.origination.models import Method

COLUMNS = (
    "ref",
    "borrower",
    "division",
    "right_kind",
    "secured",
    "bank",
    "product",
    "amount",
    "rate_percent",
    "method",
    "term_months",
    "disbursed_on",
    "repaid",
    "repaid_on",
    "note",
)
LONGEST = {"ref": 40, "borrower": 120, "right_kind": 40, "bank": 120, "product": 60, "note": 300}
OPTIONAL = {"product", "repaid", "repaid_on", "note"}
CHOICES = {"secured": ("yes", "no"), "method": Method.values}
LONGEST_TERM_MONTHS = 600
HIGHEST_RATE_BP = 10_000


@dataclass(frozen=True, slots=True)
class LoanRow:
    """One past loan as a file gives it; money in fen, rate in basis points, `line` where it was read.

    `repaid_fen` is the principal that had come back until `repaid_on`, 0 and None when nothing had.
    """

    line: int
    ref: str
    borrower: str
    division: str
    right_kind: str
    secured: bool
    bank: str
    product: str
    amount_fen: int
    rate_bp: int
    method: str
    term_months: int
    disbursed_on: date
    repaid_fen: int
    repaid_on: date | None
    note: str


def read_rows(lines: Iterable[str], file: str) -> tuple[list[LoanRow], list[Problem]]:
    """Read the lines of a CSV file; see `exchange.csvfiles.read_csv`. A reference that stands twice is refused."""
    rows, problems = read_csv(lines, file, COLUMNS, _row)
    return rows, problems + repeated(((row.ref, row.line) for row in rows), file)


def _row(text: dict[str, str], line: int) -> LoanRow:
    check_text(text, optional=OPTIONAL, longest=LONGEST, choices=CHOICES)
    amount_fen, disbursed_on = amount(text["amount"], "amount"), day(text["disbursed_on"], "disbursed_on")
    repaid_fen, repaid_on = _repaid(text["repaid"], text["repaid_on"])
    if repaid_fen > amount_fen:
        raise ValueError(_("More is repaid than was lent."))
    if repaid_on and repaid_on < disbursed_on:
        raise ValueError(_("Nothing can be repaid before the loan was paid out."))
    return LoanRow(
        line=line,
        ref=text["ref"],
        borrower=text["borrower"],
        division=text["division"],
        right_kind=text["right_kind"],
        secured=text["secured"] == "yes",
        bank=text["bank"],
        product=text["product"],
        amount_fen=amount_fen,
        rate_bp=_rate_bp(text["rate_percent"]),
        method=text["method"],
        term_months=whole_months(text["term_months"], "term_months", LONGEST_TERM_MONTHS),
        disbursed_on=disbursed_on,
        repaid_fen=repaid_fen,
        repaid_on=repaid_on,
        note=text["note"],
    )


def _repaid(repaid: str, repaid_on: str) -> tuple[int, date | None]:
    if bool(repaid) != bool(repaid_on):
        raise ValueError(_("“repaid” and “repaid_on” go together: both, or neither."))
    return (amount(repaid, "repaid"), day(repaid_on, "repaid_on")) if repaid else (0, None)


def _rate_bp(text: str) -> int:
    try:
        rate = Decimal(text) * 100
        sound = rate.is_finite() and 0 <= rate <= HIGHEST_RATE_BP and rate == int(rate)
    except InvalidOperation:
        sound = False
    if not sound:
        raise ValueError(
            _("“%(text)s” in “rate_percent” must be percent a year with at most two decimals, such as 3.85.")
            % {"text": text[:40]}
        )
    return int(rate)
