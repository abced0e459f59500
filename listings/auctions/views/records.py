"""The public record of a hall after its end, checked anew, and as a file to check oneself."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from listings.auctions import selectors
from listings.auctions.models import Auction
from listings.auctions.verifying import differences
from listings.auctions.views.halls import hall_or_404

CHECKED_FOR_S = 60
SHOWN = 500


def _closed(request: HttpRequest, listing_id: object) -> Auction:
    auction = hall_or_404(request, listing_id)
    if auction.state != Auction.State.CLOSED:
        raise Http404
    return auction


def record(request: HttpRequest, listing_id: object) -> HttpResponse:
    """Show everything that happened in a closed hall, and whether it still fits its fingerprints."""
    auction = _closed(request, listing_id)
    found = cache.get_or_set(f"record:{auction.pk}:{auction.head}", lambda: list(differences(auction)), CHECKED_FOR_S)
    events = list(selectors.all_events(auction)[:SHOWN])
    context = {
        "auction": auction,
        "listing": auction.listing,
        "faults": found,
        "entries": [(event, datetime.fromisoformat(event.outcome["ends_at"])) for event in events],
        "days": auction.ends_at - auction.opens_at > timedelta(hours=12),
        "more": max(0, auction.number - len(events)),
        "rules": auction.parsed_rules,
        "minutes": auction.parsed_rules.extension.length // 60_000_000,
        "bids": sum(1 for event in events if event.kind == "bid" and event.accepted),
    }
    return render(request, "listings/auctions/record.html", context)


def record_file(request: HttpRequest, listing_id: object) -> HttpResponse:
    """Send the record as the file that `replay --check` reads (docs/record.md)."""
    auction = _closed(request, listing_id)
    answer = JsonResponse([selectors.record(auction)], safe=False, json_dumps_params={"indent": 1})
    answer["Content-Disposition"] = f'attachment; filename="record-{auction.listing.number}.json"'
    return answer
