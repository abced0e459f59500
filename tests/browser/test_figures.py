"""The public figures and the dashboard in a real browser: on a phone no table is cut, no box stands alone."""

from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Browser

from exchange.accounts.models import Role
from tests.browser.test_face import SIDEWAYS, barriers
from tests.browser.test_loans import cookie
from tests.exchange.stats.conftest import record_deal
from tests.factories import make_divisions, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CUT = """[...document.querySelectorAll('.tbw, .scroll')].filter(box => box.scrollWidth > box.clientWidth)
    .map(box => `${box.getAttribute('aria-label')} ${box.scrollWidth} > ${box.clientWidth}`)"""


def test_on_a_phone_every_table_of_figures_is_seen_whole(chromium: Browser, live_server: Any) -> None:
    """Sums of ten digits, as an imported past has them; the tables of the chart are opened."""
    divisions = make_divisions()
    leader = make_user("leader", Role.LEADER, divisions.city)
    for year in (2023, 2024):
        record_deal(divisions.wuxing, day=date(year, 10, 28), amount_fen=1_234_567_890_00, origin="imported")
    context = chromium.new_context(base_url=live_server.url, locale="zh-CN", viewport={"width": 390, "height": 900})
    context.add_cookies([cookie(leader, live_server.url)])
    page = context.new_page()
    for path in ("/figures/", "/figures/?division=500119", "/dashboard/"):
        answer = page.goto(path)
        assert answer is not None and (path, answer.status) == (path, 200)
        page.eval_on_selector_all("details.dt", "every => every.forEach(one => one.open = true)")
        assert page.locator("table.tb").count() >= 3
        assert (path, page.evaluate(CUT), page.evaluate(SIDEWAYS), barriers(page)) == (path, [], 0, [])
    box, words = page.locator(".ck input").bounding_box(), page.locator(".ck").bounding_box()
    assert box is not None and words is not None and words["height"] >= 44
    assert abs(box["y"] + box["height"] / 2 - words["y"] - words["height"] / 2) < 2, "the box is beside its words"
    context.close()
