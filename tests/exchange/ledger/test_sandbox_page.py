"""In a demonstration anybody logged in pays in at the sandbox bank; elsewhere there is no such page."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from exchange.accounts.models import User
from exchange.errors import NotAllowed
from exchange.ledger.services import sandbox
from exchange.ledger.services.accounts import open_sub_account
from exchange.ledger.services.statements import poll_bank
from tests.bank import SandboxBank
from tests.exchange.ledger.cast import state
from tests.factories import make_user

pytestmark = pytest.mark.django_db
ADDRESS = "/sandbox/bank/"


@pytest.fixture
def farmer(settings: Any) -> User:
    settings.DEMONSTRATION = True
    return make_user("farmer", full_name="李大山")


@pytest.fixture
def browser(farmer: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(farmer, "allauth.account.auth_backends.AuthenticationBackend")
    return client


def form(number: str = "8823119", /, **changes: str) -> dict[str, str]:
    typed = {
        "request_key": "k1",
        "number": number,
        "payer_name": "李大山",
        "payer_account": "6217 0012 3456 78",
        "amount_fen": "6,000.50",
    }
    return typed | changes


def lines(sandbox_bank: SandboxBank) -> list[tuple[str, str, int]]:
    found = [entry["line"] for entry in sandbox_bank.entries]
    return [(line["payer_name"], line["payer_account"], line["amount_fen"]) for line in found]


def test_what_is_paid_in_reaches_the_sub_account(sandbox_bank: SandboxBank, browser: Client, farmer: User) -> None:
    sub = open_sub_account(purpose="deposit", subject=farmer, division=None, payer_name="李大山")
    answer = browser.post(ADDRESS, form(sub.number), follow=True)
    assert (answer.redirect_chain, lines(sandbox_bank)) == ([(ADDRESS, 302)], [("李大山", "62170012345678", 600_050)])
    assert "¥6,000.50" in answer.content.decode()
    assert (poll_bank(), state(sub.account)) == (1, (600_050, 0))


def test_a_second_click_pays_once(sandbox_bank: SandboxBank, browser: Client) -> None:
    for _click in (1, 2):
        assert browser.post(ADDRESS, form("88231190000000000")).status_code == 302
    assert len(lines(sandbox_bank)) == 1


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"amount_fen": "1.234"}, 400, "amount"),
        ({"amount_fen": "0"}, 409, "The amount must be more than nothing."),
        ({"payer_account": "12ab"}, 400, "An account number has 8 to 32 digits."),
        ({"number": ""}, 400, "Fill this in."),
    ],
)
def test_a_wrong_form_pays_nothing_and_keeps_what_was_typed(
    sandbox_bank: SandboxBank, browser: Client, changes: dict[str, str], status: int, words: str
) -> None:
    answer = browser.post(ADDRESS, form(**changes))
    page = unescape(answer.content.decode())
    assert (answer.status_code, lines(sandbox_bank)) == (status, [])
    assert words.lower() in page.lower() and 'value="李大山"' in page


def test_a_bank_that_is_away_is_said_and_nothing_is_lost(sandbox_bank: SandboxBank, browser: Client) -> None:
    sandbox_bank.kill()
    assert "The bank does not answer." in browser.get(ADDRESS).content.decode()
    answer = browser.post(ADDRESS, form("8823119"))
    assert answer.status_code == 503
    assert "please try again in a minute" in answer.content.decode() and "6,000.50" in answer.content.decode()
    sandbox_bank.restart()
    assert browser.post(ADDRESS, form("8823119")).status_code == 302
    assert len(lines(sandbox_bank)) == 1


def test_the_page_can_be_filled_in_by_a_link(sandbox_bank: SandboxBank, browser: Client) -> None:
    page = browser.get(ADDRESS, {"number": "882311900", "amount_fen": "12.00"}).content.decode()
    assert 'value="882311900"' in page and 'value="12.00"' in page and 'value="李大山"' in page


def test_a_stranger_logs_in_first(sandbox_bank: SandboxBank, farmer: User) -> None:
    answer = Client().post(ADDRESS, form("8823119"))
    assert (answer.status_code, lines(sandbox_bank)) == (302, [])


def test_outside_a_demonstration_there_is_no_page_and_no_service(
    sandbox_bank: SandboxBank, browser: Client, farmer: User, settings: Any
) -> None:
    settings.DEMONSTRATION = False
    assert (browser.get(ADDRESS).status_code, browser.post(ADDRESS, form("8")).status_code) == (404, 404)
    with pytest.raises(NotAllowed):
        sandbox.pay_in(number="8", payer_name="x", payer_account="1", amount_fen=1, by=farmer)
    assert lines(sandbox_bank) == []


def test_the_page_speaks_chinese(sandbox_bank: SandboxBank, browser: Client) -> None:
    with translation.override("zh-hans"):
        page = browser.get(ADDRESS, headers={"accept-language": "zh-hans"}).content.decode()
    assert "练习用银行" in page
