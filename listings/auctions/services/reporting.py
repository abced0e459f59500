"""Telling the catalogue how bidding stands: beside the bids, so that no bid waits for the listing's row."""

from __future__ import annotations

from django.db.models import F, Q

from exchange.sweeps import each
from listings.auctions.models import Auction
from listings.catalogue.services import announcing


def report(*, auction: Auction) -> bool:
    """Let the listing know the price and the end of its hall as they stand on the row given."""
    return announcing.report_bidding(
        listing_id=str(auction.listing_id), price_fen=auction.price_fen, ends_at=auction.ends_at
    )


def report_moved(*, limit: int = 100) -> int:
    """Sweep: report the open halls whose price or end is not what their listings show; return how many.

    The closer does this several times a second; should two reports cross, the next one mends it.
    """
    same_price = Q(listing__current_price_fen=F("price_fen")) | Q(listing__current_price_fen=None, price_fen=None)
    same = same_price & Q(listing__bidding_ends_at=F("ends_at"))
    moved = Auction.objects.filter(state=Auction.State.OPEN).exclude(same)
    return each(moved.order_by("pk")[:limit], lambda auction: report(auction=auction))
