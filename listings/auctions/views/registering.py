"""Registering for a hall, the deposit, and what is one's own."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from exchange.accounts.models import Notice
from exchange.accounts.selectors import notices
from exchange.clock import legal_now
from exchange.templatetags.money import yuan
from exchange.web import Attempt, RepeatableForm, attempt
from listings.auctions import policies, selectors, showing
from listings.auctions.forms import RegisterForm
from listings.auctions.models import Auction, Deposit, Registration
from listings.auctions.services import registration
from listings.auctions.views.halls import hall_or_404
from listings.catalogue.cards import place


@login_required
def register(request: HttpRequest, listing_id: object) -> HttpResponse:
    """Register for a hall: as whom, what one has read; then to the deposit."""
    auction = hall_or_404(request, listing_id)
    mine = selectors.live_registration(auction, request.user)
    if mine is not None and request.method == "GET":
        return redirect("auctions:registration", pk=mine.pk)
    form = RegisterForm(request.POST or None, user=request.user)
    status = 200
    if request.method == "POST":
        form = RegisterForm(request.POST, user=request.user)
        done = attempt(form, registration.register, auction_id=auction.pk, by=request.user)
        if done.ok:
            return redirect("auctions:registration", pk=done.value.pk)
        status = done.status
    context = {
        "form": form,
        "barred": not policies.may_register(request.user, auction),
        "late": not auction.takes_registrations(legal_now()),
        "steps": _steps("register"),
        **_lot(auction),
    }
    return render(request, "listings/auctions/register.html", context, status=status)


@login_required
def one(request: HttpRequest, pk: object) -> HttpResponse:
    """Show one's own registration: where to pay, whether it has arrived, when it comes back."""
    mine = get_object_or_404(selectors.own_registrations(request.user), pk=pk)
    return render(request, "listings/auctions/registration.html", _own(mine))


@login_required
def arrival(request: HttpRequest, pk: object) -> HttpResponse:
    """Show where the deposit stands, as the part of the page that renews itself."""
    mine = get_object_or_404(selectors.own_registrations(request.user), pk=pk)
    return render(request, "listings/auctions/_arrival.html", _own(mine))


@login_required
def withdraw(request: HttpRequest, pk: object) -> HttpResponse:
    """Withdraw one's own registration: a page that asks once more, and only its button does it."""
    mine = get_object_or_404(selectors.own_registrations(request.user), pk=pk)
    pressed = request.method == "POST"
    form, done = RepeatableForm(request.POST if pressed else None), Attempt(ok=False)
    if pressed:
        done = attempt(form, registration.withdraw, registration_id=str(mine.pk), by=request.user)
    if done.ok or not (pressed or _withdrawable(mine)):
        return redirect("auctions:registration", pk=mine.pk)
    context = {"registration": mine, "auction": mine.auction, "form": form, "facts": _at_stake(mine)}
    return render(request, "listings/auctions/withdraw.html", context, status=done.status)


def _withdrawable(mine: Registration) -> bool:
    return mine.is_live and mine.auction.takes_registrations(legal_now())


def _at_stake(mine: Registration) -> list[tuple[str, str]]:
    """Return what a person checks before he withdraws."""
    deposit = yuan(mine.deposit.amount_fen) if mine.deposit.state == Deposit.State.HELD else _("not paid yet")
    return [(_("Auction"), mine.auction.listing.title), (_("In the name of"), mine.name), (_("Deposit"), deposit)]


@login_required
def mine(request: HttpRequest) -> HttpResponse:
    """Show one's own halls, registrations, deposits and messages."""
    now = legal_now()
    own = list(selectors.own_registrations(request.user)[:50])
    lives = [one for one in own if one.is_live and one.auction.state != Auction.State.CLOSED]
    deposits = [one.deposit for one in own if one.deposit.state not in {Deposit.State.DUE, Deposit.State.NOT_PAID}]
    context = {
        "halls": [showing.room(one.auction, one, now) for one in lives],
        "registrations": [(one, showing.hall_line(one.auction)) for one in own],
        "deposits": deposits,
        "kept_fen": sum(d.amount_fen for d in deposits if d.state in {Deposit.State.HELD, Deposit.State.REFUNDING}),
        "returning_fen": sum(d.amount_fen for d in deposits if d.state == Deposit.State.REFUNDING),
        "notices": notices(request.user)[:5],
        "now": now,
    }
    return render(request, "listings/auctions/mine.html", context)


def _own(mine: Registration) -> dict[str, Any]:
    return {
        "registration": mine,
        "deposit": mine.deposit,
        "now": legal_now(),
        "withdrawable": _withdrawable(mine),
        "waiting": mine.state == Registration.State.DEPOSIT_DUE,
        "told": _told(mine),
        "steps": _steps("done" if mine.state != Registration.State.DEPOSIT_DUE else "pay"),
        "refund_steps": _refund_steps(mine),
        **_lot(mine.auction),
    }


def _told(mine: Registration) -> Notice | None:
    """Return the newest message about a payment that did not do, while the deposit is still awaited."""
    if mine.state != Registration.State.DEPOSIT_DUE:
        return None
    address = reverse("auctions:registration", kwargs={"pk": mine.pk})
    return notices(mine.user).filter(url=address).first()


def _steps(now: str) -> list[tuple[str, str, str]]:
    names = {
        "register": (_("1 Register"), _("as whom, on which terms")),
        "pay": (_("2 Pay the deposit"), _("from your own account")),
        "done": (_("3 Your number"), _("for the bidding room")),
    }
    order = list(names)
    return [
        ("ok" if order.index(key) < order.index(now) else "now" if key == now else "", *names[key]) for key in order
    ]


def _refund_steps(mine: Registration) -> list[tuple[str, str, str]]:
    """Return the way of a deposit that goes back, [] while it does not."""
    state, way = mine.deposit.state, [Deposit.State.HELD, Deposit.State.REFUNDING, Deposit.State.REFUNDED]
    if state not in {Deposit.State.REFUNDING, Deposit.State.REFUND_FAILED, Deposit.State.REFUNDED}:
        return []
    at = 1 if state == Deposit.State.REFUND_FAILED else way.index(Deposit.State(state))
    names = [_("Held"), _("Sent to the bank"), _("Paid back")]
    return [("ok" if n < at or at == 2 else "now" if n == at else "", name, "") for n, name in enumerate(names)]


def _lot(auction: Auction) -> dict[str, Any]:
    return {"auction": auction, "listing": auction.listing, "place": place(auction.listing)}
