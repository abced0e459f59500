"""The finance clerk's list of deposits."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from exchange.accounts.models import Role
from exchange.web import RepeatableForm, attempt, keyset_page
from listings.auctions import selectors
from listings.auctions.models import Deposit
from listings.auctions.services.deposits import refund_again


def _clerk(request: HttpRequest) -> None:
    if not request.user.memberships_as(Role.FINANCE, Role.AUDITOR):
        raise Http404


@login_required
def deposits(request: HttpRequest) -> HttpResponse:
    """Show the deposits of one's places, those that the bank refused to pay back on top."""
    _clerk(request)
    return render(request, "listings/auctions/deposits.html", _context(request))


@login_required
@require_POST
def again(request: HttpRequest, pk: object) -> HttpResponse:
    """Order a refund anew that the bank has refused."""
    _clerk(request)
    deposit = get_object_or_404(selectors.visible_deposits(request.user), pk=pk)
    form = RepeatableForm(request.POST)
    done = attempt(form, refund_again, deposit_id=str(deposit.pk), by=request.user)
    if done.ok:
        return redirect("auctions:deposits")
    return render(request, "listings/auctions/deposits.html", _context(request, form), status=done.status)


def _context(request: HttpRequest, form: RepeatableForm | None = None) -> dict[str, Any]:
    found = selectors.visible_deposits(request.user)
    wanted = request.GET.get("state", "")
    if wanted in Deposit.State.values:
        found = found.filter(state=wanted)
    page = keyset_page(found, request.GET.get("after", ""), size=50)
    return {
        "deposits": page.rows,
        "next": f"?state={wanted}&after={page.next_key}" if page.next_key else "",
        "states": Deposit.State.choices,
        "state": wanted,
        "failed": selectors.visible_deposits(request.user).filter(state=Deposit.State.REFUND_FAILED),
        "form": form or RepeatableForm(),
    }
