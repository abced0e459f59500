"""URLs of ledger."""

from __future__ import annotations

from django.urls import URLPattern, path

from exchange.ledger import views

page_urls = [path("sandbox/bank/", views.sandbox_bank, name="sandbox_bank")]
api_urls: list[URLPattern] = []
