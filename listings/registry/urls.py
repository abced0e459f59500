"""URLs of the register of rights."""

from __future__ import annotations

from django.urls import path

from listings.registry import api, views

page_urls = [
    path("rights/", views.rights, name="list"),
    path("village/rights/new/", views.enter_land, name="enter_land"),
    path("village/collectives/<uuid:pk>/account/", views.account, name="account"),
]
api_urls = [
    path("rights/", api.RightsView.as_view(), name="registry-rights"),
    path("rights/collectives/", api.CollectivesView.as_view(), name="registry-collectives"),
]
