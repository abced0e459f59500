"""The pages of loans in a real browser: no barrier that axe knows, nothing sideways, on phone and desktop."""

from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser

from tests.browser.test_face import SIDEWAYS, barriers
from tests.factories import make_cast
from tests.loans.cast import make_application, make_certified_right, make_loan

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def cookie(user: Any, address: str) -> dict[str, str]:
    client = Client()
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    return {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": address}


def test_farmer_and_bank_meet_no_barrier_on_phone_or_desktop(chromium: Browser, live_server: Any) -> None:
    cast = make_cast()
    right = make_certified_right(cast)
    fresh, loan = make_application(cast, right), make_loan(cast)
    pages = [
        (cast.farmer, "/loans/products/"),
        (cast.farmer, f"/loans/apply/{right.pk}/"),
        (cast.farmer, f"/loans/{loan.pk}/"),
        (cast.bank, "/bank/"),
        (cast.bank, f"/bank/{fresh.pk}/"),
        (cast.bank, f"/bank/{loan.application_id}/"),
    ]
    looked = 0
    for width in (390, 1440):
        for user, path in pages:
            context = chromium.new_context(
                base_url=live_server.url, locale="zh-CN", viewport={"width": width, "height": 900}
            )
            context.add_cookies([cookie(user, live_server.url)])
            page = context.new_page()
            answer = page.goto(path)
            assert answer is not None and (path, answer.status) == (path, 200)
            assert (path, width, page.evaluate(SIDEWAYS), barriers(page)) == (path, width, 0, [])
            context.close()
            looked += 1
    assert looked == 12
