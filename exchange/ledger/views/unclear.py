"""Money that belongs to nobody yet: the finance clerks' list, and one sum with what is to be decided."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from exchange.accounts.models import Role
from exchange.ledger import policies
from exchange.ledger.forms import ConfirmForm, DeclineForm, ProposalForm
from exchange.ledger.models import UnclearMoney
from exchange.ledger.selectors.unclear import OPEN, visible_unclear
from exchange.ledger.services.unclear import confirm_return, decline_return, propose_return
from exchange.web import RepeatableForm, attempt, keyset_page

VERBS: dict[str, tuple[type[RepeatableForm], Callable[..., UnclearMoney], Any]] = {
    "propose": (ProposalForm, propose_return, gettext_lazy("Proposed. Another finance clerk has to confirm it.")),
    "confirm": (ConfirmForm, confirm_return, gettext_lazy("Confirmed. The bank is told to pay.")),
    "decline": (DeclineForm, decline_return, gettext_lazy("Turned down. The money waits for another proposal.")),
}


def _clerk(request: HttpRequest) -> None:
    if not request.user.memberships_as(Role.FINANCE, Role.AUDITOR):
        raise Http404


@login_required
def money(request: HttpRequest) -> HttpResponse:
    """Show the unclear money of one's places: what waits for a decision, or with `?all=1` everything."""
    _clerk(request)
    everything = request.GET.get("all") == "1"
    found = visible_unclear(request.user)
    if not everything:
        found = found.filter(state__in=OPEN)
    page = keyset_page(found, request.GET.get("after", ""), size=50)
    query = "?all=1&after=" if everything else "?after="
    context = {"rows": page.rows, "all": everything, "next": f"{query}{page.next_key}" if page.next_key else ""}
    return render(request, "exchange/ledger/unclear_list.html", context)


@login_required
def one(request: HttpRequest, pk: object) -> HttpResponse:
    """Show one sum: where it lies, what the bank said, what was proposed, and what this person may decide."""
    row = get_object_or_404(visible_unclear(request.user), pk=pk)
    return render(request, "exchange/ledger/unclear.html", _context(request, row))


@login_required
@require_POST
def act(request: HttpRequest, pk: object, verb: str) -> HttpResponse:
    """Propose, confirm or decline; a refusal shows the page again with what was typed."""
    row = get_object_or_404(visible_unclear(request.user), pk=pk)
    if verb not in VERBS:
        raise Http404
    shape, service, told = VERBS[verb]
    form = shape(request.POST, auto_id=f"{verb}_%s")
    done = attempt(form, service, unclear_id=str(row.pk), by=request.user)
    if done.ok:
        messages.success(request, told)
        return redirect("ledger:unclear", pk=row.pk)
    row = visible_unclear(request.user).get(pk=row.pk)
    return render(request, "exchange/ledger/unclear.html", _context(request, row, form, verb), status=done.status)


def _context(
    request: HttpRequest, row: UnclearMoney, bound: RepeatableForm | None = None, verb: str = ""
) -> dict[str, Any]:
    forms = _forms(request, row)
    if bound is not None and verb in forms:
        forms[verb] = bound
    return {"row": row, "facts": _facts(row), **forms, "refused": bound if verb not in forms else None}


def _forms(request: HttpRequest, row: UnclearMoney) -> dict[str, Any]:
    """Return the forms that this person may use now, by verb."""
    if not policies.may_decide_unclear(request.user, row):
        return {}
    if row.state in (UnclearMoney.State.WAITING, UnclearMoney.State.FAILED):
        return {"propose": ProposalForm(initial={"to_name": row.line.payer_name}, auto_id="propose_%s")}
    if row.state != UnclearMoney.State.PROPOSED:
        return {}
    seen = {"proposal": row.proposals}
    decline = {"decline": DeclineForm(initial=seen, auto_id="decline_%s")}
    if row.proposed_by == request.user:
        return decline
    return {"confirm": ConfirmForm(initial=seen, auto_id="confirm_%s")} | decline


def _facts(row: UnclearMoney) -> list[tuple[str, Any]]:
    line, none = row.line, "—"
    return [
        (_("Payer, as the bank writes it"), line.payer_name or none),
        (_("From account"), line.payer_account or none),
        (_("Paid to number"), line.number or none),
        (_("Bank's reference"), line.bank_ref),
        (_("Lies on"), row.account.get_kind_display()),
        (_("Belongs to the place"), row.division.name if row.division else none),
    ]
