"""The big figures: value and unit as people say them, what they compare with, the rows behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from exchange.journal.models import Origin
from exchange.money import square_metres_to_mu
from exchange.stats.selectors.boards import Board
from exchange.templatetags.money import percent, thousands, wan, yi, yuan

FEN_PER_WAN = 1_000_000
FEN_PER_YI = 10_000_000_000
NONE = "—"


@dataclass(frozen=True, slots=True)
class Card:
    """A big figure: its value and unit, what it covers, what it compares with, the rows behind it."""

    name: str
    label: str
    value: str
    unit: str
    period: str = ""
    comparison: str = ""
    spark: Sequence[float] = field(default_factory=list)
    address: str = ""


def rows_address(measure: str, **filters: Any) -> str:
    """Return the address of the page that lists the events behind a figure."""
    return f"{reverse('stats:rows')}?{urlencode({'measure': measure} | {k: v for k, v in filters.items() if v})}"


def money(fen: int) -> tuple[str, str]:
    """Return an amount and its unit as people say it: 1.80 亿元, 125.87 万元, 35,000 元."""
    if abs(fen) >= FEN_PER_YI:
        return yi(fen), _("×10⁸ yuan")
    if abs(fen) >= FEN_PER_WAN:
        return wan(fen), _("×10⁴ yuan")
    return yuan(fen).replace("¥", ""), _("yuan")


def area(square_metres: Decimal) -> tuple[str, str]:
    """Return an area and its unit: 86.0 亩, 4.87 万亩."""
    mu = square_metres_to_mu(Decimal(square_metres))
    if mu >= 10_000:
        return f"{(mu / 10_000).quantize(Decimal('0.01'), ROUND_HALF_UP):,}", _("×10⁴ mu")
    return f"{mu.quantize(Decimal('0.1'), ROUND_HALF_UP):,}", _("mu")


def cards(board: Board, filters: dict[str, str] | None) -> list[Card]:
    """Return the six headline figures, each with the address of its rows (none when `filters` is None)."""

    def rows(measure: str) -> str:
        return "" if filters is None else rows_address(measure, **filters)

    return [
        _value(board, rows("deal")),
        _deals(board, rows("deal")),
        _mean(board, rows("deal")),
        _loans(board, rows("loan_disbursed")),
        _premium(board, rows("deal_competitive")),
        _area(board, rows("deal")),
    ]


def _value(board: Board, rows: str) -> Card:
    value, unit = money(board.this_year.amount_fen)
    year = _("this year %(value)s %(unit)s") % {"value": value, "unit": unit}
    spark = [month.deals.amount_fen for month in board.months]
    return Card("value", _("Value of deals"), *money(board.deal.amount_fen), _("since opening"), year, spark, rows)


def _deals(board: Board, rows: str) -> Card:
    count, unit = thousands(board.deal.count), pgettext("counted deals", "deals")
    year = _("this year %(count)s") % {"count": thousands(board.this_year.count)}
    spark = [month.deals.count for month in board.months]
    return Card("deals", pgettext("count", "Deals"), count, unit, _("since opening"), year, spark, rows)


def _mean(board: Board, rows: str) -> Card:
    mean = money(board.mean_fen) if board.mean_fen is not None else (NONE, "")
    rent = _("yearly rent %(rent)s in all") % {"rent": yuan(board.rent_fen)}
    return Card("mean", _("Mean value of a deal"), *mean, _("value ÷ deals"), rent, address=rows)


def _loans(board: Board, rows: str) -> Card:
    ratio = board.loans_to_deals
    times = _("%(ratio)s times the deals") % {"ratio": f"{ratio:.2f}"} if ratio is not None else ""
    spark = [month.loans.amount_fen for month in board.months]
    return Card("loans", _("Loans paid out"), *money(board.loans.amount_fen), _("since opening"), times, spark, rows)


def _premium(board: Board, rows: str) -> Card:
    known = board.premium_bp is not None
    share, unit = (percent(board.premium_bp).rstrip("%"), "%") if known else (NONE, "")
    lots = _("%(count)s lots") % {"count": thousands(board.over("deal_competitive").count)}
    return Card(
        "premium", _("Mean premium"), share, unit, _("over the starting price, lots with bidding"), lots, address=rows
    )


def _area(board: Board, rows: str) -> Card:
    metres = _("%(area)s m²") % {"area": thousands(board.deal.area_m2)}
    return Card("area", _("Area of deals"), *area(board.deal.area_m2), _("since opening"), metres, address=rows)


def origins(board: Board) -> list[tuple[str, int, int, int, int]]:
    """Return what the figures are made of: (origin, deals, fen, loans, fen)."""
    names = {
        Origin.PLATFORM: _("Traded here"),
        Origin.IMPORTED: _("Imported past"),
        Origin.SIMULATED: _("Simulated market"),
    }
    rows = []
    for origin, name in names.items():
        deal, loan = board.of_origin("deal", origin), board.of_origin("loan_disbursed", origin)
        rows.append((name, deal.count, deal.amount_fen, loan.count, loan.amount_fen))
    return rows
