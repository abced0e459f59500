"""URLs of ledger."""

from __future__ import annotations

from django.urls import path

from exchange.ledger import api
from exchange.ledger.views import sandbox, unclear

_MONEY = "unclear-money/<uuid:pk>/"
page_urls = [
    path("sandbox/bank/", sandbox.sandbox_bank, name="sandbox_bank"),
    path("unclear-money/", unclear.money, name="unclear_list"),
    path(_MONEY, unclear.one, name="unclear"),
    path(f"{_MONEY}<slug:verb>/", unclear.act, name="unclear_act"),
]
api_urls = [
    path("unclear-money/", api.UnclearListView.as_view(), name="ledger-unclear-list"),
    path(_MONEY, api.UnclearView.as_view(), name="ledger-unclear"),
    *(path(f"{_MONEY}{verb}/", api.VerbView.as_view(verb=verb), name=f"ledger-unclear-{verb}") for verb in api.VERBS),
]
