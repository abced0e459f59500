"""What everybody sees: the loan products, and where to apply."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from exchange.accounts.models import User
from loans.origination import selectors
from loans.origination.views.rights import chances


def products(request: HttpRequest) -> HttpResponse:
    """Show the products with what the banks say of them, and one's own rights on which one could apply."""
    found = selectors.offers()
    context = {
        "credit": [(p, kinds) for p, kinds in found if not p.needs_mortgage],
        "mortgage": [(p, kinds) for p, kinds in found if p.needs_mortgage],
        "chances": chances(request.user) if isinstance(request.user, User) else [],
    }
    return render(request, "loans/origination/products.html", context)
