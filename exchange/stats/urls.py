"""URLs of stats."""

from __future__ import annotations

from django.urls import URLPattern, path

from exchange.stats import api

page_urls: list[URLPattern] = []
api_urls = [path("figures/summary/", api.SummaryView.as_view(), name="stats-summary")]
