"""URLs of auctions."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path


def _soon(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return HttpResponse("")


page_urls = [
    path("auctions/<uuid:listing_id>/", _soon, name="room"),
    path("registrations/<uuid:pk>/", _soon, name="registration"),
]
api_urls = []
