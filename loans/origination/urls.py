"""URLs of origination."""

from __future__ import annotations

from django.urls import path

from loans.origination import api
from loans.origination.views import bank, borrower, public

page_urls = [
    path("loans/products/", public.products, name="products"),
    path("loans/apply/", borrower.apply, name="apply_credit"),
    path("loans/apply/<uuid:right_id>/", borrower.apply, name="apply"),
    path("loans/applications/<uuid:application_id>/withdraw/", borrower.withdraw, name="withdraw"),
    path("bank/", bank.queue, name="bank"),
]
_APPLICATION = "loans/applications/<uuid:application_id>/"
api_urls = [
    path("loans/products/", api.ProductsView.as_view(), name="origination-products"),
    path("loans/applications/", api.ApplicationsView.as_view(), name="origination-applications"),
    path(_APPLICATION, api.ApplicationView.as_view(), name="origination-application"),
    # One URL for each verb: later stages add theirs beside these.
    *(
        path(f"{_APPLICATION}{verb}/", api.VerbView.as_view(verb=verb), name=f"origination-{verb}")
        for verb in api.VERBS
    ),
]
