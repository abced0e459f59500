"""Made-up pasts (合成明细): what the seeded generators of past deals and past loans have in common.

Only totals are facts; the rows around them are drawn here, and every row says so. A generator calls these in a
fixed order, so that the same arguments give the same file, byte for byte.
"""

from __future__ import annotations

import csv
import random
from argparse import ArgumentParser
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

from exchange.accounts.divisions.rows import DivisionRow, read_rows
from exchange.calendar import is_working_day
from exchange.csvfiles import RowsRefused

TOWNSHIPS = Path("exchange/accounts/data/chongqing-townships.csv")
SURNAMES = "王李张刘陈杨黄周吴徐罗蒋谭唐邓冉向熊"


def add_arguments(parser: ArgumentParser, *, things: str) -> None:
    """Give a generator the arguments that each one has; `things` are what it makes."""
    parser.add_argument("--district", required=True, help="code, such as 500155")
    parser.add_argument("--count", type=int, required=True, help=f"number of {things}")
    parser.add_argument("--total", required=True, help="sum of their amounts in yuan")
    parser.add_argument("--first", type=date.fromisoformat, required=True)
    parser.add_argument("--last", type=date.fromisoformat, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)


def townships(district: str) -> list[DivisionRow]:
    """Return the bundled townships of a district, past and present; `RowsRefused` when their file is broken."""
    found, problems = read_rows(TOWNSHIPS.read_text(encoding="utf-8").splitlines(), str(TOWNSHIPS))
    if problems:
        raise RowsRefused(problems)
    return [town for town in found if town.parent == district]


def drawn_day(rng: random.Random, first: date, last: date) -> date:
    """Draw a working day, more of them in later years."""
    day = first + timedelta(days=int((last - first).days * max(rng.random(), rng.random())))
    while not is_working_day(day):
        day -= timedelta(days=1)
    return day


def drawn_town(rng: random.Random, towns: Sequence[DivisionRow], day: date) -> DivisionRow:
    """Draw one of the townships in force on the day."""
    return rng.choice([town for town in towns if town.valid_from <= day and (not town.valid_to or day < town.valid_to)])


def drawn_party(rng: random.Random, firms: Sequence[str], *, people: float, cooperatives: float) -> tuple[str, str]:
    """Draw a name and its kind: a person in the share `people`, of the others a cooperative in `cooperatives`."""
    if rng.random() < people:
        return f"{rng.choice(SURNAMES)}某某", "person"
    if rng.random() < cooperatives:
        return f"梁平{rng.choice(firms)}（虚拟）农民专业合作社", "cooperative"
    return f"梁平{rng.choice(firms)}（虚拟）农业有限公司", "company"


def write_csv(out: Path, columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> None:
    """Write the rows under their header, in UTF-8 with plain line ends."""
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
