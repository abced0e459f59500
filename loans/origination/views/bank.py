"""The bank's queue: its applications by the state they stand in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from exchange.clock import legal_now
from exchange.web import keyset_page
from loans.origination import selectors
from loans.origination.models import Application
from loans.origination.policies import BANK_ROLES

TABS = (
    Application.State.SUBMITTED,
    Application.State.VALUED,
    Application.State.APPROVED,
    Application.State.REGISTERED,
    Application.State.DISBURSED,
    Application.State.DECLINED,
    Application.State.WITHDRAWN,
)


def tabs(user: Any, chosen: str) -> list[tuple[str, str, int, bool]]:
    """Return (state, label, count, chosen) for the row of states above the queue and above a case."""
    counts = selectors.bank_counts(user)
    return [(state.value, str(state.label), counts[state.value], state.value == chosen) for state in TABS]


@login_required
def queue(request: HttpRequest) -> HttpResponse:
    """Show the applications at one's bank in one state (`?state=`), the first state that has any by itself."""
    if not request.user.memberships_as(*BANK_ROLES):
        raise Http404
    counts = selectors.bank_counts(request.user)
    asked = request.GET.get("state", "")
    state = asked if asked in counts else next((s.value for s in TABS if counts[s.value]), TABS[0].value)
    page = keyset_page(selectors.bank_applications(request.user).filter(state=state), request.GET.get("after", ""))
    now = legal_now()
    context = {
        "tabs": tabs(request.user, state),
        "rows": [(row, now - row.created_at) for row in page.rows],
        "banks": sorted({str(m.organisation) for m in request.user.memberships_as(*BANK_ROLES) if m.organisation}),
        "next": f"?state={state}&after={page.next_key}" if page.next_key else "",
    }
    return render(request, "loans/origination/bank.html", context)
