"""The shared parts in a real browser: no barrier that axe knows, nothing sideways, no letter too small."""

from urllib.parse import urljoin

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PAGES = ["/", "/styleguide/", "/styleguide/office/", "/account/login/", "/no-such-page/"]
LETTERS = """() => [...document.querySelectorAll("svg text")]
    .filter((text) => text.getBoundingClientRect().width)
    .map((text) => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a)"""
SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def page(chromium: Browser, live_server, settings) -> Page:
    """A page of a demonstration in Chinese, without motion."""
    settings.DEMONSTRATION = True
    context = chromium.new_context(base_url=live_server.url, locale="zh-CN", reduced_motion="reduce")
    yield context.new_page()
    context.close()


def larger(page: Page) -> None:
    page.context.add_cookies([{"name": "size", "value": "large", "url": urljoin(page.url, "/")}])


def barriers(page: Page) -> list[str]:
    found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    return [f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]]


@pytest.mark.parametrize("width", [390, 1440])
def test_no_page_has_a_barrier_in_either_size_of_type(page, width):
    page.set_viewport_size({"width": width, "height": 900})
    for path in PAGES:
        page.goto(path)
        assert (path, barriers(page)) == (path, [])
    larger(page)
    for path in PAGES:
        page.goto(path)
        assert page.locator("html[data-size=large]").count() == 1
        assert (path, barriers(page)) == (path, [])


def test_nothing_scrolls_sideways_on_the_narrowest_phone(page):
    page.set_viewport_size({"width": 320, "height": 700})
    for path in PAGES:
        page.goto(path)
        assert (path, page.evaluate(SIDEWAYS)) == (path, 0)
    larger(page)
    for path in PAGES:
        page.goto(path)
        assert page.locator("html[data-size=large]").count() == 1
        assert (path, page.evaluate(SIDEWAYS)) == (path, 0)


def test_no_letter_in_a_chart_is_smaller_than_12_pixels_at_any_width(page):
    for path in ("/styleguide/", "/styleguide/office/"):
        page.goto(path)
        for width in (320, 390, 700, 1024, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            letters = page.evaluate(LETTERS)
            assert len(letters) > 50
            assert (path, width, min(letters)) >= (path, width, 11.9)


def test_the_check_finds_a_barrier_where_there_is_one(page):
    page.goto("/account/login/")
    page.evaluate("() => document.querySelector('input[name=login]').labels.forEach((label) => label.remove())")
    page.evaluate("() => document.querySelector('input[name=login]').removeAttribute('placeholder')")
    assert any(barrier.startswith("label:") for barrier in barriers(page))


def test_large_type_needs_no_reload_and_stays(page):
    page.goto("/")
    page.get_by_role("button", name="大字版").click()
    assert page.evaluate("() => document.documentElement.dataset.size") == "large"
    page.reload()
    assert page.evaluate("() => document.documentElement.dataset.size") == "large"
    page.get_by_role("button", name="大字版").click()
    page.reload()
    assert page.evaluate("() => document.documentElement.dataset.size") is None


def test_large_type_works_without_javascript(chromium, live_server):
    context = chromium.new_context(base_url=live_server.url, locale="zh-CN", java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    page.get_by_role("button", name="大字版").click()
    assert page.locator("html[data-size=large]").count() == 1
    context.close()


def test_the_content_policy_stops_nothing_of_ours(page):
    refused = []
    page.on("console", lambda message: refused.append(message.text) if "Content Security" in message.text else None)
    for path in [*PAGES, "/styleguide/wall/"]:
        page.goto(path)
    assert refused == []
