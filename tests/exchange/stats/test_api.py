"""The totals of a place in the API: what the journal says, to the fen."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.test import Client

from exchange.journal.models import Event, Origin
from tests.exchange.stats.conftest import Deal
from tests.factories import Divisions


def summary(client: Client, query: str = "") -> dict[str, Any]:
    answer = client.get(f"/api/v1/figures/summary/{query}")
    assert answer.status_code == 200
    return answer.json()


def test_an_exchange_without_facts_has_zeros(client: Client, divisions: Divisions) -> None:
    found = summary(client)
    assert found["division"] is None
    assert found["deals"]["amount"] == found["loans"]["disbursed"] == "0.00"
    assert found["deals"]["count"] == found["listings"]["announced"] == 0


def test_a_place_with_a_past_shows_it_and_shows_it_apart(
    client: Client, divisions: Divisions, deal: Deal, happen: Any
) -> None:
    deal(divisions.nanhua, origin=Origin.IMPORTED, amount_fen=17_999_999_999, area_m2=Decimal("100000.50"))
    deal(divisions.nanhua, amount_fen=1, area_m2=None)
    deal(divisions.nanhua, origin=Origin.SIMULATED)
    deal(divisions.wuxing)
    happen(
        "loan.disbursed", divisions.nanhua, amount_fen=26_000_000_000, origin=Origin.IMPORTED, data={"secured": True}
    )
    happen("loan.repaid", divisions.nanhua, amount_fen=1_000_000_000, origin=Origin.IMPORTED)
    found = summary(client, "?division=500155")
    assert found["division"] == "500155"
    assert (found["deals"]["count"], found["deals"]["amount"]) == (2, "180000000.00")
    assert (found["deals"]["imported_count"], found["deals"]["imported_amount"]) == (1, "179999999.99")
    assert found["deals"]["area_m2"] == "100000.50"
    loans = found["loans"]
    assert (loans["disbursed"], loans["repaid"], loans["balance"]) == ("260000000.00", "10000000.00", "250000000.00")
    assert (loans["secured"], loans["credit"], loans["count"]) == ("260000000.00", "0.00", 1)
    assert datetime.fromisoformat(found["as_of"]).utcoffset() is not None
    assert summary(client, "?division=500155&simulated=true")["deals"]["count"] == 3
    assert summary(client)["deals"]["count"] == 3


def test_a_code_that_was_ended_still_answers_for_its_time(client: Client, divisions: Divisions, deal: Deal) -> None:
    deal(divisions.wuxing)
    divisions.nanchuan.valid_to = date(2025, 6, 1)
    divisions.nanchuan.save()
    assert summary(client, "?division=500119")["deals"]["count"] == 1


def test_a_code_that_never_was_is_not_found_and_nonsense_is_a_wrong_shape(client: Client, divisions: Divisions) -> None:
    for query, status in [("999999", 404), ("5001", 400), ("50015_", 400), ("%00", 400), ("%25", 400)]:
        assert client.get(f"/api/v1/figures/summary/?division={query}").status_code == status


def test_one_more_row_moves_the_answer_and_nothing_else_does(client: Client, divisions: Divisions, deal: Deal) -> None:
    deal(divisions.wuxing)
    before = summary(client, "?division=500119")["deals"]
    deal(divisions.nanhua)
    assert summary(client, "?division=500119")["deals"] == before
    deal(divisions.shixi, amount_fen=100)
    after = summary(client, "?division=500119")["deals"]
    assert (after["count"], after["amount"]) == (2, "700001.00")
    assert Event.objects.filter(kind="deal.closed").count() == 3


def test_the_one_or_two_loans_of_a_village_are_counted_but_their_amounts_withheld(
    client: Client, divisions: Divisions, happen: Any
) -> None:
    def loans(code: str) -> tuple[int, Any, bool]:
        found = summary(client, f"?division={code}")["loans"]
        return found["count"], found["disbursed"], found["withheld"]

    village = divisions.wuxing.code
    assert loans(village) == (0, "0.00", False)
    for _ in range(2):
        happen("loan.disbursed", divisions.wuxing, amount_fen=100, data={"secured": True})
    assert (loans(village), loans("500119")) == ((2, None, True), (2, "2.00", False))
    happen("loan.disbursed", divisions.wuxing, amount_fen=100, data={"secured": True})
    assert loans(village) == (3, "3.00", False)
