"""The rows of a file of past deals: their shape, read and refused line by line.

The columns are described in `docs/import.md`. What a row means beside the database (its division on that day,
its kind of right, whether it is already there) is the business of `services.importing`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from exchange.csvfiles import Problem, amount, check_text, day, read_csv, repeated, whole_months
from exchange.money import MAX_FEN, divide_half_up
from listings.deals.models import PartyKind, PriceUnit, TransferMode

COLUMNS = (
    "ref",
    "title",
    "division",
    "right_kind",
    "transfer_mode",
    "lessor",
    "lessor_kind",
    "lessee",
    "lessee_kind",
    "price",
    "price_unit",
    "term_months",
    "area_m2",
    "amount",
    "closed_on",
    "note",
)
LONGEST = {"ref": 40, "title": 80, "right_kind": 40, "lessor": 120, "lessee": 120, "note": 300}
OPTIONAL = {"term_months", "area_m2", "note"}
CHOICES = {
    "transfer_mode": TransferMode.values,
    "lessor_kind": PartyKind.values,
    "lessee_kind": PartyKind.values,
    "price_unit": PriceUnit.values,
}
# Civil Code 705: what a lease runs beyond twenty years is void.
LONGEST_LEASE_MONTHS = 240
LONGEST_TERM_MONTHS = 1200
LARGEST_AREA_M2 = Decimal(10) ** 13


@dataclass(frozen=True, slots=True)
class DealRow:
    """One past deal as a file gives it; money in fen, area in square metres, `line` where it was read."""

    line: int
    ref: str
    title: str
    division: str
    right_kind: str
    transfer_mode: str
    lessor: str
    lessor_kind: str
    lessee: str
    lessee_kind: str
    price_fen: int
    price_unit: str
    term_months: int | None
    area_m2: Decimal | None
    amount_fen: int
    closed_on: date
    note: str


def read_rows(lines: Iterable[str], file: str) -> tuple[list[DealRow], list[Problem]]:
    """Read the lines of a CSV file; `file` is the name that problems bear.

    Returns the rows that have the right shape and one problem for each line that has not. A file without a
    row is a problem of line 0; a reference that stands twice is one of the later line.
    """
    rows, problems = read_csv(lines, file, COLUMNS, _row)
    return rows, problems + repeated(((row.ref, row.line) for row in rows), file)


def _row(text: dict[str, str], line: int) -> DealRow:
    check_text(text, optional=OPTIONAL, longest=LONGEST, choices=CHOICES)
    price_fen, amount_fen = amount(text["price"], "price"), amount(text["amount"], "amount")
    term_months = _term(text["term_months"], text["transfer_mode"])
    _check_amount(price_fen, text["price_unit"], term_months, amount_fen)
    return DealRow(
        line=line,
        ref=text["ref"],
        title=text["title"],
        division=text["division"],
        right_kind=text["right_kind"],
        transfer_mode=text["transfer_mode"],
        lessor=text["lessor"],
        lessor_kind=text["lessor_kind"],
        lessee=text["lessee"],
        lessee_kind=text["lessee_kind"],
        price_fen=price_fen,
        price_unit=text["price_unit"],
        term_months=term_months,
        area_m2=_area(text["area_m2"]),
        amount_fen=amount_fen,
        closed_on=day(text["closed_on"], "closed_on"),
        note=text["note"],
    )


def _term(text: str, mode: str) -> int | None:
    if not text:
        return None
    months = whole_months(text, "term_months", LONGEST_TERM_MONTHS)
    if mode == TransferMode.LEASE and months > LONGEST_LEASE_MONTHS:
        raise ValueError(_("A lease runs for at most 240 months; what is longer is void (Civil Code, article 705)."))
    return months


def _area(text: str) -> Decimal | None:
    if not text:
        return None
    try:
        area = Decimal(text)
        sound = area.is_finite() and 0 < area < LARGEST_AREA_M2 and area == area.quantize(Decimal("0.01"))
    except InvalidOperation:
        sound = False
    if not sound:
        raise ValueError(
            _("“%(text)s” in “area_m2” must be square metres with at most two decimals, more than nothing.")
            % {"text": text[:40]}
        )
    return area


def whole_amount(price_fen: int, price_unit: str, term_months: int | None) -> int:
    """Return the value of a whole contract in fen: the yearly price over the term in months, or the price itself."""
    if price_unit == PriceUnit.YUAN_TOTAL:
        return price_fen
    if not term_months:
        raise ValueError(_("A price per year needs “term_months”."))
    return divide_half_up(price_fen * term_months, 12)


def _check_amount(price_fen: int, price_unit: str, term_months: int | None, amount_fen: int) -> None:
    due = whole_amount(price_fen, price_unit, term_months)
    if due > MAX_FEN or due != amount_fen:
        raise ValueError(
            _("The amount must be the price over the whole term, here %(due)s fen, and not %(given)s.")
            % {"due": due, "given": amount_fen}
        )
