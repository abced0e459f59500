"""The village's workbench and the wizard: a task list, one page per task, saved as one goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from exchange.money import group_thousands
from exchange.templatetags.dates import day
from exchange.web import RepeatableForm, attempt, keyset_page
from listings.catalogue import cards, selectors
from listings.catalogue.forms import BasicsForm, DocumentForm, DraftForm, PriceForm, ResolutionForm
from listings.catalogue.models import Document, Listing
from listings.catalogue.services import documents, drafting
from listings.catalogue.views.public import facts
from listings.registry.selectors import own_collectives, own_rights, running_lease

TAGS = {Listing.State.RETURNED: "bad", Listing.State.BIDDING: "live", Listing.State.ANNOUNCED: "open"}


@login_required
def workbench(request: HttpRequest) -> HttpResponse:
    """Show the village what is to do, its listings and its rights."""
    collectives = list(own_collectives(request.user))
    if not collectives:
        raise Http404
    page = keyset_page(selectors.own_listings(request.user), request.GET.get("after", ""))
    rights = list(own_rights(request.user))
    context = {
        "collectives": collectives,
        "to_do": [_row(row) for row in page.rows if row.is_editable],
        "under_way": [_row(row) for row in page.rows if not row.is_editable],
        "rights": [_right_row(right) for right in rights],
        "next": f"?after={page.next_key}" if page.next_key else "",
    }
    return render(request, "listings/catalogue/workbench.html", context)


def _row(row: Listing) -> tuple[str, str, str, str, str]:
    name = "catalogue:tasks" if row.is_editable else "catalogue:listing"
    state = Listing.State(row.state)
    address = reverse(name, kwargs={"listing_id": row.pk})
    return row.title, row.number or str(row.collective), address, TAGS.get(state, "type"), str(state.label)


def _right_row(right: Any) -> tuple[str, str, str, str, str]:
    burdens = [e for e in right.encumbrances.all() if not e.lifted_at and e.kind != "lease"]
    lease = running_lease(right)
    name = ", ".join(parcel.name for parcel in right.parcels.all())
    certificate = next((c.number for c in right.certificates.all()), "")
    if lease:
        return name, certificate, "", "done", _("let until %(day)s") % {"day": day(lease.to_day)}
    if burdens:
        return name, certificate, "", "wait", burdens[0].get_kind_display()
    return name, certificate, reverse("catalogue:draft", kwargs={"right_id": right.pk}), "open", _("can be listed")


@login_required
def draft(request: HttpRequest, right_id: str) -> HttpResponse:
    """Begin a listing of one of the village's rights."""
    right = get_object_or_404(own_rights(request.user), pk=right_id)
    form = DraftForm(request.POST or None, initial={"title": ", ".join(p.name for p in right.parcels.all())})
    if request.method == "POST":
        done = attempt(form, drafting.draft_listing, right_id=str(right.pk), by=request.user)
        if done.ok:
            return redirect("catalogue:tasks", listing_id=done.value.pk)
        return render(request, "listings/catalogue/draft.html", {"form": form, "right": right}, status=done.status)
    return render(request, "listings/catalogue/draft.html", {"form": form, "right": right})


def _own(request: HttpRequest, listing_id: str) -> Listing:
    return get_object_or_404(selectors.own_listings(request.user), pk=listing_id)


@login_required
def tasks(request: HttpRequest, listing_id: str) -> HttpResponse:
    """Show the task list of one listing; POST submits it."""
    row = _own(request, listing_id)
    form = RepeatableForm(request.POST or None)
    status = 200
    if request.method == "POST":
        done = attempt(form, drafting.submit_listing, listing_id=str(row.pk), by=request.user)
        if done.ok:
            messages.success(request, _("Submitted. The township looks at it first; you will get a message."))
            return redirect("catalogue:listing", listing_id=row.pk)
        status = done.status
        row = _own(request, listing_id)
    return render(request, "listings/catalogue/tasks.html", _tasks(row, form), status=status)


def _tasks(row: Listing, form: forms.Form) -> dict[str, Any]:
    lacks = selectors.missing(row)
    pins = selectors.open_pins(row)
    lacking = {lack.task for lack in lacks}
    pinned = {pin.field for pin in pins}

    def task(name: str, label: str, hint: str) -> tuple[str, str, str, str, str]:
        address = reverse("catalogue:task", kwargs={"listing_id": row.pk, "task": name}) if row.is_editable else ""
        if name in pinned:
            return "doing", label, hint, _("To mend"), address
        if name in lacking:
            return "todo", label, hint, _("Not yet"), address
        return "done", label, hint, _("Done"), address

    groups = [
        (
            _("1. Describe the land"),
            [
                task(
                    "basics",
                    _("Use and length of the lease"),
                    row.use_text or _("Use, term, what a lessee should know"),
                )
            ],
        ),
        (
            _("2. The village's papers"),
            [
                task("resolution", _("Result of the members' vote"), _vote(row)),
                task("documents", _("Papers and photos"), _("%(n)s files so far") % {"n": row.documents.count()}),
            ],
        ),
        (_("3. The terms of the sale"), [task("price", _("Start price, step, deposit"), _price(row))]),
    ]
    names = [line[0] for _title, lines in groups for line in lines]
    first = next((lack.task for lack in lacks), "")
    return {
        "listing": row,
        "form": form,
        "groups": groups,
        "done_count": names.count("done"),
        "task_count": len(names),
        "lacks": lacks,
        "pins": pins,
        "go_on": reverse("catalogue:task", kwargs={"listing_id": row.pk, "task": first})
        if first and row.is_editable
        else "",
        "facts": facts(row),
    }


def _vote(row: Listing) -> str:
    vote = getattr(row, "resolution", None)
    if vote is None:
        return _("How many may vote, were present, were in favour")
    return _("%(for)s of %(all)s in favour") % {"for": vote.in_favour, "all": vote.eligible}


def _price(row: Listing) -> str:
    if not row.start_price_fen:
        return _("Prices are per year")
    return _("from ¥%(price)s a year") % {"price": group_thousands(row.start_price_fen)}


FORMS: dict[str, tuple[type[forms.Form], Callable[..., Any]]] = {
    "basics": (BasicsForm, drafting.set_basics),
    "resolution": (ResolutionForm, drafting.enter_resolution),
    "price": (PriceForm, drafting.set_price),
    "documents": (DocumentForm, documents.add_document),
}


@login_required
def task(request: HttpRequest, listing_id: str, task: str) -> HttpResponse:
    """Show and take one task of the wizard."""
    row = _own(request, listing_id)
    if task not in FORMS:
        raise Http404
    if request.method == "GET" and not row.is_editable:
        messages.info(request, _("This listing is handed in. You can change it again if it is returned to you."))
        return redirect("catalogue:listing", listing_id=row.pk)
    form_class, service = FORMS[task]
    form = form_class(request.POST or None, request.FILES or None, initial=_entered(row, task))
    status = 200
    if request.method == "POST":
        done = attempt(form, service, listing_id=str(row.pk), by=request.user)
        if done.ok and task == "documents":
            return redirect("catalogue:task", listing_id=row.pk, task=task)
        if done.ok:
            return redirect("catalogue:tasks", listing_id=row.pk)
        status = done.status
    context = {
        "listing": row,
        "form": form,
        "task": task,
        "pins": [pin for pin in selectors.open_pins(row) if pin.field == task],
        "lacks": [lack for lack in selectors.missing(row) if lack.task == task],
        "files": [(d, cards.document_url(d)) for d in row.documents.order_by("kind", "pk")],
    }
    return render(
        request,
        f"listings/catalogue/task_{'documents' if task == 'documents' else 'form'}.html",
        context,
        status=status,
    )


def _entered(row: Listing, task: str) -> dict[str, Any]:
    if task == "resolution":
        vote = getattr(row, "resolution", None)
        names = ResolutionForm.base_fields
        return {name: getattr(vote, name) for name in names if hasattr(vote, name)} if vote else {"organ": "assembly"}
    return {
        name: getattr(row, name) for name in FORMS[task][0].base_fields if getattr(row, name, None) not in (None, "")
    }


@login_required
def remove_document(request: HttpRequest, listing_id: str, document_id: str) -> HttpResponse:
    """Ask whether a file is to be taken out of a draft; POST takes it out."""
    row = _own(request, listing_id)
    kept = Document.objects.filter(listing=row, pk=document_id).first()
    form = RepeatableForm(request.POST or None)
    status = 200
    if request.method == "POST":
        done = attempt(
            form, documents.remove_document, listing_id=str(row.pk), document_id=str(document_id), by=request.user
        )
        if done.ok:
            messages.success(request, _("The file is removed."))
            return redirect("catalogue:task", listing_id=row.pk, task="documents")
        status = done.status
    elif kept is None or not row.is_editable:
        raise Http404
    context = {
        "form": form,
        "facts": [(kept.get_kind_display(), kept.name)] if kept else [],
        "back": reverse("catalogue:task", kwargs={"listing_id": row.pk, "task": "documents"}),
    }
    return render(request, "listings/catalogue/remove.html", context, status=status)


@login_required
@require_POST
def withdraw(request: HttpRequest, listing_id: str) -> HttpResponse:
    """Take a listing back."""
    row = _own(request, listing_id)
    form = RepeatableForm(request.POST)
    done = attempt(form, drafting.withdraw_listing, listing_id=str(row.pk), by=request.user)
    if done.ok:
        messages.success(request, _("Withdrawn. What was filled in stays on file."))
        return redirect("catalogue:village")
    return render(request, "listings/catalogue/tasks.html", _tasks(row, form), status=done.status)
