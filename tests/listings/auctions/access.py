"""Who may do what around a hall: the world's `auction` has not begun, and Farmer's `registration` waits to be paid."""

from typing import Any

from tests.permissions import LOGIN, Cell

BARRED = {"village": 403, "town": 403, "district": 403, "organiser": 403, "city": 403}


def hall(world: Any) -> dict[str, Any]:
    return {"auction_id": world.auction.pk}


def room(world: Any) -> dict[str, Any]:
    return {"listing_id": world.listing.pk}


def own(world: Any) -> dict[str, Any]:
    return {"pk": world.registration.pk}


ACCESS = {
    "auctions:list": Cell(get=200, post=200),
    "auctions:room": Cell(get=200, post=200, kwargs=room),
    "auctions:live": Cell(get=200, post=200, kwargs=room),
    # The hall has not begun and nobody is admitted: no ticket for anybody, and no bid page.
    "auctions:ticket": Cell(get={"*": 404, "anonymous": LOGIN}, post={"*": 404, "anonymous": LOGIN}, kwargs=room),
    "auctions:bid": Cell(get=302, post={"*": 302, "farmer": 400}, kwargs=room),
    "auctions:by_key": Cell(
        get={"*": 404, "anonymous": LOGIN},
        post={"*": 404, "anonymous": LOGIN},
        kwargs=lambda w: {"listing_id": w.listing.pk, "key": "never"},
    ),
    "auctions:register": Cell(
        get={"*": 200, "anonymous": LOGIN, "farmer": 302}, post={"*": 400, "anonymous": LOGIN}, kwargs=room
    ),
    "auctions:record": Cell(get=404, post=404, kwargs=room),
    "auctions:record_file": Cell(get=404, post=404, kwargs=room),
    "auctions:registration": Cell(
        get={"*": 404, "anonymous": LOGIN, "farmer": 200},
        post={"*": 404, "anonymous": LOGIN, "farmer": 200},
        kwargs=own,
    ),
    "auctions:arrival": Cell(
        get={"*": 404, "anonymous": LOGIN, "farmer": 200},
        post={"*": 404, "anonymous": LOGIN, "farmer": 200},
        kwargs=own,
    ),
    "auctions:withdraw": Cell(
        get={"*": 404, "anonymous": LOGIN, "farmer": 200},
        post={"*": 404, "anonymous": LOGIN, "farmer": 400},
        kwargs=own,
    ),
    "auctions:mine": Cell(get={"*": 200, "anonymous": LOGIN}, post={"*": 200, "anonymous": LOGIN}),
    "auctions:deposits": Cell(
        get={"*": 404, "anonymous": LOGIN, "organiser": 200}, post={"*": 404, "anonymous": LOGIN, "organiser": 200}
    ),
    "auctions:refund_again": Cell(
        get={"*": 405, "anonymous": LOGIN},
        post={"*": 404, "anonymous": LOGIN, "organiser": 400},
        kwargs=lambda w: {"pk": w.registration.deposit.pk},
    ),
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
