"""The borrower's part: apply, take back."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from exchange.clock import legal_day
from exchange.money import square_metres_to_mu
from exchange.rulebook.models import RightKind
from exchange.rulebook.selectors import rule
from exchange.web import RepeatableForm, attempt
from listings.registry.models import Right
from listings.registry.selectors import current_certificate, rights_of_holder
from loans.origination import selectors
from loans.origination.forms import ApplyForm
from loans.origination.models import Application
from loans.origination.services import applying


@login_required
def apply(request: HttpRequest, right_id: str | None = None) -> HttpResponse:
    """Let the holder of a right apply for a loan on it; without a right for a loan on credit."""
    right = get_object_or_404(rights_of_holder(request.user), pk=right_id) if right_id else None
    form = ApplyForm(request.POST or None, right=right, initial={"product_id": request.GET.get("product", "")})
    status = 200
    if request.method == "POST":
        fixed = {"right_id": str(right.pk)} if right else {}
        done = attempt(form, applying.apply_for_loan, by=request.user, **fixed)
        if done.ok:
            return redirect("servicing:mine")
        status = done.status
    context: dict[str, Any] = {"form": form, "right": right}
    if right:
        context |= {
            "facts": facts(right),
            "longest": selectors.longest_term(right, legal_day()),
            "lease": _lease(right),
            "mortgage_fits": any(p.needs_mortgage for p in selectors.fitting_products(right.kind)),
        }
    return render(request, "loans/origination/apply.html", context, status=status)


def facts(right: Right) -> list[tuple[str, Any]]:
    """Return what the right is, as pairs of label and value."""
    kind = RightKind.objects.filter(pk=right.kind).first()
    certificate = current_certificate(right)
    rows: list[tuple[str, Any]] = [
        (_("Kind of right"), str(kind or right.kind)),
        (_("Land"), ", ".join(parcel.name for parcel in right.parcels.all())),
        (
            _("Area"),
            _("%(mu)s mu (%(m2)s m²)") % {"mu": square_metres_to_mu(right.area_m2), "m2": f"{right.area_m2:,}"},
        ),
        (_("Holder"), right.holder_name),
        (_("Certificate"), certificate.number if certificate else _("not yet")),
    ]
    if right.term_to:
        rows.append((_("Term"), _("%(from)s to %(to)s") % {"from": right.term_from, "to": right.term_to}))
    return rows


def _lease(right: Right) -> Any:
    """Return the rule on leased rights as it applies here, None for a right that is not leased."""
    if right.basis != Right.Basis.LEASE:
        return None
    return rule("lease_right_mortgageable", right_kind=right.kind, division=right.division)


@login_required
@require_POST
def withdraw(request: HttpRequest, application_id: str) -> HttpResponse:
    """Take one's application back."""
    row: Application = get_object_or_404(selectors.own_applications(request.user), pk=application_id)
    form = RepeatableForm(request.POST)
    done = attempt(form, applying.withdraw_application, application_id=str(row.pk), by=request.user)
    if done.ok:
        return redirect("servicing:mine")
    context = {"form": form, "application": row}
    return render(request, "loans/origination/withdraw.html", context, status=done.status)
