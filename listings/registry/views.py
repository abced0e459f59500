"""Pages of the register of rights."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from exchange.identifiers import mask_account
from exchange.web import attempt
from listings.registry import selectors
from listings.registry.forms import AccountForm, LandForm
from listings.registry.services import accounts, land


@login_required
def enter_land(request: HttpRequest) -> HttpResponse:
    """Let a collective's officer enter a parcel and the right to it."""
    if not selectors.own_collectives(request.user).exists():
        raise Http404
    form = LandForm(request.POST or None, user=request.user)
    if request.method != "POST":
        return render(request, "listings/registry/enter_land.html", {"form": form})
    done = attempt(form, land.enter_land, by=request.user)
    if done.ok:
        return redirect("catalogue:draft", right_id=done.value.pk)
    return render(request, "listings/registry/enter_land.html", {"form": form}, status=done.status)


@login_required
def account(request: HttpRequest, pk: str) -> HttpResponse:
    """Let a collective's officer enter the account to which its rent is paid out."""
    collective = get_object_or_404(selectors.own_collectives(request.user), pk=pk)
    bound = request.method == "POST"
    form = AccountForm(request.POST) if bound else AccountForm(initial={"number": collective.bank_account})
    context = {"form": form, "collective": collective}
    if not bound:
        return render(request, "listings/registry/account.html", context)
    done = attempt(form, accounts.enter_bank_account, collective_id=str(pk), by=request.user)
    if done.ok:
        shown = {"account": mask_account(done.value.bank_account)}
        messages.success(request, _("Saved. The rent goes to the account %(account)s.") % shown)
        return redirect("catalogue:village")
    return render(request, "listings/registry/account.html", context, status=done.status)


@login_required
def rights(request: HttpRequest) -> HttpResponse:
    """Show the rights that the person may see, with what lies on them."""
    found = selectors.visible_rights(request.user).prefetch_related("parcels", "encumbrances", "certificates")
    rows = [
        (
            f"{right.holder_name} · {', '.join(p.name for p in right.parcels.all())}",
            "; ".join(str(e.get_kind_display()) for e in right.encumbrances.all() if not e.lifted_at) or _("free"),
        )
        for right in found.order_by("-pk")[:100]
    ]
    return render(request, "listings/registry/rights.html", {"rows": rows})
