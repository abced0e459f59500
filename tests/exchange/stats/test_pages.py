"""Dashboard, rows, wall, public figures, home: every number from the data, each to whom it is due."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.core import signing
from django.core.cache import cache
from django.test import Client

from exchange.accounts.models import Role, User
from exchange.clock import legal_day
from exchange.journal.models import Origin
from exchange.stats import policies
from exchange.stats.figures import KINDS
from exchange.stats.panels.feed import KIND_NAMES
from exchange.stats.selectors.places import visible_divisions, wall_token
from tests.exchange.stats.conftest import Deal
from tests.factories import Divisions, make_user

ENGLISH = {"accept-language": "en"}


def client_of(user: User | None) -> Client:
    client = Client(headers=ENGLISH)
    if user:
        client.force_login(user)
    return client


def text_of(page: Any) -> str:
    """Return the words of a page, without markup, blanks made one."""
    assert page.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.content.decode()))


@pytest.fixture
def leader(divisions: Divisions) -> User:
    return make_user("leader", Role.LEADER, divisions.city)


@pytest.fixture
def cast(divisions: Divisions) -> dict[str, User]:
    """One person per office, most of them in Nanchuan."""
    return {
        "stranger": make_user("stranger"),
        "village": make_user("village", Role.FILER, divisions.wuxing),
        "town": make_user("town", Role.REVIEWER, divisions.shixi),
        "district": make_user("district", Role.ORGANISER, divisions.nanchuan),
        "bank": make_user("bank", Role.BANKER, divisions.nanchuan),
        "finance": make_user("finance", Role.FINANCE, divisions.city),
        "auditor": make_user("auditor", Role.AUDITOR, divisions.city),
        "city": make_user("city", Role.LEADER, divisions.city),
    }


def test_a_dashboard_opens_for_offices_of_its_place_and_for_nobody_else(
    divisions: Divisions, cast: dict[str, User]
) -> None:
    places = {"500000": divisions.city, "500119": divisions.nanchuan, "500155": divisions.liangping}
    may = {"district": {"500119"}, "auditor": set(places), "city": set(places)}
    for name, user in cast.items():
        for code in places:
            expected = 200 if code in may.get(name, set()) else 404
            assert client_of(user).get(f"/dashboard/?division={code}").status_code == expected, (name, code)
    assert client_of(cast["town"]).get(f"/dashboard/?division={divisions.wuxing.code}").status_code == 200
    assert client_of(None).get("/dashboard/").status_code == 302


def test_without_a_place_the_dashboard_shows_the_widest_of_ones_own(cast: dict[str, User]) -> None:
    assert "南川区" in text_of(client_of(cast["district"]).get("/dashboard/"))
    assert "重庆市" in text_of(client_of(cast["city"]).get("/dashboard/"))
    assert client_of(cast["stranger"]).get("/dashboard/").status_code == 404


def test_the_policy_and_the_list_of_places_say_the_same(divisions: Divisions, cast: dict[str, User]) -> None:
    world = [divisions.city, divisions.nanchuan, divisions.shixi, divisions.wuxing, divisions.liangping]
    for user in cast.values():
        allowed = {place for place in world if policies.may_read_dashboard(user, place)}
        assert set(visible_divisions(user)) & set(world) == allowed


@pytest.mark.parametrize(
    "query", ["division=999999", "division=5001", "division=%00", "kind=%25%00", "division=500119'"]
)
def test_nonsense_in_the_address_is_not_found(leader: User, query: str) -> None:
    assert client_of(leader).get(f"/dashboard/?{query}").status_code == 404


def test_one_row_of_data_moves_dashboard_public_page_wall_home_and_rows(
    divisions: Divisions, leader: User, deal: Deal, happen: Any
) -> None:
    deal(divisions.nanhua, amount_fen=18_000_000_000, origin=Origin.IMPORTED)
    pages = ["/dashboard/", "/figures/", f"/screen/{wall_token(divisions.city)}/", "/"]
    client = client_of(leader)
    for page in pages:
        assert "1.80" in re.sub(r"(?<=[\d.]) (?=[\d.])", "", text_of(client.get(page))), page
    deal(divisions.wuxing, amount_fen=2_000_000_000)
    for page in pages:
        assert "2.00" in re.sub(r"(?<=[\d.]) (?=[\d.])", "", text_of(client.get(page))), page
    rows = text_of(client.get("/dashboard/rows/?measure=deal&division=500119"))
    assert "¥20,000,000.00" in rows
    assert "180,000,000" not in rows


def test_the_simulated_market_shows_only_when_asked_for(divisions: Divisions, leader: User, deal: Deal) -> None:
    deal(divisions.wuxing, origin=Origin.SIMULATED, amount_fen=123_450_000_000)
    client = client_of(leader)
    assert "12.35" not in text_of(client.get("/dashboard/"))
    assert "12.35" in text_of(client.get("/dashboard/?simulated=1"))
    assert "12.35" not in text_of(client.get("/figures/"))


def test_the_rows_of_a_figure_are_the_events_it_counts_and_go_on(
    divisions: Divisions, leader: User, deal: Deal, happen: Any
) -> None:
    for _ in range(51):
        deal(divisions.wuxing)
    happen("loan.disbursed", divisions.wuxing, amount_fen=7, data={"secured": True})
    client = client_of(leader)
    first = client.get("/dashboard/rows/?measure=deal")
    assert first.content.decode().count("<td>Sold</td>") == 50
    older = re.search(r'href="(\?[^"]*before=\d+)"', first.content.decode())
    assert older
    second = client.get("/dashboard/rows/" + older.group(1).replace("&amp;", "&"))
    assert second.content.decode().count("<td>Sold</td>") == 1
    assert "<td>Loan paid out</td>" in client.get("/dashboard/rows/?measure=loan_secured").content.decode()
    assert "<td>Loan paid out</td>" not in client.get("/dashboard/rows/?measure=loan_credit").content.decode()
    assert client.get("/dashboard/rows/?measure=nonsense").status_code == 404


def test_rows_are_closed_to_strangers(divisions: Divisions, cast: dict[str, User]) -> None:
    for name in ("stranger", "village", "bank"):
        assert client_of(cast[name]).get("/dashboard/rows/?measure=deal").status_code == 404
    assert client_of(cast["district"]).get("/dashboard/rows/?measure=deal&division=500155").status_code == 404


def test_the_wall_opens_with_its_token_alone_and_with_no_other(divisions: Divisions, leader: User) -> None:
    address = client_of(leader).get("/screen/?division=500119")
    assert address.status_code == 302
    page = client_of(None).get(address["Location"])
    assert "南川区" in text_of(page)
    assert page["Cache-Control"] == "no-store"
    forged = [address["Location"][:-2] + "x/", "/screen/500119/", f"/screen/{signing.dumps('500119')}/"]
    assert [client_of(None).get(url).status_code for url in forged] == [404, 404, 404]
    assert client_of(make_user("stranger")).get("/screen/").status_code == 404


def test_the_wall_names_no_person(divisions: Divisions, deal: Deal) -> None:
    deal(divisions.wuxing, data={"lessee_name": "张三丰", "title": "五星村旧校舍"})
    said = text_of(client_of(None).get(f"/screen/{wall_token(divisions.city)}/"))
    assert "五星村旧校舍" in said
    assert "张三丰" not in said


def test_a_running_auction_shows_on_the_wall_until_it_closes(divisions: Divisions, happen: Any) -> None:
    def live() -> str:
        said = text_of(client_of(None).get(f"/screen/{wall_token(divisions.city)}/"))
        return re.search(r"Auctions now (\d+)", said).group(1)  # type: ignore[union-attr]

    happen("auction.opened", divisions.wuxing, origin=Origin.SIMULATED)
    assert live() == "1"
    happen("auction.closed", divisions.wuxing, origin=Origin.SIMULATED)
    assert live() == "0"


def test_where_the_last_year_is_empty_the_trend_goes_by_year(divisions: Divisions, leader: User, deal: Deal) -> None:
    deal(divisions.nanhua, day=legal_day() - timedelta(days=900))
    assert "by year" in text_of(client_of(leader).get("/dashboard/"))
    deal(divisions.nanhua, day=legal_day())
    assert "by year" not in text_of(client_of(leader).get("/dashboard/"))


def test_premium_is_sum_over_sum_of_lots_with_bidding(divisions: Divisions, leader: User, deal: Deal) -> None:
    deal(divisions.wuxing)
    deal(divisions.wuxing, amount_fen=10_000, data={"price_fen": 100, "start_price_fen": 100})
    deal(divisions.wuxing, data={"competitive": False, "price_fen": 9, "start_price_fen": 1})
    # 700,100 yuan against 500,100: the lot without bidding stays out.
    assert "39.99" in text_of(client_of(leader).get("/dashboard/"))


@pytest.mark.parametrize("code", ["500000", "500119"])
def test_the_dashboard_costs_at_most_twelve_queries(
    divisions: Divisions, leader: User, deal: Deal, code: str, django_assert_max_num_queries: Any
) -> None:
    for day in range(30):
        deal(divisions.wuxing, day=date(2026, 1, 1) + timedelta(days=day))
        deal(divisions.nanhua, right_kind="forest")
    client = client_of(leader)
    client.get("/")
    cache.clear()
    with django_assert_max_num_queries(12):
        client.get(f"/dashboard/?division={code}")
    with django_assert_max_num_queries(12):
        client.get(f"/dashboard/rows/?measure=deal&division={code}")
    with django_assert_max_num_queries(12):
        client.get(f"/screen/{wall_token(divisions.city)}/")
    with django_assert_max_num_queries(12):
        client_of(None).get("/figures/")


def test_public_figures_go_down_to_the_district_and_no_further(divisions: Divisions, deal: Deal) -> None:
    deal(divisions.wuxing)
    client = client_of(None)
    assert "南川区" in text_of(client.get("/figures/?division=500119"))
    assert client.get(f"/figures/?division={divisions.shixi.code}").status_code == 404


def test_pages_carry_no_inline_style_or_script(divisions: Divisions, leader: User, deal: Deal) -> None:
    deal(divisions.wuxing)
    for address in ["/", "/figures/", "/dashboard/", "/rules/", f"/screen/{wall_token(divisions.city)}/"]:
        page = client_of(leader).get(address).content.decode()
        assert not re.search(r"\sstyle=|<style|<script(?![^>]*\ssrc=)|\son\w+=", page), address


def test_every_counted_kind_of_event_has_a_name_in_words() -> None:
    assert KIND_NAMES.keys() - {"auction.extended"} == KINDS
