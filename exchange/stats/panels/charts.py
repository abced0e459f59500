"""Charts, maps and rankings: the figures with their labels and the sentence that says what a person should see."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from exchange.charts.maps import Shade
from exchange.charts.svg import nice_ticks
from exchange.stats.panels.cards import FEN_PER_WAN, money
from exchange.stats.selectors.boards import Board, Share
from exchange.templatetags.figures import whole_wan
from exchange.templatetags.money import mu, thousands, wan

CLASSES = 5
STAGE_NAMES = {
    "listing_submitted": gettext_lazy("Submitted"),
    "listing_approved": gettext_lazy("Approved"),
    "listing_announced": gettext_lazy("Announced"),
    "deal": gettext_lazy("Sold"),
    "contract": gettext_lazy("Contract signed"),
    "attestation": gettext_lazy("Attested"),
    "mortgage": gettext_lazy("Mortgage loan"),
}
KIND_ICONS = {
    "contracted_land": "field",
    "forest": "tree",
    "aquaculture": "fish",
    "farmhouse": "house",
    "homestead": "village",
    "construction_land": "factory",
    "four_wastes": "hill",
    "facility": "barn",
    "equity": "coin",
}


def trend(board: Board) -> dict[str, Any]:
    """Return labels, line (×10⁴ yuan), bars (count) and the sentence of the trend chart.

    The last 12 months; the years since opening where nothing happened in those months.
    """
    spans = board.months if any(month.deals.count for month in board.months) else board.years or board.months
    yearly = spans is board.years
    month = pgettext("month on an axis, as a date format", "M")
    count = sum(span.deals.count for span in spans)
    worth = money(sum(span.deals.amount_fen for span in spans))
    sentence = _("Deals in the chart: %(count)s worth %(value)s %(unit)s.") % {
        "count": count,
        "value": worth[0],
        "unit": worth[1],
    }
    return {
        "labels": [str(span.first.year) if yearly else date_format(span.first, month) for span in spans],
        "line": [span.deals.amount_fen / FEN_PER_WAN for span in spans],
        "bars": [span.deals.count for span in spans],
        "sentence": sentence,
        "spans": spans,
        "yearly": yearly,
        "running": spans is board.months,
    }


def funnel(board: Board) -> dict[str, Any]:
    """Return the stages with their counts and shares of the first, and the sentence."""
    named = [(str(STAGE_NAMES[stage]), count) for stage, count in board.stages]
    first = named[0][1]
    rows = [(name, count, count / first if first else 0.0) for name, count in named]
    sentence = _("From submission to loan: ") + ", ".join(f"{name} {count}" for name, count in named)
    return {"stages": named, "rows": rows, "sentence": sentence}


def shades(regions: Iterable[Share], address: str = "") -> dict[str, Shade]:
    """Return the colours of a map: district code → its deals in 万元, words and address (`address` + code)."""
    return {
        share.code: Shade(
            share.total.amount_fen / FEN_PER_WAN,
            _("%(name)s: %(count)s deals, %(value)s ×10⁴ yuan")
            % {"name": share.name, "count": share.total.count, "value": wan(share.total.amount_fen)},
            f"{address}{share.code}" if address else "",
        )
        for share in regions
        if share.code
    }


def limits(regions: Iterable[Share]) -> list[float]:
    """Return the four limits between the five classes of a map, in 万元: round steps up to the largest figure."""
    most = max((share.total.amount_fen for share in regions), default=0) / FEN_PER_WAN
    ticks = nice_ticks(most, CLASSES)
    step = ticks[1]
    found = [step * n for n in range(1, CLASSES)]
    return [int(limit) if limit == int(limit) else limit for limit in found]


def ranking(regions: Iterable[Share], address: str = "") -> list[tuple[str, str, float, list[str]]]:
    """Return the rows of a ranking: name, address, share, [deals, ×10⁴ yuan, mu, whole ×10⁴ yuan]."""
    return [
        (
            share.name or _("without a lower division"),
            f"{address}{share.code}" if address and share.code else "",
            share.share,
            [
                thousands(share.total.count),
                wan(share.total.amount_fen),
                mu(share.total.area_m2),
                whole_wan(share.total.amount_fen),
            ],
        )
        for share in regions
    ]


def callouts(regions: Iterable[Share], count: int = 3) -> list[tuple[str, str, str]]:
    """Return the first districts for the wall's map: code, value, number of deals."""
    chosen = [share for share in regions if share.code][:count]
    return [
        (
            share.code,
            " ".join(money(share.total.amount_fen)),
            _("%(count)s deals") % {"count": thousands(share.total.count)},
        )
        for share in chosen
    ]


def kinds(rows: list[Share], count: int = 6) -> list[dict[str, Any]]:
    """Return the largest kinds of rights with their icons, the rest in one row."""
    shown = [
        {
            "icon": KIND_ICONS.get(row.code, "doc"),
            "code": row.code,
            "name": row.name,
            "count": row.total.count,
            "amount_fen": row.total.amount_fen,
            "share": row.share,
        }
        for row in rows[: count if len(rows) <= count else count - 1]
    ]
    rest = rows[len(shown) :]
    if rest:
        amount = sum(row.total.amount_fen for row in rest)
        most = rows[0].total.amount_fen or 1
        shown.append(
            {
                "icon": "doc",
                "code": "",
                "name": _("Others"),
                "count": sum(row.total.count for row in rest),
                "amount_fen": amount,
                "share": min(amount / most, 1.0),
            }
        )
    return shown
