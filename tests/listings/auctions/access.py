"""Who may see the pages of auctions."""

from tests.permissions import Cell

ACCESS = {
    "auctions:room": Cell(get=200, post=200, kwargs=lambda w: {"listing_id": w.listing.pk}),
    "auctions:registration": Cell(get=200, post=200, kwargs=lambda w: {"pk": w.listing.pk}),
}
