"""URLs of stats."""

from __future__ import annotations

from django.urls import path

from exchange.stats import api, views

page_urls = [
    path("dashboard/", views.dashboard, name="dashboard"),
    path("dashboard/rows/", views.rows, name="rows"),
    path("screen/", views.screen, name="screen"),
    path("screen/<str:token>/", views.wall, name="wall"),
    path("figures/", views.open_data, name="open_data"),
]
api_urls = [path("figures/summary/", api.SummaryView.as_view(), name="stats-summary")]
