"""URLs of auctions."""

from __future__ import annotations

from django.urls import path

from listings.auctions import api
from listings.auctions.views import deposits, halls, records, registering

_ROOM = "auctions/<uuid:listing_id>/"
page_urls = [
    path("auctions/", halls.halls, name="list"),
    path(_ROOM, halls.room, name="room"),
    path(f"{_ROOM}live/", halls.live, name="live"),
    path(f"{_ROOM}ticket/", halls.ticket, name="ticket"),
    path(f"{_ROOM}bid/", halls.bid, name="bid"),
    path(f"{_ROOM}bid/<str:key>/", halls.by_key, name="by_key"),
    path(f"{_ROOM}register/", registering.register, name="register"),
    path(f"{_ROOM}record/", records.record, name="record"),
    path(f"{_ROOM}record.json", records.record_file, name="record_file"),
    path("registrations/<uuid:pk>/", registering.one, name="registration"),
    path("registrations/<uuid:pk>/arrival/", registering.arrival, name="arrival"),
    path("registrations/<uuid:pk>/withdraw/", registering.withdraw, name="withdraw"),
    path("my/auctions/", registering.mine, name="mine"),
    path("deposits/", deposits.deposits, name="deposits"),
    path("deposits/<uuid:pk>/refund/", deposits.again, name="refund_again"),
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
