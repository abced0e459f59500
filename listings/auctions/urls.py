"""URLs of auctions."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path

from listings.auctions import api


def _soon(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return HttpResponse("")


page_urls = [
    path("auctions/<uuid:listing_id>/", _soon, name="room"),
    path("registrations/<uuid:pk>/", _soon, name="registration"),
]
_HALL = "auctions/<uuid:auction_id>/"
api_urls = [
    path("auctions/", api.AuctionList.as_view(), name="auctions-list"),
    path(_HALL, api.AuctionDetail.as_view(), name="auctions-detail"),
    path(f"{_HALL}registrations/", api.Registrations.as_view(), name="auctions-registrations"),
    path(f"{_HALL}bids/", api.Bids.as_view(), name="auctions-bids"),
    path(f"{_HALL}bids/by-key/<str:key>/", api.BidByKey.as_view(), name="auctions-bid-by-key"),
    path(f"{_HALL}events/", api.Events.as_view(), name="auctions-events"),
    path(f"{_HALL}record/", api.Record.as_view(), name="auctions-record"),
    path(f"{_HALL}chain/", api.Chain.as_view(), name="auctions-chain"),
    path(
        "registrations/<uuid:registration_id>/withdraw/",
        api.Withdrawal.as_view(),
        name="auctions-withdraw",
    ),
]
