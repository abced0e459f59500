"""Deals that wait for somebody: the office's list, and one's own deals."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from exchange.accounts.models import Role
from listings.deals import selectors
from listings.deals.models import Deal
from listings.deals.next_steps import next_steps
from listings.deals.views.public import TAGS, rows_of

OFFICE = (Role.ORGANISER, Role.REVIEWER, Role.FILER)


@login_required
def office(request: HttpRequest) -> HttpResponse:
    """Show the deals under way of one's places, those in which one has something to do marked."""
    if not request.user.memberships_as(*OFFICE):
        raise Http404
    page = selectors.deal_page(selectors.deals_under_way(request.user), request.GET.get("after", ""))
    rows = [{**row, "next_steps": next_steps(request.user, row["deal"])} for row in rows_of(request, page.rows)]
    context = {"rows": rows, "next": f"?after={page.next_key}" if page.next_key else ""}
    return render(request, "listings/deals/office.html", context)


@login_required
def mine(request: HttpRequest) -> HttpResponse:
    """Show the deals to which one is a party."""
    page = selectors.deal_page(selectors.own_deals(request.user), request.GET.get("after", ""))
    rows = [
        (
            deal.title,
            f"{deal.number} · {deal.closed_on}",
            f"/deals/{deal.pk}/",
            TAGS.get(Deal.State(deal.state), "wait"),
            deal.get_state_display(),
        )
        for deal in page.rows
    ]
    context = {"rows": rows, "next": f"?after={page.next_key}" if page.next_key else ""}
    return render(request, "listings/deals/mine.html", context)
