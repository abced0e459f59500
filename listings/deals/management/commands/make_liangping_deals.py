"""manage.py make_liangping_deals: make the file of past deals of a district from its two known totals.

The totals are facts and come as arguments; everything else in a row is drawn from a seeded generator and says
so in its note. The same arguments give the same file. `listings/deals/data/README.md` holds the call.
"""

from __future__ import annotations

import random
from argparse import ArgumentParser
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from exchange import synthetic
from exchange.accounts.divisions.rows import DivisionRow
from exchange.money import fen_to_yuan, square_metres_to_mu, yuan_to_fen
from listings.deals.imports.rows import COLUMNS, whole_amount

NOTE = (
    "合成明细：只有总宗数和总金额是事实，本行的标的、各方、价格和日期均为虚拟。"
    "Synthetic detail: only the totals (deals, yuan) are facts; everything in this row is made up."
)
MU = Decimal(2000) / 3
FIRMS = ("稻香", "柚海", "百里竹", "云溪", "双桂", "金带", "明月", "龙溪")
HOMESTEADS = ("homestead", "farmhouse")


@dataclass(frozen=True, slots=True)
class Shape:
    """How deals of one kind look: areas in m², yearly yuan per m², years, and what they are called."""

    weight: int
    area_m2: tuple[int, int]
    yuan_per_m2: tuple[float, float]
    years: tuple[int, ...]
    thing: str
    in_mu: bool = False
    since: date = date.min


SHAPES = {
    "contracted_land": Shape(40, (24_000, 260_000), (0.75, 1.35), (5, 8, 10, 12, 15), "高标准农田经营权", in_mu=True),
    "forest": Shape(12, (120_000, 700_000), (0.10, 0.18), (10, 15, 20), "竹林经营权", in_mu=True),
    "aquaculture": Shape(8, (12_000, 70_000), (1.1, 2.2), (5, 8, 10), "养殖水面经营权", in_mu=True),
    "homestead": Shape(18, (900, 4_200), (8.0, 20.0), (10, 15, 20), "闲置宅基地院落使用权"),
    "farmhouse": Shape(16, (400, 2_600), (10.0, 26.0), (8, 10, 15, 20), "闲置农房使用权"),
    "collective_building": Shape(12, (300, 2_800), (55.0, 110.0), (3, 5, 8, 10), "集体厂房"),
    # Since the Land Administration Law of 2019 outside the first pilots too.
    "construction_land": Shape(
        8, (2_000, 12_000), (9.0, 18.0), (10, 15, 20), "集体经营性建设用地使用权", since=date(2020, 1, 1)
    ),
}


@dataclass(slots=True)
class Draft:
    """A deal that is being made; prices still as weights of the total."""

    kind: str
    day: date
    town: DivisionRow
    area_m2: Decimal
    years: int
    weight: float
    price_fen: int = 0


class Command(BaseCommand):
    help = "Make a file of past deals, synthetic in detail, that adds up to the totals given."

    def add_arguments(self, parser: ArgumentParser) -> None:
        synthetic.add_arguments(parser, things="deals")
        parser.add_argument("--homestead-m2", type=Decimal, required=True, help="area of homesteads and farmhouses")

    def handle(self, *args: Any, **options: Any) -> None:
        rng = random.Random(options["seed"])
        towns = synthetic.townships(options["district"])
        drafts = draw(rng, towns, options["count"] - 1, options["first"], options["last"])
        spread_area(drafts, options["homestead_m2"])
        total = yuan_to_fen(options["total"])
        price(drafts, total, options["count"])
        rows = [lease_row(rng, draft) for draft in drafts]
        rest = total - sum(yuan_to_fen(row["amount"]) for row in rows)
        rows.append(rest_row(rng, drafts[-1], rest))
        rows.sort(key=lambda row: row["closed_on"])
        for number, row in enumerate(rows, start=1):
            row["ref"] = f"LP{row['closed_on'][:4]}-{number:03d}"
        synthetic.write_csv(options["out"], COLUMNS, rows)
        self.stderr.write(f"{len(rows)} deals, {fen_to_yuan(total)} yuan: {options['out']}")


def draw(rng: random.Random, towns: list[DivisionRow], count: int, first: date, last: date) -> list[Draft]:
    """Draw deals: day (more of them in later years), a township in force on it, kind, area and term."""
    kinds = [kind for kind, shape in SHAPES.items() for _n in range(shape.weight)]
    drafts = []
    for _ in range(count):
        day = synthetic.drawn_day(rng, first, last)
        kind = rng.choice([kind for kind in kinds if SHAPES[kind].since <= day])
        shape = SHAPES[kind]
        area = Decimal(rng.randint(*shape.area_m2))
        if shape.in_mu:
            area = (Decimal(int(area / MU)) * MU).quantize(Decimal("0.01"))
        years = rng.choice(shape.years)
        town = synthetic.drawn_town(rng, towns, day)
        drafts.append(Draft(kind, day, town, area, years, float(area) * rng.uniform(*shape.yuan_per_m2)))
    return drafts


def spread_area(drafts: list[Draft], wanted_m2: Decimal) -> None:
    """Stretch homesteads and farmhouses so that together they have the area wanted."""
    homes = [draft for draft in drafts if draft.kind in HOMESTEADS]
    factor = wanted_m2 / sum(draft.area_m2 for draft in homes)
    for draft in homes:
        draft.area_m2 = (draft.area_m2 * factor).quantize(Decimal("0.01"))
        draft.weight *= float(factor)
    homes[-1].area_m2 += wanted_m2 - sum(draft.area_m2 for draft in homes)


def price(drafts: list[Draft], total_fen: int, count: int) -> None:
    """Give each deal a yearly price in whole ten yuan; about an average deal is left for the last row."""
    target = total_fen * (count - 1) / count
    scale = target / sum(draft.weight * draft.years for draft in drafts)
    for draft in drafts:
        draft.price_fen = max(1000, round(draft.weight * scale / 1000) * 1000)


def _row(rng: random.Random, draft: Draft, **own: str) -> dict[str, str]:
    village = rng.choice("一二三四五六七八九")
    lessee, lessee_kind = synthetic.drawn_party(rng, FIRMS, people=0.55, cooperatives=0.4)
    return {
        "division": draft.town.code,
        "lessor": f"{draft.town.name}（虚拟）第{village}村股份经济合作联合社",
        "lessor_kind": "collective",
        "lessee": lessee,
        "lessee_kind": lessee_kind,
        "closed_on": draft.day.isoformat(),
        "note": NOTE,
        **own,
    }


def lease_row(rng: random.Random, draft: Draft) -> dict[str, str]:
    """Return the row of a lease at a price per year."""
    shape = SHAPES[draft.kind]
    size = f"{square_metres_to_mu(draft.area_m2)} 亩" if shape.in_mu else f"{draft.area_m2} 平方米"
    months = draft.years * 12
    return _row(
        rng,
        draft,
        title=f"{draft.town.name} {size}{shape.thing}出租",
        right_kind=draft.kind,
        transfer_mode="lease",
        price=fen_to_yuan(draft.price_fen),
        price_unit="yuan_per_year",
        term_months=str(months),
        area_m2=str(draft.area_m2),
        amount=fen_to_yuan(whole_amount(draft.price_fen, "yuan_per_year", months)),
    )


def rest_row(rng: random.Random, last: Draft, rest_fen: int) -> dict[str, str]:
    """Return the sale of facilities whose price is what the leases leave of the total, to the fen."""
    if rest_fen <= 0:
        raise CommandError("The total is too small for so many deals.")
    return _row(
        rng,
        last,
        title=f"{last.town.name}粮食烘干设施设备转让",
        right_kind="facility",
        transfer_mode="transfer",
        price=fen_to_yuan(rest_fen),
        price_unit="yuan_total",
        term_months="",
        area_m2="",
        amount=fen_to_yuan(rest_fen),
    )
