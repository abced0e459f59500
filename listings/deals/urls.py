"""URLs of deals."""

from __future__ import annotations

from django.urls import path

from listings.deals import api
from listings.deals.views import files, office, public, steps

_DEAL = "deals/<uuid:pk>/"
page_urls = [
    path("deals/", public.deals, name="list"),
    path("deals/office/", office.office, name="office"),
    path("my/deals/", office.mine, name="mine"),
    path(_DEAL, public.deal, name="deal"),
    path(f"{_DEAL}draw-up/", steps.draw_up, name="draw_up"),
    path(f"{_DEAL}sign/", steps.sign, name="sign"),
    path(f"{_DEAL}contract.pdf", files.contract_pdf, name="contract_pdf"),
    path(f"{_DEAL}hand-over/", steps.hand_over, name="hand_over"),
    path(f"{_DEAL}hand-over/confirm/", steps.confirm_handover, name="confirm_handover"),
    path(f"{_DEAL}hand-over/photo/", files.handover_photo, name="handover_photo"),
    path(f"{_DEAL}attest/", steps.attest, name="attest"),
    path(f"{_DEAL}attestation.pdf", files.attestation_pdf, name="attestation_pdf"),
    path(f"{_DEAL}revoke/", steps.revoke, name="revoke"),
    path(f"{_DEAL}certificate/", steps.certificate, name="certificate"),
    path(f"{_DEAL}cancel/", steps.cancel, name="cancel"),
    path(f"{_DEAL}default/", steps.default, name="default"),
    path(f"{_DEAL}default/decline/", steps.decline_default, name="decline_default"),
    path("verify/", public.verify, name="verify"),
    path("verify/<str:code>/", public.verified, name="verified"),
]
api_urls = [
    path("deals/", api.DealsView.as_view(), name="deals-deals"),
    path(_DEAL, api.DealView.as_view(), name="deals-deal"),
    path(f"{_DEAL}<slug:verb>/", api.VerbView.as_view(), name="deals-verb"),
]
