"""What the front page shows of the figures."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from exchange.stats.panels import cards, charts
from exchange.stats.selectors.boards import board, running
from exchange.templatetags.navigation import url_if

KINDS = 8


def front() -> dict[str, Any]:
    """Return the context of the front page: figures, kinds, map and ranking, all of this moment."""
    found = board(None)
    data = reverse("stats:open_data")
    figures = [
        (card.label, card.value, card.unit, card.comparison, data)
        for card in cards.cards(found, None)
        if card.name in {"value", "deals", "premium", "loans"}
    ]
    figures.append((_("Auctions now"), str(sum(running(None).values())), "", "", url_if("auctions:list")))
    return {
        "board": found,
        "figures": figures,
        "kinds": [_kind(row, data) for row in charts.kinds(found.kinds, KINDS)],
        "shades": charts.shades(found.regions, f"{data}?division="),
        "limits": charts.limits(found.regions),
        "ranking": charts.ranking(found.regions, f"{data}?division="),
        "map_sentence": _("Value of deals by district; each district opens its figures"),
        "map_unit": _("Value of deals (×10⁴ yuan)"),
    }


def _kind(row: dict[str, Any], data: str) -> dict[str, str]:
    listings = url_if("catalogue:list")
    return {
        "url": f"{listings}?kind={row['code']}" if listings and row["code"] else data,
        "icon": row["icon"],
        "name": row["name"],
        "count_text": ngettext("%(n)s deal", "%(n)s deals", row["count"]) % {"n": row["count"]},
    }
