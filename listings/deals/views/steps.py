"""Every step of a deal as a page for the person who takes it; for everybody else the page does not exist."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from exchange.templatetags.dates import day as shown_day
from exchange.templatetags.dates import moment
from exchange.templatetags.money import yuan_exact
from exchange.web import RepeatableForm, attempt
from listings.deals import policies, selectors
from listings.deals.forms import (
    CertificateForm,
    ConfirmDefaultForm,
    ConfirmHandoverForm,
    DeclineDefaultForm,
    DrawUpForm,
    HandoverForm,
    ReasonForm,
    SignForm,
)
from listings.deals.models import Contract, Deal
from listings.deals.services import certificates, confirming, contracts, defaulting, handover
from listings.deals.services.payments import deposit_of


def _managed(request: HttpRequest, pk: str) -> Deal:
    return _one(selectors.managed_deals(request.user), pk)


def _own(request: HttpRequest, pk: str) -> Deal:
    return _one(selectors.own_deals(request.user), pk)


def _one(deals: QuerySet[Deal], pk: str) -> Deal:
    return get_object_or_404(deals, pk=pk)


def _take(
    request: HttpRequest,
    deal: Deal,
    form_class: type[forms.Form],
    service: Callable[..., Any],
    *,
    words: dict[str, Any],
    template: str = "listings/deals/step.html",
    initial: dict[str, Any] | None = None,
    **fixed: Any,
) -> HttpResponse:
    """Show the form of a step, or take it: through the service, then back to the deal."""
    bound = request.method == "POST"
    form = form_class(request.POST, request.FILES, initial=initial) if bound else form_class(initial=initial)
    status = 200
    if bound:
        done = attempt(form, service, by=request.user, **fixed)
        if done.ok:
            return redirect("deals:deal", pk=deal.pk)
        status = done.status
    return render(request, template, {"deal": deal, "form": form, **words}, status=status)


@login_required
def draw_up(request: HttpRequest, pk: str) -> HttpResponse:
    """Draw up the contract, with the clauses that the law demands."""
    deal = _managed(request, pk)
    before = selectors.current_contract(deal)
    planned = deal.right.parcels.exclude(planned_use="").values_list("planned_use", flat=True) if deal.right else []
    clauses = before.body["clauses"] if before else {"planning_conditions": "、".join(dict.fromkeys(planned))}
    words = {
        "title": _("Draw up the contract"),
        "lead": _("Amounts, parties, parcels and instalments come from the deal. Only these clauses are written here."),
        "submit": _("Make the contract"),
    }
    if deal.right_kind in contracts.BOUND_KINDS:
        words["warning"] = _("Without these three clauses a contract over collective construction land is void.")
    return _take(
        request, deal, DrawUpForm, contracts.draw_up_contract, words=words, initial=clauses, deal_id=str(deal.pk)
    )


@login_required
def sign(request: HttpRequest, pk: str) -> HttpResponse:
    """Read the contract and sign it for one's side."""
    deal = _own(request, pk)
    contract = _contract(deal)
    words = {
        "contract": contract,
        "rows": contract.body["instalments"],
        "signed": _has_signed(request.user, deal, contract),
        "side": _("lessor") if policies.is_lessor(request.user, deal) else _("lessee"),
    }
    return _take(
        request,
        deal,
        SignForm,
        contracts.sign_contract,
        words=words,
        template="listings/deals/sign.html",
        initial={"sha256": contract.sha256},
        deal_id=str(deal.pk),
    )


def _has_signed(user: policies.Reader, deal: Deal, contract: Contract) -> bool:
    lessor = policies.is_lessor(user, deal) and contract.lessor_signed_at is None
    lessee = policies.is_lessee(user, deal) and contract.lessee_signed_at is None
    return not (lessor or lessee)


def _contract(deal: Deal) -> Contract:
    contract = selectors.current_contract(deal)
    if contract is None:
        raise Http404
    return contract


@login_required
def hand_over(request: HttpRequest, pk: str) -> HttpResponse:
    """Write the sheet of the hand-over."""
    deal = _own(request, pk)
    sheet = getattr(deal, "handover", None)
    words = {
        "title": _("Hand-over sheet"),
        "lead": _("Write it on site, with the other side beside you. They confirm it on their own telephone."),
        "submit": _("Save and confirm for my side"),
        "upload": True,
    }
    initial = {"place_note": sheet.place_note, "on_day": sheet.on_day} if sheet else None
    return _take(request, deal, HandoverForm, handover.hand_over, words=words, initial=initial, deal_id=str(deal.pk))


@login_required
def confirm_handover(request: HttpRequest, pk: str) -> HttpResponse:
    """Confirm the sheet that the other side has written."""
    deal = _own(request, pk)
    sheet = getattr(deal, "handover", None)
    if sheet is None:
        raise Http404
    words = {
        "title": _("Confirm the hand-over"),
        "lead": _("From this day the term runs and the land is yours to use, or no longer yours to use."),
        "facts": [(_("Day"), shown_day(sheet.on_day)), (_("What was handed over"), sheet.place_note)],
        "submit": _("Confirm"),
    }
    initial = {"sha256": sheet.sha256}
    return _take(
        request,
        deal,
        ConfirmHandoverForm,
        handover.confirm_handover,
        words=words,
        initial=initial,
        deal_id=str(deal.pk),
    )


@login_required
def attest(request: HttpRequest, pk: str) -> HttpResponse:
    """Issue the attestation."""
    deal = _managed(request, pk)
    words = {
        "title": _("Issue the attestation"),
        "lead": _("It is printed with number, verify code and QR. From then on everybody can check it."),
        "submit": _("Issue"),
    }
    return _take(request, deal, RepeatableForm, certificates.attest, words=words, deal_id=str(deal.pk))


@login_required
def revoke(request: HttpRequest, pk: str) -> HttpResponse:
    """Revoke the attestation in force."""
    deal = _managed(request, pk)
    attestation = selectors.valid_attestation(deal)
    if attestation is None:
        raise Http404
    words = {
        "title": _("Revoke the attestation"),
        "lead": _("Its public page says so at once, with this reason. A new one can be issued afterwards."),
        "facts": [(_("Number"), attestation.number)],
        "submit": _("Revoke"),
        "kind": "warn",
    }
    service = certificates.revoke_attestation
    return _take(request, deal, ReasonForm, service, words=words, attestation_id=str(attestation.pk))


@login_required
def certificate(request: HttpRequest, pk: str) -> HttpResponse:
    """Enter the certificate of the registration office."""
    deal = _managed(request, pk)
    words = {
        "title": _("Enter the certificate"),
        "lead": _("The number and day on the real-estate certificate that the registration office has issued."),
        "submit": _("Enter and complete the deal"),
    }
    return _take(request, deal, CertificateForm, certificates.record_certificate, words=words, deal_id=str(deal.pk))


@login_required
def cancel(request: HttpRequest, pk: str) -> HttpResponse:
    """Cancel a result within its publicity."""
    deal = _managed(request, pk)
    words = {
        "title": _("Cancel the result"),
        "lead": _("Only when an objection was right. The deposit goes back and the right can be listed again."),
        "submit": _("Cancel the result"),
        "kind": "warn",
    }
    return _take(request, deal, ReasonForm, confirming.cancel_deal, words=words, deal_id=str(deal.pk))


def _of_default(deal: Deal) -> list[tuple[str, str]]:
    """Return what one has to know before declaring: who, what is missing, since when, and how much he loses."""
    unpaid = selectors.next_instalment(deal) if deal.state == Deal.State.CONTRACTED else None
    deposit = deposit_of(deal)
    return [
        (_("Winner"), deal.lessee_name),
        (_("What is missing"), yuan_exact(unpaid.open_fen) if unpaid else _("The winner's signature")),
        (_("Last day"), moment(deal.due_at) if deal.due_at else "—"),
        (_("Deposit that he loses"), yuan_exact(deposit.amount_fen) if deposit else "—"),
    ]


@login_required
def default(request: HttpRequest, pk: str) -> HttpResponse:
    """Propose to declare that the winner has let his time pass; confirm what a colleague has proposed."""
    deal = _managed(request, pk)
    words: dict[str, Any] = {
        "title": _("Declare that the winner has backed out"),
        "lead": _(
            "Only after the last day, and when you have reached nobody or he says no. He loses the deposit; the "
            "right can be listed again. This cannot be undone."
        ),
        "kind": "warn",
    }
    if deal.default_proposed_by is None:
        words |= {"facts": _of_default(deal), "submit": _("Propose it to a second organiser")}
        return _take(request, deal, ReasonForm, defaulting.propose_default, words=words, deal_id=str(deal.pk))
    words |= {"facts": [*_of_default(deal), *_proposal(deal)], "submit": _("Confirm and declare it")}
    seen = {"proposal": deal.default_proposals}
    service = defaulting.confirm_default
    return _take(request, deal, ConfirmDefaultForm, service, words=words, initial=seen, deal_id=str(deal.pk))


@login_required
def decline_default(request: HttpRequest, pk: str) -> HttpResponse:
    """Turn down, or take back, what was proposed."""
    deal = _managed(request, pk)
    words = {
        "title": _("Turn the proposal down"),
        "lead": _("The winner is still waited for. The deposit stays where it is."),
        "facts": _proposal(deal),
        "submit": _("Turn down"),
    }
    seen = {"proposal": deal.default_proposals}
    service = defaulting.decline_default
    return _take(request, deal, DeclineDefaultForm, service, words=words, initial=seen, deal_id=str(deal.pk))


def _proposal(deal: Deal) -> list[tuple[str, str]]:
    return [(_("Why"), deal.default_reason), (_("Proposed by"), str(deal.default_proposed_by or "—"))]
