"""The reviewers' queue: on the left what waits, on the right the case with what to decide."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from exchange.accounts.models import Role
from exchange.clock import legal_now
from exchange.web import RepeatableForm, attempt
from listings.catalogue import cards, policies, selectors
from listings.catalogue.checks import checks
from listings.catalogue.forms import ApproveForm, ReturnForm
from listings.catalogue.models import Listing
from listings.catalogue.services import announcing, reviewing
from listings.catalogue.timeline import timeline


def _reviewer(request: HttpRequest) -> None:
    if not request.user.memberships_as(Role.REVIEWER, Role.ORGANISER):
        raise Http404


@login_required
def queue(request: HttpRequest) -> HttpResponse:
    """Show what waits for this reviewer, the longest waiting first and open."""
    _reviewer(request)
    waiting = list(selectors.queue(request.user)[:100])
    return render(request, "listings/catalogue/queue.html", _context(request, waiting, waiting[0] if waiting else None))


@login_required
def case(request: HttpRequest, listing_id: str) -> HttpResponse:
    """Show one case of the queue."""
    _reviewer(request)
    row = get_object_or_404(selectors.queue(request.user), pk=listing_id)
    return render(
        request, "listings/catalogue/queue.html", _context(request, list(selectors.queue(request.user)[:100]), row)
    )


def _context(request: HttpRequest, waiting: list[Listing], row: Listing | None, **forms: Any) -> dict[str, Any]:
    now = legal_now()
    context: dict[str, Any] = {
        "waiting": [(w, cards.place(w), now - w.state_since) for w in waiting],
        "case": row,
    }
    if row:
        context |= {
            "steps": timeline(row, selectors.current_announcement(row)),
            "checks": checks(row),
            "files": [(d, cards.document_url(d)) for d in row.documents.order_by("kind", "pk")],
            "history": row.reviews.select_related("reviewer").prefetch_related("pins").order_by("pk"),
            "announces": row.state == Listing.State.APPROVED and policies.may_announce(request.user, row),
            "reviews": bool(policies.reviews_at(request.user, row)),
            "approve_form": forms.get("approve_form") or ApproveForm(),
            "return_form": forms.get("return_form") or ReturnForm(),
            "announce_form": forms.get("announce_form") or RepeatableForm(),
        }
    return context


@login_required
@require_POST
def approve(request: HttpRequest, listing_id: str) -> HttpResponse:
    """Pass a listing on."""
    row = get_object_or_404(selectors.queue(request.user), pk=listing_id)
    form = ApproveForm(request.POST)
    done = attempt(form, reviewing.approve_listing, listing_id=str(row.pk), by=request.user)
    said = _("Passed: “%(title)s”. The next office has it now.") % {"title": row.title}
    return _after(request, row, done, said, approve_form=form)


@login_required
@require_POST
def send_back(request: HttpRequest, listing_id: str) -> HttpResponse:
    """Return a listing with reasons."""
    row = get_object_or_404(selectors.queue(request.user), pk=listing_id)
    form = ReturnForm(request.POST)
    done = attempt(form, reviewing.return_listing, listing_id=str(row.pk), by=request.user)
    said = _("Returned with your reasons: “%(title)s”.") % {"title": row.title}
    return _after(request, row, done, said, return_form=form)


@login_required
@require_POST
def announce(request: HttpRequest, listing_id: str) -> HttpResponse:
    """Publish an approved listing."""
    row = get_object_or_404(selectors.queue(request.user), pk=listing_id)
    form = RepeatableForm(request.POST)
    done = attempt(form, announcing.announce_listing, listing_id=str(row.pk), by=request.user)
    if done.ok:
        messages.success(request, _("Announced. Its text and dates are fixed from now on."))
        return redirect("catalogue:listing", listing_id=row.pk)
    return _after(request, row, done, "", announce_form=form)


def _after(request: HttpRequest, row: Listing, done: Any, said: str, **forms: Any) -> HttpResponse:
    if done.ok:
        messages.success(request, said)
        return redirect("catalogue:queue")
    waiting = list(selectors.queue(request.user)[:100])
    return render(
        request, "listings/catalogue/queue.html", _context(request, waiting, row, **forms), status=done.status
    )
