"""Pages of accounts: where one starts after login, one's notices."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_POST

from exchange.accounts import selectors, services
from exchange.accounts.models import Role
from exchange.web import keyset_page

# Where each role's work lies, by URL name: the pages belong to later stages.
START_PAGES = [
    (Role.FILER, "catalogue:village"),
    (Role.REVIEWER, "catalogue:queue"),
    (Role.ORGANISER, "catalogue:queue"),
    (Role.FINANCE, "auctions:deposits"),
    (Role.BANKER, "origination:bank"),
    (Role.APPROVER, "origination:bank"),
    (Role.LEADER, "stats:dashboard"),
    (Role.ADMINISTRATOR, "stats:dashboard"),
    (Role.AUDITOR, "stats:dashboard"),
]


def _existing(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@login_required
def start(request: HttpRequest) -> HttpResponse:
    """Send a person to the page where the work of the first role lies; bidders to their own auctions."""
    held = {m.role for m in request.user.roles}
    pages = [_existing(name) for role, name in START_PAGES if role in held]
    return redirect(next((page for page in [*pages, _existing("auctions:mine")] if page), "home"))


@login_required
def notices(request: HttpRequest) -> HttpResponse:
    """Show the person's notices, newest first."""
    page = keyset_page(selectors.notices(request.user), request.GET.get("after", ""))
    return render(request, "exchange/accounts/notices.html", {"page": page})


@login_required
@require_POST
def read_notice(request: HttpRequest, notice_id: str) -> HttpResponse:
    """Mark a notice as read."""
    services.mark_read(notice_id=notice_id, by=request.user)
    return redirect("accounts:notices")
