"""What everybody sees: the published deals, one deal, and whether an attestation is genuine."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from exchange.accounts.selectors import ancestors
from exchange.clock import legal_day
from exchange.money import divide_half_up, square_metres_to_mu
from exchange.rulebook.models import RightKind
from exchange.templatetags.dates import day as shown_day
from exchange.templatetags.dates import moment, term
from listings.deals import policies, selectors, stages
from listings.deals.documents.bodies import grouped
from listings.deals.forms import FilterForm, VerifyForm
from listings.deals.models import Deal
from listings.deals.next_steps import next_steps

TAGS = {Deal.State.COMPLETED: "done", Deal.State.PUBLICITY: "open", **dict.fromkeys(Deal.BROKEN_OFF, "bad")}


def rows_of(request: HttpRequest, deals: list[Deal]) -> list[dict[str, Any]]:
    """Return what a list shows of deals, names masked for who may not read them."""
    kinds = {kind.pk: str(kind) for kind in RightKind.objects.all()}
    return [
        {
            "deal": deal,
            "names": selectors.names(request.user, deal),
            "kind": kinds.get(deal.right_kind, deal.right_kind),
            "place": place(deal),
            "tag": TAGS.get(Deal.State(deal.state), "wait"),
        }
        for deal in deals
    ]


def place(deal: Deal) -> str:
    """Return where it is, from the district down."""
    return " · ".join(unit.name for unit in reversed(ancestors(deal.division)[:-1] or [deal.division]))


def deals(request: HttpRequest) -> HttpResponse:
    """Show the published deals, newest first, narrowed by the filters in the URL."""
    form = FilterForm(request.GET or None)
    wanted = form.cleaned_data if form.is_bound and form.is_valid() else {}
    found = selectors.filtered(selectors.public_deals(), **wanted)
    page = selectors.deal_page(found, request.GET.get("after", ""))
    query = request.GET.copy()
    query["after"] = page.next_key
    context = {
        "form": form,
        "rows": rows_of(request, page.rows),
        "next": f"?{query.urlencode()}" if page.next_key else "",
        "crumbs": [(_("Home"), "/"), (_("Deals"), "")],
    }
    return render(request, "listings/deals/deals.html", context, status=400 if form.errors else 200)


def deal(request: HttpRequest, pk: str) -> HttpResponse:
    """Show one deal with its whole history; names, contract and money in full only to the parties and their offices."""
    row = get_object_or_404(selectors.visible_deals(request.user), pk=pk)
    inside = policies.may_see_names(request.user, row)
    contract = selectors.current_contract(row)
    context = {
        "deal": row,
        "headline": headline(row),
        "facts": facts(request, row),
        "steps": stages.stages(row) if row.listing else [],
        "history": stages.history(row),
        "same_day": stages.same_day(row),
        "contract": contract,
        "handover": getattr(row, "handover", None),
        "attestation": selectors.valid_attestation(row),
        "instalments": _instalments(row) if row.state not in Deal.BROKEN_OFF else [],
        "inside": inside,
        "late": selectors.is_late(row),
        "party": policies.is_party(request.user, row),
        "payments": row.payments.order_by("created_at") if inside else [],
        "payouts": row.payouts.order_by("created_at") if policies.may_see_payouts(request.user, row) else [],
        "rent_waits": policies.may_see_payouts(request.user, row) and selectors.waits_for_account(row),
        "sub_account": selectors.sub_account(row) if inside and row.state in Deal.PAYABLE else None,
        "next_instalment": selectors.next_instalment(row),
        "documents": _documents(row, contract) if inside else [],
        "next_steps": next_steps(request.user, row),
        "crumbs": [(_("Deals"), reverse("deals:list")), (place(row), "")],
    }
    return render(request, "listings/deals/deal.html", context)


def headline(row: Deal) -> str:
    """Say in a line where the deal stands."""
    if row.listing is None:
        return _("Entered from the past")
    words = {
        Deal.State.PUBLICITY: _("The result is published"),
        Deal.State.CONFIRMED: _("The result stands, the contract comes next"),
        Deal.State.CONTRACTED: _("Signed, the first payment comes next"),
        Deal.State.PAID: _("Paid, the hand-over comes next"),
        Deal.State.HANDED_OVER: _("Handed over, the certificate comes next"),
        Deal.State.COMPLETED: _("Completed, from the vote to the certificate"),
        Deal.State.CANCELLED: _("The result was cancelled"),
        Deal.State.DEFAULTED: _("The winner has backed out"),
    }
    return words[Deal.State(row.state)]


def facts(request: HttpRequest, row: Deal) -> list[tuple[str, Any]]:
    """Return the contract in brief, as pairs of label and value."""
    names = selectors.names(request.user, row)
    pairs: list[tuple[str, Any]] = [
        (_("Lessor"), names.lessor),
        (_("Lessee"), names.lessee),
        (_("Where"), place(row)),
        (_("Kind of right"), str(RightKind.objects.filter(pk=row.right_kind).first() or row.right_kind)),
    ]
    if row.area_m2:
        words = {"mu": square_metres_to_mu(row.area_m2), "m2": f"{row.area_m2:,}"}
        pairs.append((_("Area"), _("%(mu)s mu (%(m2)s m²)") % words))
    pairs.append((_("Term"), _term(row)))
    if row.use_text:
        pairs.append((_("Use"), row.use_text))
    if row.start_price_fen and row.competitive:
        more = divide_half_up((row.price_fen - row.start_price_fen) * 1000, row.start_price_fen)
        pairs.append((_("Above the start price"), f"{more / 10:.1f} %"))
    pairs.append((_("Closed on"), shown_day(row.closed_on)))
    return pairs if len(pairs) % 2 == 0 else [*pairs, (_("How"), row.get_transfer_mode_display())]


def _term(row: Deal) -> str:
    if row.term_from and row.term_to:
        return f"{row.term_from:%Y.%m.%d} – {row.term_to:%Y.%m.%d}"
    return term(row.term_months)


def _instalments(row: Deal) -> list[dict[str, Any]]:
    total, shown, today = 0, [], legal_day()
    for one in row.instalments.all():
        total += one.amount_fen
        overdue = one.paid_on is None and one.due_on is not None and one.due_on < today
        shown.append({"row": one, "total_fen": total, "overdue": overdue})
    return shown


def _documents(row: Deal, contract: Any) -> list[tuple[str, str, str]]:
    found = []
    if contract:
        signed = _("signed by both sides") if contract.is_signed else _("not yet signed by both sides")
        address = reverse("deals:contract_pdf", kwargs={"pk": row.pk})
        found.append((_("Contract %(number)s") % {"number": contract.number}, signed, address))
    sheet = getattr(row, "handover", None)
    if sheet and sheet.photo:
        address = reverse("deals:handover_photo", kwargs={"pk": row.pk})
        found.append((_("Photo of the hand-over"), shown_day(sheet.on_day), address))
    attestation = selectors.valid_attestation(row)
    if attestation:
        address = reverse("deals:attestation_pdf", kwargs={"pk": row.pk})
        words = f"{attestation.number} · {moment(attestation.issued_at)}"
        found.append((_("Attestation of the deal"), words, address))
    return found


def verify(request: HttpRequest) -> HttpResponse:
    """Ask for number and code of an attestation; both must fit."""
    form = VerifyForm(request.GET or None)
    context: dict[str, Any] = {"form": form, "crumbs": [(_("Home"), "/"), (_("Check a certificate"), "")]}
    if not form.is_bound or not form.is_valid():
        return render(request, "listings/deals/verify.html", context, status=400 if form.is_bound else 200)
    found = selectors.attestation_by_code(form.cleaned_data["code"])
    typed = "".join(sign for sign in form.cleaned_data["number"].upper() if sign.isalnum())
    if found and typed == found.number.replace("-", ""):
        return redirect("deals:verified", code=found.verify_code)
    return render(request, "listings/deals/verify.html", {**context, "unknown": True}, status=404)


def verified(request: HttpRequest, code: str) -> HttpResponse:
    """Say whether the attestation with this code is valid, revoked or unknown; names masked for everybody."""
    found = selectors.attestation_by_code(code)
    crumbs = [(_("Home"), "/"), (_("Check a certificate"), reverse("deals:verify"))]
    context: dict[str, Any] = {"form": VerifyForm(), "attestation": found, "code": grouped(code[:16].upper())}
    context["crumbs"] = [*crumbs, (found.number if found else context["code"], "")]
    if found:
        names = selectors.names(None, found.deal)
        context |= {"deal": found.deal, "names": names, "place": place(found.deal), "valid": found.revoked_at is None}
        context["right_kind"] = str(RightKind.objects.filter(pk=found.deal.right_kind).first() or "")
    answer = render(request, "listings/deals/verified.html", context, status=200 if found else 404)
    answer["X-Robots-Tag"] = "noindex"
    return answer
