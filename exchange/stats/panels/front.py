"""What the front page shows of the figures."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from exchange.stats.panels import cards, charts
from exchange.stats.selectors.boards import board, running
from exchange.templatetags.navigation import url_if


def parts(request: HttpRequest) -> dict[str, Any]:
    """Return this stage's part of the front page: figures, map and ranking, all of this moment."""
    found = board(None)
    data = reverse("stats:open_data")
    figures = [
        (card.label, card.value, card.unit, card.comparison, data)
        for card in cards.cards(found, None)
        if card.name in {"value", "deals", "premium", "loans"}
    ]
    figures.append((_("Auctions now"), str(sum(running(None).values())), "", "", url_if("auctions:list")))
    return {
        "figures": figures,
        "shades": charts.shades(found.regions, f"{data}?division="),
        "limits": charts.limits(found.regions),
        "ranking": charts.ranking(found.regions, f"{data}?division="),
        "map_sentence": _("Value of deals by district; each district opens its figures"),
        "map_unit": _("Value of deals (×10⁴ yuan)"),
    }
