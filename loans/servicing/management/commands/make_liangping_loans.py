"""manage.py make_liangping_loans: make the file of past loans of a district from their known total.

The total is a fact and comes as an argument, as do the number of loans and the days between which they lie;
everything else in a row is drawn from a seeded generator and says so in its note. The same arguments give the
same file. `loans/servicing/data/README.md` holds the call.
"""

from __future__ import annotations

import random
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from exchange import synthetic
from exchange.accounts.divisions.rows import DivisionRow
from exchange.money import fen_to_yuan, yuan_to_fen
from loans.servicing.imports.rows import COLUMNS
from loans.servicing.models import Loan
from loans.servicing.plan import planned

NOTE = (
    "合成明细：只有贷款总金额是事实，本行的借款人、银行、金额、利率、日期和还款均为虚拟。"
    "Synthetic detail: only the total of the loans (yuan) is a fact; everything in this row is made up."
)
FIRMS = ("稻香", "柚海", "百里竹", "云溪", "双桂", "明月", "龙溪", "蟠龙")
ROUND_FEN = 1_000_000  # loans are in whole ten thousand yuan


@dataclass(frozen=True, slots=True)
class Offer:
    """A product as loans of it look: how many of them, amounts in ten thousand yuan, years, basis points."""

    share: int
    bank: str
    name: str
    secured: bool
    kinds: tuple[str, ...]
    amount: tuple[int, int]
    years: tuple[int, ...]
    rate_bp: tuple[int, int]
    since: date = date.min


CRCB, ABC, PSBC, CTGB = "重庆农村商业银行", "中国农业银行重庆市分行", "中国邮政储蓄银行重庆分行", "重庆三峡银行"
LAND = ("contracted_land", "other_contract", "aquaculture")
OFFERS = (
    Offer(30, CRCB, "土地经营权抵押贷款", True, LAND, (30, 180), (2, 3, 5), (420, 535)),
    Offer(14, ABC, "土地经营权抵押贷款", True, LAND, (20, 150), (1, 2, 3, 5), (400, 500)),
    Offer(9, CRCB, "林权抵押贷款", True, ("forest",), (40, 300), (3, 5), (430, 540)),
    # Since the Land Administration Law of 2019 outside the first pilots too.
    Offer(
        5, CTGB, "集体经营性建设用地使用权抵押贷款", True, ("construction_land",), (80, 400), (3, 5), (420, 520),
        date(2020, 1, 1),
    ),
    Offer(8, CTGB, "集体资产抵押贷款", True, ("collective_building", "facility"), (40, 260), (3, 5), (430, 530)),
    Offer(20, CRCB, "渝快助农贷", False, LAND, (5, 30), (1, 2, 3), (345, 400), date(2022, 7, 1)),
    Offer(12, ABC, "富民贷", False, LAND, (5, 20), (1, 2, 3), (345, 385), date(2021, 7, 1)),
    Offer(14, PSBC, "农户信用贷款", False, (*LAND, "forest"), (3, 20), (1, 2), (450, 620)),
)  # fmt: skip


@dataclass(slots=True)
class Draft:
    """A loan that is being made; the amounts of the secured ones are still to be scaled to the total."""

    offer: Offer
    kind: str
    day: date
    town: DivisionRow
    months: int
    rate_bp: int
    amount_fen: int


class Command(BaseCommand):
    help = "Make a file of past loans, synthetic in detail, that adds up to the total given."

    def add_arguments(self, parser: ArgumentParser) -> None:
        synthetic.add_arguments(parser, things="loans")

    def handle(self, *args: Any, **options: Any) -> None:
        rng = random.Random(options["seed"])
        towns = synthetic.townships(options["district"])
        total_fen = yuan_to_fen(options["total"])
        drafts = [draw(rng, towns, options["first"], options["last"]) for _ in range(options["count"])]
        scale(drafts, total_fen)
        drafts.sort(key=lambda draft: draft.day)
        rows = [
            row(rng, draft, f"LPD{draft.day.year}-{number:04d}", options["last"])
            for number, draft in enumerate(drafts, start=1)
        ]
        synthetic.write_csv(options["out"], COLUMNS, rows)
        self.stderr.write(f"{len(drafts)} loans, {fen_to_yuan(total_fen)} yuan: {options['out']}")


def draw(rng: random.Random, towns: Sequence[DivisionRow], first: date, last: date) -> Draft:
    """Draw one loan: day (more of them in later years), product, kind, a township in force on the day, terms."""
    day = synthetic.drawn_day(rng, first, last)
    offers = [offer for offer in OFFERS if offer.since <= day]
    offer = rng.choices(offers, [offer.share for offer in offers])[0]
    town = synthetic.drawn_town(rng, towns, day)
    return Draft(
        offer=offer,
        kind=rng.choice(offer.kinds),
        day=day,
        town=town,
        months=12 * rng.choice(offer.years),
        rate_bp=5 * rng.randint(offer.rate_bp[0] // 5, offer.rate_bp[1] // 5),
        amount_fen=ROUND_FEN * rng.randint(*offer.amount),
    )


def scale(drafts: Sequence[Draft], total_fen: int) -> None:
    """Stretch the secured loans so that all loans make the total; the last secured one takes what is left."""
    secured = [draft for draft in drafts if draft.offer.secured]
    credit_fen = sum(draft.amount_fen for draft in drafts if not draft.offer.secured)
    drawn_fen = sum(draft.amount_fen for draft in secured)
    wanted_fen = total_fen - credit_fen
    if not secured or wanted_fen <= 0:
        raise CommandError("The total is too small for so many loans.")
    for draft in secured:
        draft.amount_fen = max(1, round(draft.amount_fen * wanted_fen / drawn_fen / ROUND_FEN)) * ROUND_FEN
    secured[-1].amount_fen += wanted_fen - sum(draft.amount_fen for draft in secured)
    if secured[-1].amount_fen <= 0:
        raise CommandError("The total does not fit these loans; take another seed or count.")


def row(rng: random.Random, draft: Draft, ref: str, until: date) -> dict[str, str]:
    """Return the row of a loan, repaid as its schedule says until `until`."""
    people = 0.35 if draft.offer.secured else 0.9
    borrower, _kind = synthetic.drawn_party(rng, FIRMS, people=people, cooperatives=0.6)
    method = "interest_only" if draft.months <= 12 else rng.choice(("annuity", "annuity", "equal_principal"))
    repaid_fen, repaid_on = repaid(draft, method, until)
    return {
        "ref": ref,
        "borrower": borrower,
        "division": draft.town.code,
        "right_kind": draft.kind,
        "secured": "yes" if draft.offer.secured else "no",
        "bank": draft.offer.bank,
        "product": draft.offer.name,
        "amount": fen_to_yuan(draft.amount_fen),
        "rate_percent": fen_to_yuan(draft.rate_bp),
        "method": method,
        "term_months": str(draft.months),
        "disbursed_on": draft.day.isoformat(),
        "repaid": fen_to_yuan(repaid_fen) if repaid_fen else "",
        "repaid_on": repaid_on.isoformat() if repaid_on else "",
        "note": NOTE,
    }


def repaid(draft: Draft, method: str, until: date) -> tuple[int, date | None]:
    """Return the principal in fen that was due by the day `until`, and the last day on which some was."""
    loan = Loan(
        principal_fen=draft.amount_fen,
        rate_bp=draft.rate_bp,
        method=method,
        term_months=draft.months,
        disbursed_on=draft.day,
    )
    due = [row for row in planned(loan).rows if row.due <= until and row.principal_fen]
    return sum(row.principal_fen for row in due), due[-1].due if due else None
