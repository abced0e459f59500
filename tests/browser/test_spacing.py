"""On phone and desktop, nothing sticks to the heading above it, and pictures of listings keep their shape."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.factories import make_announcement, make_cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# For every visible heading: how many pixels lie between its last line and what follows it in its own column.
GAPS = """() => [...document.querySelectorAll("main :is(h1, h2, h3)")].flatMap((heading) => {
    const next = heading.nextElementSibling
    if (!next || heading.classList.contains("vh") || next.classList.contains("vh")) return []
    const [above, below] = [heading.getBoundingClientRect(), next.getBoundingClientRect()]
    if (!above.height || !below.height || below.top < above.top + above.height / 2) return []
    return [[heading.textContent.trim(), below.top - above.bottom]]
})"""
SHAPES = """() => [...document.querySelectorAll(".lot .pic img")].map((image) => {
    const box = image.getBoundingClientRect()
    return box.width / box.height
})"""


@pytest.fixture
def page(chromium: Browser, live_server: Any) -> Any:
    """A page with one announced listing behind it."""
    make_announcement(make_cast())
    context = chromium.new_context(base_url=live_server.url, locale="zh-CN", reduced_motion="reduce")
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("width", [390, 1440])
def test_what_follows_a_heading_does_not_stick_to_it(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    seen = 0
    for path in ("/", "/listings/", "/rules/", "/figures/", "/loans/products/", "/deals/", "/verify/"):
        assert page.goto(path).ok
        gaps = page.evaluate(GAPS)
        assert (path, [gap for gap in gaps if gap[1] < 3]) == (path, [])
        seen += len(gaps)
    assert seen >= 10


@pytest.mark.parametrize("width", [390, 1440])
def test_a_photo_on_a_card_is_16_to_9(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/")
    shapes = page.evaluate(SHAPES)
    assert len(shapes) == 1
    assert shapes[0] == pytest.approx(16 / 9, abs=0.02)
