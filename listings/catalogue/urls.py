"""URLs of listings."""

from __future__ import annotations

from django.urls import path

from listings.catalogue import api
from listings.catalogue.views import public, review, village

page_urls = [
    path("listings/", public.hall, name="list"),
    path("listings/<uuid:listing_id>/", public.listing, name="listing"),
    path("listings/<uuid:listing_id>/files/<uuid:document_id>/", public.document, name="document"),
    path("village/", village.workbench, name="village"),
    path("village/rights/<uuid:right_id>/list/", village.draft, name="draft"),
    path("village/listings/<uuid:listing_id>/", village.tasks, name="tasks"),
    path("village/listings/<uuid:listing_id>/withdraw/", village.withdraw, name="withdraw"),
    path("village/listings/<uuid:listing_id>/<slug:task>/", village.task, name="task"),
    path(
        "village/listings/<uuid:listing_id>/files/<uuid:document_id>/remove/",
        village.remove_document,
        name="remove_document",
    ),
    path("review/", review.queue, name="queue"),
    path("review/<uuid:listing_id>/", review.case, name="case"),
    path("review/<uuid:listing_id>/approve/", review.approve, name="approve"),
    path("review/<uuid:listing_id>/return/", review.send_back, name="return"),
    path("review/<uuid:listing_id>/announce/", review.announce, name="announce"),
]
api_urls = [
    path("listings/", api.ListingsView.as_view(), name="catalogue-listings"),
    path("listings/<uuid:listing_id>/", api.ListingView.as_view(), name="catalogue-listing"),
    path("listings/<uuid:listing_id>/<slug:verb>/", api.VerbView.as_view(), name="catalogue-verb"),
]
