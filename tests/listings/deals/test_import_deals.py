"""Importing past deals: all rows or none, each wrong line by its number, a second time without effect."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from exchange.csvfiles import RowsRefused
from exchange.errors import NotAllowed
from exchange.journal.models import Event, Origin, Seal
from listings.deals.imports.rows import COLUMNS, read_rows
from listings.deals.models import Deal
from listings.deals.services.importing import import_deals
from tests.factories import Cast

HEADER = ",".join(COLUMNS)
GOOD = {
    "ref": "LP-1",
    "title": "梁山街道 120 亩水田出租",
    "division": "500155001",
    "right_kind": "contracted_land",
    "transfer_mode": "lease",
    "lessor": "梁山街道合作社",
    "lessor_kind": "collective",
    "lessee": "罗某某",
    "lessee_kind": "person",
    "price": "84000.00",
    "price_unit": "yuan_per_year",
    "term_months": "120",
    "area_m2": "80000.00",
    "amount": "840000.00",
    "closed_on": "2019-05-06",
    "note": "synthetic",
}


def line(**changes: str) -> str:
    return ",".join({**GOOD, **changes}.values())


def load(*lines: str, by: object = None) -> object:
    return import_deals(lines=[HEADER, *lines], file="past.csv", by=by)


def refused(*lines: str) -> list[tuple[int, str]]:
    before = (Deal.objects.count(), Event.objects.count())
    with pytest.raises(RowsRefused) as caught:
        load(*lines)
    assert (Deal.objects.count(), Event.objects.count()) == before
    return [(problem.line, problem.reason) for problem in caught.value.problems]


def test_a_past_deal_is_completed_marked_and_recorded_on_its_own_day(cast: Cast) -> None:
    done = load(line())
    assert (done.read, done.added, done.same, done.amount_fen) == (1, 1, 0, 84_000_000)
    deal = Deal.objects.get()
    assert (deal.number, deal.state, deal.origin) == ("LP-1", Deal.State.COMPLETED, Origin.IMPORTED)
    assert (deal.division.name, deal.term_years, deal.area_m2) == ("梁山街道", 10, Decimal("80000.00"))
    event = Event.objects.get(kind="deal.closed")
    assert (event.day, event.division, event.amount_fen, event.right_kind) == (
        date(2019, 5, 6),
        cast.places.liangshan,
        84_000_000,
        "contracted_land",
    )
    assert (event.subject_id, event.origin, event.data["price_fen"]) == (str(deal.pk), "imported", 8_400_000)
    assert Seal.objects.filter(event=event, number=None).count() == 1


def test_a_second_import_changes_nothing(cast: Cast) -> None:
    load(line(), line(ref="LP-2"))
    before = list(Deal.objects.order_by("pk").values())
    done = load(line(), line(ref="LP-2"), line(ref="LP-3"))
    assert (done.read, done.added, done.same) == (3, 1, 2)
    assert list(Deal.objects.filter(number__in=["LP-1", "LP-2"]).order_by("pk").values()) == before
    assert Event.objects.filter(kind="deal.closed").count() == 3


def test_the_same_reference_with_other_contents_is_refused(cast: Cast) -> None:
    load(line())
    problems = refused(line(ref="LP-2"), line(price="90000.00", amount="900000.00"))
    assert [number for number, reason in problems if "LP-1" in reason] == [3]


def test_every_wrong_line_is_named_and_nothing_is_imported(cast: Cast) -> None:
    problems = refused(
        line(),
        line(ref="LP-2", price="-5"),
        line(ref="LP-3", amount="840000.01"),
        line(ref="LP-4", closed_on="2019-02-30"),
        line(ref="LP-1"),
    )
    assert [number for number, _reason in problems] == [3, 4, 5, 6]


@pytest.mark.parametrize(
    "changes",
    [
        {"ref": ""},
        {"ref": "x" * 41},
        {"title": "x" * 81},
        {"transfer_mode": "gift"},
        {"lessee_kind": "dragon"},
        {"price": "84000.001"},
        {"price": "1e5"},
        {"price": "0"},
        {"price": "NaN"},
        {"price_unit": "dollars"},
        {"term_months": ""},
        {"term_months": "241", "amount": "1687000.00"},
        {"term_months": "12.5"},
        {"term_months": "-12"},
        {"area_m2": "0"},
        {"area_m2": "NaN"},
        {"area_m2": "80000.001"},
        {"area_m2": "1e30"},
        {"amount": "839999.99"},
        {"closed_on": "2019/05/06"},
        {"note": "x" * 301},
    ],
)
def test_a_wrong_value_is_refused(changes: dict[str, str]) -> None:
    rows, problems = read_rows([HEADER, line(), line(**{"ref": "LP-2", **changes})], "past.csv")
    assert [row.ref for row in rows] == ["LP-1"]
    assert [(problem.file, problem.line) for problem in problems] == [("past.csv", 3)]


def test_an_unknown_place_or_kind_and_a_day_to_come_are_refused(cast: Cast) -> None:
    problems = refused(
        line(ref="LP-1", division="999999"),
        line(ref="LP-2", right_kind="castle"),
        line(ref="LP-3", closed_on="2999-01-01"),
    )
    assert [number for number, _reason in problems] == [2, 3, 4]


def test_a_code_that_was_not_yet_in_force_is_refused_with_what_it_stands_for(cast: Cast) -> None:
    ((number, reason),) = refused(line(closed_on="1996-01-01"))
    assert number == 2
    assert "500155001" in reason
    assert "1997-06-18" in reason


@pytest.mark.parametrize("lines", [[], [HEADER], ["ref,price"], [HEADER, ""]])
def test_a_file_without_rows_or_with_another_header_is_refused(cast: Cast, lines: list[str]) -> None:
    with pytest.raises(RowsRefused):
        import_deals(lines=lines, file="past.csv", by=None)
    assert Deal.objects.count() == 0


def test_a_line_with_a_broken_quote_is_refused(cast: Cast) -> None:
    assert [number for number, _reason in refused(line(title='"open'))] == [2]


def test_a_total_price_needs_no_term_and_is_the_amount(cast: Cast) -> None:
    load(line(price_unit="yuan_total", price="500.50", amount="500.50", term_months="", transfer_mode="transfer"))
    deal = Deal.objects.get()
    assert (deal.amount_fen, deal.term_months, deal.term_years) == (50_050, None, None)


def test_only_the_citys_administrator_or_the_set_up_imports(cast: Cast) -> None:
    for person in (cast.village, cast.district, cast.organiser, cast.bank, cast.stranger):
        with pytest.raises(NotAllowed):
            load(line(), by=person)
    assert Deal.objects.count() == 0
    load(line(), by=cast.city)
    assert Event.objects.get(kind="deal.closed").by == cast.city


def test_the_command_counts_on_stderr_and_fails_without_rows(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text(f"{HEADER}\n{line()}\n", encoding="utf-8-sig")
    bad.write_text(f"{HEADER}\n{line(ref='LP-9', price='free')}\n", encoding="utf-8")
    call_command("import_deals", str(good))
    assert "1 rows read, 1 added, 0 as before; 840000.00 yuan added" in capsys.readouterr().err
    for file in (bad, tmp_path / "missing.csv"):
        with pytest.raises(CommandError):
            call_command("import_deals", str(file))
    assert f"{bad}:2:" in capsys.readouterr().err
    assert Deal.objects.count() == 1


def test_many_rows_get_a_seal_each(cast: Cast, deliver: Callable[[], int]) -> None:
    load(*(line(ref=f"LP-{n}") for n in range(250)))
    assert Seal.objects.filter(event__kind="deal.closed", number=None).count() == 250
    deliver()
    assert Seal.objects.filter(number=None).count() == 0
