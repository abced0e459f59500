"""URLs of servicing."""

from __future__ import annotations

from django.urls import path

from loans.servicing import api
from loans.servicing.views import bank, borrower

page_urls = [
    path("loans/", borrower.front, name="front"),
    path("loans/bank/", bank.loans, name="list"),
    path("loans/mine/", borrower.mine, name="mine"),
    path("loans/<uuid:loan_id>/", borrower.loan, name="loan"),
    path("bank/<uuid:application_id>/", bank.case, name="case"),
    path("bank/<uuid:application_id>/<slug:verb>/", bank.act, name="act"),
]
api_urls = [
    path("loans/", api.LoansView.as_view(), name="servicing-loans"),
    path("loans/<uuid:loan_id>/", api.LoanView.as_view(), name="servicing-loan"),
    *(
        path(f"loans/<uuid:loan_id>/{verb}/", api.VerbView.as_view(verb=verb), name=f"servicing-{verb}")
        for verb in api.VERBS
    ),
    path("loans/applications/<uuid:application_id>/disburse/", api.DisburseView.as_view(), name="servicing-disburse"),
]
