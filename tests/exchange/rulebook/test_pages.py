"""The rules are public, on the page and in the API; a new version comes in through the API."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from exchange.accounts.models import Role, User
from exchange.accounts.tokens import token_of
from exchange.clock import legal_day
from exchange.rulebook.models import RuleSet, RuleValue
from exchange.rulebook.wording import in_own_language
from tests.factories import Divisions, make_user

NEW = {
    "code": "standard",
    "right_kind": "forest",
    "division": "500119",
    "source": "test",
    "values": [{"key": "min_bidders", "value": 3, "unit": "bidder", "source": "test", "evidence": "U"}],
}


def post(client: Client, user: User | None, body: dict[str, Any], key: str = "") -> Any:
    headers = {"authorization": f"Bearer {token_of(user)}"} if user else {}
    if key:
        headers["idempotency-key"] = key
    return client.post("/api/v1/rules/", body, content_type="application/json", headers=headers)


def test_anybody_reads_the_rules_with_their_sources(client: Client, rulebook: Divisions) -> None:
    page = client.get("/rules/", headers={"accept-language": "en"})
    text = page.content.decode()
    assert page.status_code == 200
    assert "Civil Code, article 705" in text
    assert "20 years" in text
    assert "For demonstration only" in text


def test_the_page_narrows_to_a_place(client: Client, rulebook: Divisions) -> None:
    there = client.get("/rules/?division=500155").content.decode()
    here = client.get("/rules/?division=500119").content.decode()
    assert ("南川区 · " in here, "南川区 · " in there) == (True, False)
    assert client.get("/rules/?division=%00x").status_code == 400


def test_the_place_is_picked_from_a_list_and_a_smaller_one_by_its_address(client: Client, rulebook: Divisions) -> None:
    page = client.get("/rules/?division=500155").content.decode()
    assert '<option value="500155" selected>梁平区</option>' in page
    assert '<option value="500119">南川区</option>' in page
    assert '<input name="division"' not in page
    assert (
        '<option value="500119118203" selected>五星村</option>'
        in client.get("/rules/?division=500119118203").content.decode()
    )


def words_of(client: Client, language: str) -> str:
    return client.get("/rules/", headers={"accept-language": language}).content.decode()


def test_sources_and_notes_are_in_the_readers_language(client: Client, rulebook: Divisions) -> None:
    chinese, english = words_of(client, "zh-hans"), words_of(client, "en")
    for zh, en in [
        ("民法典第705条", "Civil Code, article 705"),
        ("二十年零一天即拒绝。", "Twenty years and one day is refused."),
        ("一般不超过底价的30%。", "Commonly not more than 30% of the floor price."),
    ]:
        assert [zh in chinese, en in chinese, zh in english, en in english] == [True, False, False, True], zh


def test_every_source_and_note_of_the_products_own_rules_has_its_english(rulebook: Divisions) -> None:
    said = set()
    for model in (RuleSet, RuleValue):
        for source, note in model.objects.values_list("source", "note"):
            said |= {source, note} - {""}
    assert len(said) > 60
    assert [text for text in said if re.search("[一-龥]", in_own_language(text))] == []


def test_the_page_costs_few_queries(client: Client, rulebook: Divisions, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(12):
        client.get("/rules/")


def test_the_api_says_what_applies_and_where_it_comes_from(client: Client, rulebook: Divisions) -> None:
    found = client.get("/api/v1/rules/effective/?division=500119118203&right_kind=construction_land").json()
    assert found["lease_right_mortgageable"]["value"] is True
    assert found["lease_right_mortgageable"]["division"] == "500119"
    assert found["announcement_period"]["unit"] == "calendar_day"
    sets = client.get("/api/v1/rules/?code=demonstration").json()
    assert [(entry["division"], entry["code"]) for entry in sets] == [("500000", "demonstration")]


@pytest.mark.parametrize(
    ("query", "status"),
    [("", 400), ("?division=500119&right_kind=castle", 400), ("?division=999999&right_kind=forest", 404)],
)
def test_a_wrong_question_is_answered_as_such(client: Client, rulebook: Divisions, query: str, status: int) -> None:
    assert client.get(f"/api/v1/rules/effective/{query}").status_code == status


def test_the_administrator_publishes_once_however_often_it_is_sent(client: Client, rulebook: Divisions) -> None:
    administrator = make_user("rules", Role.ADMINISTRATOR, rulebook.nanchuan)
    body = NEW | {"valid_from": legal_day().isoformat()}
    first = post(client, administrator, body, "k1")
    again = post(client, administrator, body, "k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["id"] == again.json()["id"]
    assert RuleSet.objects.filter(right_kind="forest", division=rulebook.nanchuan).count() == 1


def test_others_are_refused(client: Client, rulebook: Divisions) -> None:
    body = NEW | {"valid_from": legal_day().isoformat()}
    before = RuleSet.objects.count()
    assert post(client, None, body).status_code == 401
    assert post(client, make_user("stranger"), body).status_code == 403
    administrator = make_user("rules", Role.ADMINISTRATOR, rulebook.nanchuan)
    wrong = body | {"values": [body["values"][0] | {"value": 0}]}
    answer = post(client, administrator, wrong)
    assert (answer.status_code, answer.json()["code"]) == (409, "impossible_value")
    assert RuleSet.objects.count() == before
