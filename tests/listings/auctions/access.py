"""Who may do what around a hall: the world's `auction` has not begun, and Farmer's `registration` waits to be paid."""

from typing import Any

from tests.permissions import Cell

BARRED = {"village": 403, "town": 403, "district": 403, "organiser": 403, "city": 403}


def hall(world: Any) -> dict[str, Any]:
    return {"auction_id": world.auction.pk}


ACCESS = {
    "auctions:room": Cell(get=200, post=200, kwargs=lambda w: {"listing_id": w.listing.pk}),
    "auctions:registration": Cell(get=200, post=200, kwargs=lambda w: {"pk": w.listing.pk}),
    "api:auctions-list": Cell(get=200, post={"*": 405, "anonymous": 405}),
    "api:auctions-detail": Cell(get=200, post=405, kwargs=hall),
    "api:auctions-registrations": Cell(
        get={"*": 200, "anonymous": 401},
        post={"*": 201, "anonymous": 401, "farmer": 409, **BARRED},
        kwargs=hall,
    ),
    "api:auctions-withdraw": Cell(
        get={"*": 405, "anonymous": 401},
        post={"*": 404, "anonymous": 401, "farmer": 200},
        kwargs=lambda w: {"registration_id": w.registration.pk},
    ),
    "api:auctions-bids": Cell(get=200, post={"*": 400, "anonymous": 401}, kwargs=hall),
    "api:auctions-bid-by-key": Cell(
        get={"*": 404, "anonymous": 401},
        post={"*": 405, "anonymous": 401},
        kwargs=lambda w: {"auction_id": w.auction.pk, "key": "never"},
    ),
    "api:auctions-events": Cell(get=200, post=405, kwargs=hall),
    "api:auctions-record": Cell(get=409, post=405, kwargs=hall),
    "api:auctions-chain": Cell(get=409, post=405, kwargs=hall),
}
