"""The API of deals: the keys that were promised, filters, and every step by its verb."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from exchange.accounts.models import User
from exchange.accounts.tokens import token_of
from exchange.clock import legal_day
from exchange.journal.models import Origin
from listings.deals.models import Contract, Deal, Handover
from tests.factories import Cast
from tests.listings.deals.life import CLAUSES, confirm, fresh, make_deal, make_farmers_deal, pay_first
from tests.listings.deals.test_import_deals import line, load

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_time")]


def call(person: User, deal: Deal, verb: str, key: str = "", **body: Any) -> Any:
    headers = {"HTTP_AUTHORIZATION": f"Bearer {token_of(person)}", "HTTP_IDEMPOTENCY_KEY": key}
    address = f"/api/v1/deals/{deal.pk}/{verb}/"
    return Client().post(address, body, content_type="application/json", **headers)


def listed(query: str = "") -> list[dict[str, Any]]:
    answer = Client().get(f"/api/v1/deals/{query}")
    assert answer.status_code == 200
    return list(answer.json()["results"])


def test_an_item_has_the_promised_keys(cast: Cast) -> None:
    deal = make_farmers_deal(cast)
    (item,) = listed("?division=500119")
    wanted = {
        "number": deal.number,
        "division": "500119118203",
        "right_kind": "construction_land",
        "price": "35000.00",
        "price_unit": "yuan_per_year",
        "term_years": 20,
        "term_months": 240,
        "area_m2": "2800.00",
        "amount": "700000.00",
        "closed_on": deal.closed_on.isoformat(),
        "state": "publicity",
        "origin": "platform",
        "lessee": "李**",
    }
    assert {key: item[key] for key in wanted} == wanted


def test_the_list_follows_its_filters_and_leaves_simulated_deals_out(cast: Cast) -> None:
    load(line(), line(ref="LP-2", right_kind="forest", closed_on="2021-01-04"))
    deal = make_deal(cast)
    Deal.objects.filter(pk=deal.pk).update(origin=Origin.SIMULATED)
    assert [item["number"] for item in listed("?division=500155")] == ["LP-2", "LP-1"]
    assert listed("?division=500119") == []
    assert len(listed("?division=500119&origin=all")) == 1
    assert len(listed("?origin=all")) == 3
    assert [item["number"] for item in listed("?right_kind=forest")] == ["LP-2"]
    assert [item["number"] for item in listed("?last=2020-01-01")] == ["LP-1"]
    assert Client().get("/api/v1/deals/?division=x").status_code == 400


def test_a_deal_goes_its_way_by_the_api(cast: Cast) -> None:
    deal = confirm(make_farmers_deal(cast))
    refused = call(cast.organiser, deal, "contract", **{**CLAUSES, "ecology": ""})
    assert (refused.status_code, refused.json()["code"], list(refused.json()["fields"])) == (
        409,
        "missing_clause",
        ["ecology"],
    )
    first = call(cast.organiser, deal, "contract", "k", **CLAUSES)
    assert first.json() == call(cast.organiser, deal, "contract", "k", **CLAUSES).json()
    assert call(cast.organiser, deal, "contract", "k", **{**CLAUSES, "ecology": "x"}).status_code == 422
    sha256 = first.json()["contract"]["sha256"]
    assert Contract.objects.get().sha256 == sha256
    assert call(cast.village, deal, "sign", sha256="0" * 64).status_code == 409
    assert call(cast.stranger, deal, "sign", sha256=sha256).status_code == 403
    assert call(cast.village, deal, "sign", "s", sha256=sha256).status_code == 200
    assert call(cast.village, deal, "sign", "s", sha256=sha256).status_code == 200
    signed = call(cast.farmer, deal, "sign", sha256=sha256).json()
    assert (signed["state"], len(signed["instalments"])) == ("contracted", 20)
    assert signed["instalments"][0] == {
        "n": 1,
        "due_on": signed["instalments"][0]["due_on"],
        "amount": "35000.00",
        "paid": "6000.00",
        "paid_on": None,
    }
    deal = pay_first(fresh(deal))
    today = legal_day().isoformat()
    written = call(cast.village, deal, "hand-over", on_day=today, place_note="界桩").json()
    assert (written["state"], written["handover"]["place_note"]) == ("paid", "界桩")
    assert Handover.objects.count() == 1
    read = written["handover"]["sha256"]
    assert call(cast.farmer, deal, "confirm-hand-over", sha256="0" * 64).json()["code"] == "changed"
    assert call(cast.farmer, deal, "confirm-hand-over", sha256=read).json()["state"] == "handed_over"
    attested = call(cast.organiser, deal, "attest", "a").json()
    assert attested == call(cast.organiser, deal, "attest", "a").json()
    done = call(cast.organiser, deal, "certificate", number="渝 77", registered_on=today).json()
    assert (done["state"], done["term_from"]) == ("completed", today)
    assert done["new_right"]


def test_papers_and_account_are_shown_to_the_sides_alone(cast: Cast) -> None:
    deal = confirm(make_farmers_deal(cast))
    call(cast.organiser, deal, "contract", **CLAUSES)
    detail = Client().get(f"/api/v1/deals/{deal.pk}/").json()
    assert (detail["contract"], detail["attestation"], detail["sub_account"]) == (None, None, None)
    headers = {"HTTP_AUTHORIZATION": f"Bearer {token_of(cast.farmer)}"}
    assert Client().get(f"/api/v1/deals/{deal.pk}/", **headers).json()["contract"]["version"] == 1


def test_strange_verbs_and_people_without_a_token_are_refused(cast: Cast) -> None:
    deal = make_deal(cast)
    assert call(cast.organiser, deal, "frighten").status_code == 404
    assert Client().post(f"/api/v1/deals/{deal.pk}/attest/").status_code == 401
    assert call(cast.organiser, deal, "revoke", reason="x").status_code == 404
