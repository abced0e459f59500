"""The wall goes on by itself: a deal appears without a hand, and old data are called old."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import Browser, expect

from exchange.journal.services import record
from exchange.stats.selectors.places import wall_token
from tests.factories import Divisions, make_divisions

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def deal(places: Divisions, amount_fen: int) -> None:
    with transaction.atomic():
        record("deal.closed", subject=places.wuxing, by=None, division=places.wuxing, amount_fen=amount_fen)


def test_a_deal_appears_by_itself_and_old_data_are_called_old(chromium: Browser, live_server: Any) -> None:
    places = make_divisions()
    deal(places, 18_000_000_000)
    context = chromium.new_context(locale="en", viewport={"width": 1920, "height": 1080})
    page = context.new_page()
    page.clock.install()
    page.goto(f"{live_server.url}/screen/{wall_token(places.city)}/")
    total = page.locator(".kpi .main b")
    expect(total).to_have_attribute("aria-label", "1.80 ×10⁸ yuan")
    deal(places, 2_000_000_000)
    page.clock.run_for(5_500)
    expect(total).to_have_attribute("aria-label", "2.00 ×10⁸ yuan")
    expect(page.locator("#freshness")).to_have_text("Live · every 5 seconds")
    context.set_offline(True)
    for _ in range(6):
        page.clock.run_for(5_500)
        page.wait_for_timeout(100)
    expect(page.locator("#freshness")).to_have_text("No fresh data")
    assert page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]") == [
        1920,
        1080,
    ]
    context.close()
