"""The halls, and one hall's room: for watchers and bidders, live with JavaScript and whole without."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language

from exchange.clock import legal_day, legal_now
from exchange.money import fen_to_yuan
from exchange.web import RepeatableForm, attempt, keyset_page
from listings.auctions import selectors, showing
from listings.auctions.forms import BidForm
from listings.auctions.hall import tickets
from listings.auctions.models import Auction, Registration
from listings.auctions.services import bidding, closing


def hall_or_404(request: HttpRequest, listing_id: object) -> Auction:
    """Return the hall of a listing (or by its own id), opened or closed if its time has come."""
    mine = Q(listing=listing_id) | Q(pk=listing_id)
    return closing.catch_up(auction=get_object_or_404(selectors.visible_auctions(request.user), mine))


def halls(request: HttpRequest) -> HttpResponse:
    """Show the halls: running and coming ones first, then those that have ended, page by page."""
    found = selectors.visible_auctions(request.user)
    now = legal_now()
    running = found.exclude(state=Auction.State.CLOSED).order_by("opens_at")[:30]
    page = keyset_page(found.filter(state=Auction.State.CLOSED), request.GET.get("after", ""))
    context = {
        "running": [showing.room(auction, None, now) for auction in running],
        "ended": page.rows,
        "next": f"?after={page.next_key}" if page.next_key else "",
        "now": now,
    }
    return render(request, "listings/auctions/list.html", context)


def room(request: HttpRequest, listing_id: object) -> HttpResponse:
    """Show the bidding room."""
    return render(request, "listings/auctions/room.html", _room(request, listing_id))


def live(request: HttpRequest, listing_id: object) -> HttpResponse:
    """Show the inside of the room alone: the snapshot after a break."""
    return render(request, "listings/auctions/_room.html", _room(request, listing_id))


def _room(request: HttpRequest, listing_id: object, form: BidForm | None = None) -> dict[str, Any]:
    auction = hall_or_404(request, listing_id)
    registration = selectors.live_registration(auction, request.user)
    shown = showing.room(auction, registration, legal_now())
    ticket = tickets.issue(registration, get_language() or "") if registration and _may_enter(registration) else ""
    return {
        "room": shown,
        "auction": auction,
        "listing": auction.listing,
        "live": showing.live(shown, ticket),
        "form": form or BidForm(),
        "fresh": RepeatableForm(),  # a refused press has used up its key
        "facts": showing.bid_facts(auction, shown.least_fen),
        "refresh": not shown.may_bid and shown.phase != "closed",
    }


def _may_enter(registration: Registration) -> bool:
    admitted = registration.state == Registration.State.ADMITTED
    return admitted and bool(selectors.still_entitled([registration], legal_day()))


@login_required
def ticket(request: HttpRequest, listing_id: object) -> HttpResponse:
    """Give an admitted bidder a fresh ticket for the hall."""
    auction = hall_or_404(request, listing_id)
    registration = selectors.live_registration(auction, request.user)
    if registration is None or not _may_enter(registration):
        raise Http404
    return JsonResponse({"ticket": tickets.issue(registration, get_language() or ""), "life_s": tickets.LIFE_S})


@login_required
def by_key(request: HttpRequest, listing_id: object, key: str) -> HttpResponse:
    """Say what became of one's own press under a key."""
    done = selectors.press_by_key(hall_or_404(request, listing_id), request.user, key)
    if done is None:
        raise Http404
    return JsonResponse(selectors.press_json(done))


@login_required
def bid(request: HttpRequest, listing_id: object) -> HttpResponse:
    """Bid without JavaScript: what was chosen is checked on a page of its own, then sent."""
    auction = hall_or_404(request, listing_id)
    if request.method != "POST" or selectors.live_registration(auction, request.user) is None:
        return redirect("auctions:room", listing_id=auction.listing_id)
    form = BidForm(request.POST)
    if request.POST.get("checked"):
        done = attempt(form, bidding.bid, auction_id=auction.pk, by=request.user)
        if done.ok:
            return redirect("auctions:room", listing_id=auction.listing_id)
        return render(request, "listings/auctions/room.html", _room(request, listing_id, form), status=done.status)
    if not form.is_valid():
        return render(request, "listings/auctions/room.html", _room(request, listing_id, form), status=400)
    amount = form.cleaned_data["amount_fen"]
    context = {
        "auction": auction,
        "amount_fen": amount,
        "amount": fen_to_yuan(amount),
        "facts": showing.bid_facts(auction, amount),
        "form": RepeatableForm(initial={"request_key": form.cleaned_data["request_key"]}),
    }
    return render(request, "listings/auctions/check.html", context)
