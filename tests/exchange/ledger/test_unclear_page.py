"""The finance clerks' page and API of money that belongs to nobody yet."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from exchange.accounts.models import User
from exchange.accounts.tokens import token_of
from exchange.ledger.models import BankOrder, UnclearMoney
from exchange.ledger.services.orders import settle_order
from exchange.ledger.services.unclear import settle_unclear
from tests.exchange.ledger.clerks import Clerks, confirm, fresh, make_clerks, make_unclear, propose

pytestmark = pytest.mark.django_db
S = UnclearMoney.State
LIST = "/unclear-money/"
TYPED = {"to_name": "李大山", "to_account": "6217 0012 3456 78", "reason": "He sent the receipt."}


@pytest.fixture
def clerks() -> Clerks:
    return make_clerks()


@pytest.fixture
def row(clerks: Clerks) -> UnclearMoney:
    return make_unclear()


def browser(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    return client


def page(row: UnclearMoney, verb: str = "") -> str:
    return reverse("ledger:unclear", kwargs={"pk": row.pk}) + (f"{verb}/" if verb else "")


def seen(answer: Any) -> str:
    return unescape(answer.content.decode())


def test_the_list_shows_what_waits_and_on_demand_everything(clerks: Clerks, row: UnclearMoney) -> None:
    done = confirm(propose(make_unclear(990), clerks.first), clerks.second)
    settle_order(reference=done.order.reference, paid=True)
    settle_unclear(reference=done.order.reference, paid=True)
    client = browser(clerks.first)
    waiting, everything = seen(client.get(LIST)), seen(client.get(f"{LIST}?all=1"))
    assert ("¥42.00" in waiting, "¥9.90" in waiting) == (True, False)
    assert ("¥42.00" in everything, "¥9.90" in everything, "sent back" in everything) == (True, True, True)
    assert "Nothing has to be clarified" in seen(browser(clerks.liangping).get(LIST))
    assert browser(clerks.stranger).get(LIST).status_code == 404


def test_one_clerk_proposes_on_the_page_and_another_confirms(clerks: Clerks, row: UnclearMoney) -> None:
    first, second = browser(clerks.first), browser(clerks.second)
    assert "does not say from which account" in seen(first.get(page(row)))
    for _press in range(2):
        answer = first.post(page(row, "propose"), TYPED | {"request_key": "a"}, follow=True)
        assert answer.redirect_chain == [(page(row), 302)]
    assert "Another finance clerk has to confirm it." in seen(answer) and "Confirm and pay" not in seen(answer)
    assert "Confirm and pay" in seen(second.get(page(row)))
    for _press in range(2):
        answer = second.post(page(row, "confirm"), {"proposal": 1, "request_key": "b"}, follow=True)
        assert answer.status_code == 200
    assert (fresh(row).state, BankOrder.objects.count()) == (S.ORDERED, 1)
    again = second.post(page(row, "confirm"), {"proposal": 1, "request_key": "c"})
    assert (again.status_code, "No proposal waits here any more" in seen(again)) == (409, True)
    assert BankOrder.objects.count() == 1


def test_a_wrong_account_number_is_told_at_its_field_and_the_typed_words_stay(
    clerks: Clerks, row: UnclearMoney
) -> None:
    answer = browser(clerks.first).post(page(row, "propose"), TYPED | {"to_account": "12ab", "request_key": "a"})
    html = seen(answer)
    assert (answer.status_code, fresh(row).state) == (409, S.WAITING)
    assert 'href="#propose_to_account"' in html and html.count("An account number has 8 to 32 digits.") == 2
    assert 'value="12ab"' in html and "He sent the receipt." in html


def test_the_second_clerk_turns_a_proposal_down(clerks: Clerks, row: UnclearMoney) -> None:
    propose(row, clerks.first)
    second = browser(clerks.second)
    empty = second.post(page(row, "decline"), {"proposal": 1, "request_key": "a", "note": ""})
    assert (empty.status_code, fresh(row).state) == (400, S.PROPOSED)
    second.post(page(row, "decline"), {"proposal": 1, "request_key": "b", "note": "The name is another"})
    assert fresh(row).state == S.WAITING
    assert "The name is another" in seen(browser(clerks.first).get(page(row)))


def test_an_auditor_reads_and_is_offered_nothing(clerks: Clerks, row: UnclearMoney) -> None:
    client = browser(clerks.auditor)
    assert ("<form" in seen(client.get(page(row))).split("<main")[1], client.get(LIST).status_code) == (False, 200)
    answer = client.post(page(row, "propose"), TYPED | {"request_key": "a"})
    assert (answer.status_code, fresh(row).state) == (403, S.WAITING)
    assert "Only a finance clerk of this place" in seen(answer)
    assert client.post(page(row, "burn"), {}).status_code == 404


def test_the_page_speaks_chinese(clerks: Clerks, row: UnclearMoney) -> None:
    with translation.override("zh-hans"):
        html = browser(clerks.first).get(page(row), headers={"accept-language": "zh-hans"}).content.decode()
    assert "待查" in html and "用途不明的款项" in html and "名次" not in html and "suspense" not in html


def call(user: User, row: UnclearMoney, verb: str, body: dict[str, Any], key: str = "") -> Any:
    address = reverse(f"api:ledger-unclear-{verb}", kwargs={"pk": row.pk})
    headers = {"Authorization": f"Bearer {token_of(user)}"} | ({"Idempotency-Key": key} if key else {})
    return Client().post(address, body, content_type="application/json", headers=headers)


def test_a_program_proposes_and_confirms_once(clerks: Clerks, row: UnclearMoney) -> None:
    proposed = call(clerks.first, row, "propose", TYPED, "a").json()
    assert (proposed["state"], proposed["amount"], proposed["to_account"]) == ("proposed", "42.00", "62170012345678")
    same = call(clerks.first, row, "confirm", {"proposal": 1}, "b")
    assert (same.status_code, same.json()["code"]) == (403, "same_person")
    answers = [call(clerks.second, row, "confirm", {"proposal": 1}, "c") for _press in range(2)]
    assert [answer.json()["order"] for answer in answers] == [f"unclear-{row.pk}-1"] * 2
    assert BankOrder.objects.count() == 1
    other = call(clerks.second, row, "confirm", {"proposal": 2}, "c")
    assert (other.status_code, BankOrder.objects.count()) == (422, 1)


def test_a_program_is_told_the_wrong_field_and_reads_the_list(clerks: Clerks, row: UnclearMoney) -> None:
    answer = call(clerks.first, row, "propose", TYPED | {"to_account": "1"})
    assert (answer.status_code, list(answer.json()["fields"])) == (409, ["to_account"])
    assert call(clerks.liangping, row, "propose", TYPED).status_code == 404
    headers = {"Authorization": f"Bearer {token_of(clerks.auditor)}"}
    listed = Client().get(reverse("api:ledger-unclear-list"), headers=headers).json()["results"]
    assert [(one["id"], one["state"]) for one in listed] == [(str(row.pk), "waiting")]
