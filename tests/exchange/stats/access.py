"""Who gets which answer from the URLs of stats."""

from __future__ import annotations

from exchange.stats.selectors.places import wall_token
from tests.permissions import LOGIN, Cell

OFFICES = {"town": 200, "district": 200, "organiser": 200, "city": 200, "anonymous": LOGIN, "*": 404}

ACCESS = {
    "stats:dashboard": Cell(get=OFFICES, post=OFFICES),
    "stats:rows": Cell(get=OFFICES, post=OFFICES, query="?measure=deal"),
    "stats:screen": Cell(
        get=OFFICES | dict.fromkeys(("town", "district", "organiser", "city"), 302),
        post=OFFICES | dict.fromkeys(("town", "district", "organiser", "city"), 302),
    ),
    "stats:wall": Cell(get=200, post=200, kwargs=lambda world: {"token": wall_token(world.places.city)}),
    "stats:open_data": Cell(get=200, post=200),
    "api:stats-summary": Cell(get=200, post=405),
}
