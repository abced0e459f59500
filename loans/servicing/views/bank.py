"""The bank's desk: one case with its decisions and its loan, and the list of loans."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from exchange.web import attempt, keyset_page
from loans.origination.models import Application
from loans.origination.policies import BANK_ROLES
from loans.origination.selectors import bank_applications
from loans.origination.services import deciding, mortgages
from loans.origination.views.bank import tabs
from loans.servicing import casework
from loans.servicing.forms import LoansForm
from loans.servicing.models import Loan
from loans.servicing.selectors import loans as selectors
from loans.servicing.services import disbursing, repaying

# Each step: its service, and what it is called on.
VERBS: dict[str, tuple[Callable[..., Any], str]] = {
    "value": (deciding.value_application, "application_id"),
    "approve": (deciding.approve_application, "application_id"),
    "decline": (deciding.decline_application, "application_id"),
    "register": (mortgages.register_mortgage, "application_id"),
    "disburse": (disbursing.disburse, "application_id"),
    "repay": (repaying.book_repayment, "loan_id"),
    "release": (disbursing.release, "loan_id"),
}


def _case(request: HttpRequest, application_id: str) -> Application:
    row: Application = get_object_or_404(bank_applications(request.user), pk=application_id)
    return row


def _show(request: HttpRequest, row: Application, bound: dict[str, Any], status: int = 200) -> HttpResponse:
    context = casework.context(request.user, row, bound, whole="all" in request.GET)
    context["tabs"] = tabs(request.user, row.state)
    return render(request, "loans/servicing/case.html", context, status=status)


@login_required
def case(request: HttpRequest, application_id: str) -> HttpResponse:
    """Show one application with its certificate, valuation, mortgage, schedule, and the steps open to this person."""
    return _show(request, _case(request, application_id), {})


@login_required
@require_POST
def act(request: HttpRequest, application_id: str, verb: str) -> HttpResponse:
    """Take one step of a case."""
    row = _case(request, application_id)
    if verb not in VERBS:
        raise Http404
    service, key = VERBS[verb]
    here = casework.case_of(row)
    if key == "loan_id" and here.loan is None:
        raise Http404
    subject = here.loan if key == "loan_id" else row
    form = casework.form_for(verb, here, request.POST)
    done = attempt(form, service, **{key: str(subject.pk)}, by=request.user)
    if done.ok:
        return redirect("servicing:case", application_id=row.pk)
    return _show(request, _case(request, application_id), {verb: form}, done.status)


@login_required
def loans(request: HttpRequest) -> HttpResponse:
    """Show the loans of one's bank, newest first, narrowed by state and district."""
    if not request.user.memberships_as(*BANK_ROLES):
        raise Http404
    form = LoansForm(request.GET or None)
    wanted = form.cleaned_data if form.is_bound and form.is_valid() else {}
    found = selectors.bank_loans(request.user)
    if wanted.get("state"):
        found = found.filter(state=wanted["state"])
    page = keyset_page(selectors.in_division(found, wanted.get("division", "")), request.GET.get("after", ""), size=50)
    query = request.GET.copy()
    query["after"] = page.next_key
    context = {
        "form": form,
        "rows": page.rows,
        "active": selectors.standing(request.user, Loan.State.ACTIVE),
        "settled": selectors.standing(request.user, Loan.State.SETTLED),
        "next": f"?{query.urlencode()}" if page.next_key else "",
    }
    return render(request, "loans/servicing/loans.html", context, status=400 if form.errors else 200)
