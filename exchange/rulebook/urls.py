"""URLs of rulebook."""

from __future__ import annotations

from django.urls import path

from exchange.rulebook import api, views

page_urls = [path("rules/", views.rules, name="list")]
api_urls = [
    path("rules/", api.RulesView.as_view(), name="rulebook-rules"),
    path("rules/effective/", api.EffectiveRulesView.as_view(), name="rulebook-effective"),
]
