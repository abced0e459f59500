"""Folding follows the journal exactly: at once, late, backwards, and after 10,000 random events."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from exchange.accounts.models import Division
from exchange.journal.models import Event, Origin, Seal
from exchange.journal.sealing import seal_pending
from exchange.stats import services
from exchange.stats.cells import COLUMNS
from exchange.stats.figures import MEASURES
from exchange.stats.models import Figure, FoldCursor
from exchange.stats.selectors.totals import EVERY_ORIGIN, Scope, summed, totals
from tests.exchange.stats.conftest import Deal
from tests.factories import Divisions

EVENTS = 10_000


def amounts(paths: tuple[str, ...] | None = None) -> tuple[int, int, Decimal]:
    total = summed(["deal"], Scope(paths=paths)).of("deal")
    return total.count, total.amount_fen, total.area_m2


def test_a_deal_is_counted_at_once_and_the_same_after_sealing_and_folding(divisions: Divisions, deal: Deal) -> None:
    deal(divisions.wuxing)
    expected = (1, 70_000_000, Decimal("4000.00"))
    assert amounts() == expected
    assert (seal_pending(), Figure.objects.count()) == (1, 0)
    assert amounts() == expected
    assert services.fold() == 1
    assert Figure.objects.get(measure="deal").amount_fen == 70_000_000
    assert amounts() == expected


def test_folding_twice_changes_nothing(divisions: Divisions, deal: Deal) -> None:
    deal(divisions.wuxing)
    seal_pending()
    assert [services.fold(), services.fold()] == [1, 0]
    assert amounts() == (1, 70_000_000, Decimal("4000.00"))


def test_folding_is_bounded(divisions: Divisions, deal: Deal) -> None:
    for _ in range(5):
        deal(divisions.wuxing)
    seal_pending()
    assert [services.fold(limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert FoldCursor.objects.get().number == 5


def test_a_figure_covers_what_lies_below_and_nothing_beside(divisions: Divisions, deal: Deal) -> None:
    deal(divisions.wuxing)
    deal(divisions.nanhua, amount_fen=5)
    for place, count in [(divisions.city, 2), (divisions.nanchuan, 1), (divisions.wuxing, 1), (divisions.liangping, 1)]:
        assert amounts((place.path,))[0] == count
    assert amounts((divisions.liangping.path,))[1] == 5


def test_a_late_reversal_takes_the_deal_out_of_its_own_day(divisions: Divisions, deal: Deal) -> None:
    deal(divisions.wuxing)
    deal(divisions.wuxing, day=date(2023, 10, 29), amount_fen=1)
    seal_pending()
    services.fold()
    deal(divisions.wuxing, kind="deal.cancelled", sign=-1)
    by_day = {total.key[0]: total.count for total in totals(["deal"], Scope(), ("day",))}
    assert by_day == {date(2023, 10, 28): 0, date(2023, 10, 29): 1}
    seal_pending()
    assert services.fold() == 1
    kept = Figure.objects.get(measure="deal", day=date(2023, 10, 28))
    assert (kept.count, kept.amount_fen, kept.area_m2) == (0, 0, Decimal(0))
    assert services.differences()[1] == []


def test_measures_look_at_the_data_of_the_event(divisions: Divisions, deal: Deal, happen: Any) -> None:
    deal(divisions.wuxing)
    deal(divisions.wuxing, data={"competitive": False, "price_unit": "yuan_total", "lessee_kind": "person"})
    happen("loan.disbursed", divisions.wuxing, amount_fen=300, data={"secured": True, "bank": "农业银行"})
    happen("loan.disbursed", divisions.wuxing, amount_fen=200, data={"secured": False, "bank": "农商行"})
    happen("loan.repaid", divisions.wuxing, amount_fen=50)
    happen("listing.submitted", divisions.wuxing)
    happen("listing.submitted", divisions.wuxing, data={"round": 2})
    happen("listing.approved", divisions.wuxing, data={"level": "township"})
    happen("listing.approved", divisions.wuxing, data={"level": "district"})
    found = summed([measure.name for measure in MEASURES], Scope())
    assert (found.of("deal").count, found.of("deal_rent").amount_fen) == (2, 3_500_000)
    assert (found.of("deal_competitive").amount_fen, found.of("deal_start_value").amount_fen) == (
        70_000_000,
        50_000_000,
    )
    assert [found.of(name).amount_fen for name in ("loan_disbursed", "loan_secured", "loan_credit", "loan_repaid")] == [
        500,
        300,
        200,
        50,
    ]
    assert (found.of("listing_submitted").count, found.of("listing_approved").count) == (1, 1)
    banks = {total.key[0]: total.amount_fen for total in totals(["loan_by_bank"], Scope(), ("part",))}
    assert banks == {"农业银行": 300, "农商行": 200}


def test_simulated_facts_stay_out_unless_asked_for(divisions: Divisions, deal: Deal) -> None:
    for origin in Origin.values:
        deal(divisions.wuxing, origin=origin)
    seal_pending()
    services.fold()
    deal(divisions.wuxing, origin=Origin.SIMULATED)
    assert amounts()[0] == 2
    everything = summed(["deal"], Scope(origins=EVERY_ORIGIN), ("origin",))
    assert [everything.of("deal", origin=origin).count for origin in Origin.values] == [1, 1, 2]


def test_days_months_kinds_and_levels_split_a_figure(divisions: Divisions, deal: Deal) -> None:
    deal(divisions.wuxing, day=date(2025, 1, 31))
    deal(divisions.nanhua, day=date(2025, 2, 1), right_kind="forest")
    deal(divisions.liangping, day=date(2025, 2, 3), right_kind="forest")

    def split(by: str) -> dict[Any, int]:
        return {total.key[0]: total.count for total in totals(["deal"], Scope(), (by,))}

    assert split("month") == {date(2025, 1, 1): 1, date(2025, 2, 1): 2}
    assert split("right_kind") == {"construction_land": 1, "forest": 2}
    assert split("district") == {"500000/500119/": 1, "500000/500155/": 2}
    assert split("township") == {"500000/500119/500119118/": 1, "500000/500155/500155001/": 1, None: 1}
    assert split("year") == {2025: 3}
    february = Scope(first=date(2025, 2, 1), last=date(2025, 2, 2))
    assert summed(["deal"], february).of("deal").count == 1
    assert summed(["deal"], Scope(right_kind="forest")).of("deal").count == 2


def rebuilt(check: bool = True) -> str:
    said = StringIO()
    call_command("rebuild_figures", check=check, stdout=said)
    return said.getvalue()


def test_the_check_counts_cells_and_fails_on_none(divisions: Divisions, deal: Deal) -> None:
    with pytest.raises(CommandError, match="no cell"):
        rebuilt()
    deal(divisions.wuxing)
    cells = 5  # the deal, its rent, competitive, start value, by lessee
    assert rebuilt() == f"{cells} cells, 0 differences\n"
    assert rebuilt(check=False) == f"{cells} cells\n"
    assert rebuilt() == f"{cells} cells, 0 differences\n"


@pytest.mark.parametrize("harm", ["changed", "lost", "invented"])
def test_the_check_finds_one_wrong_cell(divisions: Divisions, deal: Deal, harm: str) -> None:
    deal(divisions.wuxing)
    rebuilt()
    cell = Figure.objects.filter(measure="deal")
    if harm == "changed":
        cell.update(amount_fen=70_000_001)
    elif harm == "lost":
        cell.delete()
    else:
        cell.update(day=date(2023, 10, 30))
    with pytest.raises(CommandError, match="do not follow"):
        rebuilt()
    rebuilt(check=False)
    assert "0 differences" in rebuilt()


def random_events(dice: random.Random, places: list[Division]) -> list[Event]:
    kinds = sorted({kind for measure in MEASURES for kind in measure.kinds} | {"thing.done"})
    prices = [None, 1, 2_500_000, 3_500_000]
    return [
        Event(
            kind=dice.choice(kinds),
            day=date(2025, 1, 1) + timedelta(days=dice.randrange(40)),
            division=dice.choice([*places, None]),
            subject_type="x",
            subject_id="1",
            right_kind=dice.choice(["forest", "homestead", ""]),
            amount_fen=dice.choice([None, 0, dice.randrange(10**12)]),
            area_m2=dice.choice([None, Decimal(dice.randrange(10**7)) / 100]),
            sign=dice.choice([1, 1, 1, -1]),
            origin=dice.choice(Origin.values),
            data={
                key: value
                for key, value in {
                    "level": dice.choice(["district", "township"]),
                    "round": dice.choice([1, 2]),
                    "secured": dice.choice([True, False]),
                    "competitive": dice.choice([True, False]),
                    "bank": dice.choice(["甲", "乙", ""]),
                    "lessee_kind": dice.choice(["person", "company"]),
                    "price_unit": dice.choice(["yuan_per_year", "yuan_total"]),
                    "price_fen": dice.choice(prices),
                    "start_price_fen": dice.choice(prices),
                }.items()
                if dice.random() < 0.8
            },
        )
        for _ in range(EVENTS)
    ]


def word(value: Any) -> str:
    """Say a value of the data as PostgreSQL's ->> does; "" for none."""
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def counted_by_hand(events: list[Event]) -> dict[tuple[Any, ...], list[Any]]:
    """Another way to the same cells: plain Python over the declarations."""
    cells: dict[tuple[Any, ...], list[Any]] = defaultdict(lambda: [0, 0, Decimal(0)])
    for event in events:
        for measure in MEASURES:
            if event.kind not in measure.kinds:
                continue
            if measure.where and word(event.data.get(measure.where)) not in measure.values:
                continue
            part = str(event.data.get(measure.part) or "") if measure.part else ""
            key = (measure.name, event.day, event.division_id, event.right_kind, event.origin, part)
            price, start = event.data.get("price_fen"), event.data.get("start_price_fen")
            worth = (
                int((Decimal(event.amount_fen) * start / price).quantize(Decimal(1), "ROUND_HALF_UP"))
                if event.amount_fen is not None and start and price
                else 0
            )
            amount = {"": 0, "amount": event.amount_fen, "price": price, "start_value": worth}[measure.sums]
            cell = cells[key]
            cell[0] += event.sign
            cell[1] += event.sign * (amount or 0)
            cell[2] += event.sign * (event.area_m2 or 0)
    return cells


def count_again() -> None:
    """Tell the planner how many rows there are; it may think the tables as empty as earlier tests left them."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE journal_event, journal_seal, stats_figure")


def test_folded_piece_by_piece_equals_rebuilt_equals_counted_by_hand(divisions: Divisions) -> None:
    dice = random.Random(20_231_028)
    places = [divisions.city, divisions.nanchuan, divisions.shixi, divisions.wuxing, divisions.nanhua]
    events = Event.objects.bulk_create(random_events(dice, places), batch_size=2000)
    by_hand, done, order = counted_by_hand(events), 0, dice.sample(events, k=len(events))
    while order:
        size = dice.randrange(1, 900)
        some, order = order[:size], order[size:]
        Seal.objects.bulk_create(Seal(event=event, number=done + n + 1) for n, event in enumerate(some))
        done += len(some)
        count_again()
        while services.fold(limit=dice.randrange(1, 500)):
            pass
    assert done == EVENTS
    kept = services._cells(f"SELECT {COLUMNS} FROM stats_figure", ())
    assert {key: list(cell) for key, cell in kept.items()} == dict(by_hand)
    cells, found = services.differences()
    assert (cells, found) == (len(by_hand), [])
    assert services.rebuild() == len(by_hand)
    assert services.differences() == (len(by_hand), [])
