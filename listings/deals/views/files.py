"""Documents of a deal, as downloads, for its parties and their offices."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.db.models.fields.files import FieldFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from listings.deals import policies, selectors
from listings.deals.models import Deal


def _inside(request: HttpRequest, pk: str) -> Deal:
    deal = get_object_or_404(selectors.visible_deals(request.user), pk=pk)
    if not policies.may_see_names(request.user, deal):
        raise Http404
    return deal


def _send(file: FieldFile, sha256: str, name: str, media_type: str = "application/pdf") -> HttpResponse:
    answer = HttpResponse(selectors.sound_bytes(file, sha256), content_type=media_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer


@login_required
def contract_pdf(request: HttpRequest, pk: str) -> HttpResponse:
    """Send the newest version of the contract."""
    contract = selectors.current_contract(_inside(request, pk))
    if contract is None:
        raise Http404
    return _send(contract.pdf, contract.sha256, f"{contract.number}.pdf")


@login_required
def attestation_pdf(request: HttpRequest, pk: str) -> HttpResponse:
    """Send the attestation in force."""
    attestation = selectors.valid_attestation(_inside(request, pk))
    if attestation is None:
        raise Http404
    return _send(attestation.pdf, attestation.sha256, f"{attestation.number}.pdf")


@login_required
def handover_photo(request: HttpRequest, pk: str) -> HttpResponse:
    """Send the photo of the hand-over."""
    sheet = getattr(_inside(request, pk), "handover", None)
    if sheet is None or not sheet.photo:
        raise Http404
    return _send(sheet.photo, sheet.photo_sha256, "handover.jpg", "image/jpeg")
