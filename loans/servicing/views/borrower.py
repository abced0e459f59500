"""What the borrower sees: applications and loans, and one loan with its plan."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from exchange.accounts.models import User
from exchange.clock import legal_day
from exchange.money import fen_to_yuan, group_thousands
from exchange.states import may_move
from exchange.templatetags.dates import day, term
from exchange.web import RepeatableForm
from loans.origination.models import Application
from loans.origination.policies import BANK_ROLES
from loans.origination.selectors import own_applications
from loans.origination.views.rights import chances
from loans.servicing import casework, policies
from loans.servicing.models import Loan
from loans.servicing.selectors import loans as selectors

TAGS = {
    Application.State.APPROVED: "open",
    Application.State.REGISTERED: "open",
    Application.State.DECLINED: "bad",
    Application.State.WITHDRAWN: "done",
}


def front(request: HttpRequest) -> HttpResponse:
    """Lead to where one's loans are: a bank's people to their queue, borrowers to their loans, others to the offers."""
    user = request.user
    if not isinstance(user, User):
        return redirect("origination:products")
    if user.memberships_as(*BANK_ROLES):
        return redirect("origination:bank")
    borrows = own_applications(user).exists() or selectors.own_loans(user).exists()
    return redirect("servicing:mine" if borrows else "origination:products")


@login_required
def mine(request: HttpRequest) -> HttpResponse:
    """Show one's applications and loans."""
    applications = own_applications(request.user).exclude(state=Application.State.DISBURSED)[:50]
    context = {
        "applications": [(row, TAGS.get(Application.State(row.state), "wait"), _form(row)) for row in applications],
        "chances": chances(request.user),
        "loans": [_row(loan) for loan in selectors.own_loans(request.user)[:50]],
    }
    return render(request, "loans/servicing/mine.html", context)


def _form(row: Application) -> RepeatableForm | None:
    return RepeatableForm(auto_id=f"{row.pk}_%s") if may_move(row, Application.State.WITHDRAWN) else None


def _row(loan: Loan) -> tuple[str, str, str, str, str]:
    owed = _("%(balance)s of %(principal)s yuan are still owed") % {
        "balance": group_thousands(loan.balance_fen),
        "principal": group_thousands(loan.principal_fen),
    }
    tag = "done" if loan.state == Loan.State.SETTLED else "open"
    address = reverse("servicing:loan", kwargs={"loan_id": loan.pk})
    return f"{loan.product_name} · {loan.bank_name}", owed, address, tag, str(loan.get_state_display())


@login_required
def loan(request: HttpRequest, loan_id: str) -> HttpResponse:
    """Show one loan to its borrower and its bank: what is owed, what settles it today, the whole plan."""
    row = get_object_or_404(selectors.visible_loans(request.user), pk=loan_id)
    figures = casework.loan_figures(row, legal_day())
    context: dict[str, Any] = {
        **figures,
        "row": row,
        "plan": casework.shown(list(selectors.rows_of(row)), whole=True),
        "facts": _facts(row),
        "works_on_it": row.application_id is not None and not policies.borrowed(request.user, row),
        "crumbs": [(_("Loans"), reverse("origination:products")), (_("My loans"), reverse("servicing:mine"))],
    }
    return render(request, "loans/servicing/loan.html", context)


def _facts(row: Loan) -> list[tuple[str, Any]]:
    return [
        (_("Lender"), row.bank_name),
        (_("Product"), row.product_name or "—"),
        (_("Rate a year"), f"{fen_to_yuan(row.rate_bp)}%"),
        (_("Paid back in"), row.get_method_display()),
        (_("Length of the loan"), term(row.term_months)),
        (_("How interest is counted"), row.get_day_count_display()),
        (_("Paid out on"), day(row.disbursed_on)),
        (_("Security"), _("Mortgage of a right") if row.secured else _("Credit, without collateral")),
    ]
