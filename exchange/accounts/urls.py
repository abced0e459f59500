"""URLs of accounts."""

from __future__ import annotations

from django.urls import path

from exchange.accounts import api, views

page_urls = [
    path("start/", views.start, name="start"),
    path("notices/", views.notices, name="notices"),
    path("notices/<uuid:notice_id>/read/", views.read_notice, name="read_notice"),
]
api_urls = [
    path("auth/token/", api.TokenView.as_view(), name="accounts-token"),
    path("auth/me/", api.WhoView.as_view(), name="accounts-me"),
]
