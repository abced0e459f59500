"""The counter of the sandbox bank, in a demonstration."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from exchange.ledger.forms import PayInForm
from exchange.ledger.selectors.sandbox import counter
from exchange.ledger.services.sandbox import pay_in
from exchange.web import Attempt, attempt


def sandbox_bank(request: HttpRequest) -> HttpResponse:
    """Let a demo user pay in under a sub-account's number, and show what the bank has booked; else 404."""
    if not settings.DEMONSTRATION:
        raise Http404
    return _counter(request)


@login_required
def _counter(request: HttpRequest) -> HttpResponse:
    given = {name: request.GET[name] for name in PayInForm.base_fields if name in request.GET}
    form = PayInForm(request.POST or None, initial={"payer_name": request.user.get_full_name()} | given)
    done = attempt(form, pay_in, by=request.user) if request.method == "POST" else Attempt(ok=False)
    if done.ok:
        messages.success(
            request, _("Paid in. It reaches the exchange with the bank's next statement, in a few seconds.")
        )
        return redirect("ledger:sandbox_bank")
    return render(request, "exchange/ledger/sandbox_bank.html", {"form": form, "bank": counter()}, status=done.status)
