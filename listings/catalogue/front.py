"""The catalogue's part of the front page: what is on the market now, by lot and by kind."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from exchange.rulebook.models import RightKind
from listings.catalogue import cards, selectors
from listings.catalogue.models import Listing

ICONS = {
    "construction_land": "factory",
    "collective_building": "factory",
    "forest": "tree",
    "aquaculture": "fish",
    "waterworks": "fish",
    "homestead": "house",
    "farmhouse": "house",
    "facility": "shed",
}
ON_THE_MARKET = (Listing.State.BIDDING, Listing.State.ANNOUNCED)


def parts(request: HttpRequest) -> dict[str, Any]:
    """Return `live_lot`, `lots` (six at most, live ones first) and `kinds` with how many are on the market."""
    found = selectors.visible_listings(None).filter(state__in=ON_THE_MARKET)
    newest = list(found.filter(state=Listing.State.BIDDING).order_by("-pk")[:6])
    newest += list(found.filter(state=Listing.State.ANNOUNCED).order_by("-pk")[: 6 - len(newest)])
    lots = cards.lots(newest)
    live = next((lot for lot in lots if lot.tag == "live"), None)
    counted = dict(found.order_by().values_list("right_kind").annotate(Count("pk")))
    kinds = [
        {
            "name": str(kind),
            "icon": ICONS.get(kind.pk, "field"),
            "url": f"{reverse('catalogue:list')}?kind={kind.pk}",
            "count_text": _("%(n)s on the market") % {"n": counted[kind.pk]},
        }
        for kind in RightKind.objects.filter(pk__in=counted)
    ]
    return {"lots": lots, "live_lot": live, "kinds": kinds[:8]}
