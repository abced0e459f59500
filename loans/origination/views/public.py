"""What everybody sees: the loan products, and where to apply."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from exchange.accounts.models import User
from loans.origination import selectors


def products(request: HttpRequest) -> HttpResponse:
    """Show the products with what the banks say of them, and one's own rights on which one could apply."""
    found = selectors.offers()
    context = {
        "credit": [(p, kinds) for p, kinds in found if not p.needs_mortgage],
        "mortgage": [(p, kinds) for p, kinds in found if p.needs_mortgage],
        "rights": _rights(request.user) if isinstance(request.user, User) else [],
    }
    return render(request, "loans/origination/products.html", context)


def _rights(user: User) -> list[tuple[str, str, str, str, str]]:
    rows: list[tuple[str, str, str, str, str]] = []
    for right in selectors.mortgageable_rights(user)[:50]:
        certificates: list[Any] = sorted(right.certificates.all(), key=lambda c: -c.version)
        burdened = any(b.lifted_at is None and b.kind != "lease" for b in right.encumbrances.all())
        name = ", ".join(parcel.name for parcel in right.parcels.all()) or right.holder_name
        detail = certificates[0].number if certificates else _("no certificate yet")
        free = bool(certificates) and not burdened
        address = reverse("origination:apply", kwargs={"right_id": right.pk})
        rows.append((name, detail, address, "open" if free else "wait", _("apply") if free else _("not free now")))
    return rows
