"""What the dashboard, the wall and the public pages show: every number from the figures, none of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from exchange.accounts.models import Division, Level
from exchange.clock import legal_day, legal_now
from exchange.journal.models import Origin
from exchange.rulebook.selectors import right_kinds
from exchange.stats.selectors.places import Place, level_below, places
from exchange.stats.selectors.totals import COUNTED, EVERY_ORIGIN, Scope, Total, Totals, added, summed

MONTHS = 12
STAGES = ("listing_submitted", "listing_approved", "listing_announced", "deal", "contract", "attestation", "mortgage")
HEADLINE = (
    "deal",
    "deal_rent",
    "deal_competitive",
    "deal_start_value",
    "handover",
    "certificate",
    "listing_failed",
    "listing_withdrawn",
    "loan_disbursed",
    "loan_secured",
    "loan_credit",
    "loan_repaid",
    "loan_by_bank",
    *(stage for stage in STAGES if stage != "deal"),
)


@dataclass(frozen=True, slots=True)
class Share:
    """One row of a split: what it is called, its code, its sums, and its share (0…1) of the largest row."""

    name: str
    code: str
    total: Total
    share: float


@dataclass(frozen=True, slots=True)
class Span:
    """A month or a year of the trend, from its first day on."""

    first: date
    deals: Total
    loans: Total


@dataclass(frozen=True, slots=True)
class Board:
    """The figures of a place at the legal time `as_of`; money in fen, areas in m²."""

    division: Division | None
    as_of: datetime
    totals: Totals
    months: list[Span]
    years: list[Span]
    regions: list[Share]
    kinds: list[Share]
    banks: list[Share]
    children: list[Place]
    right_kinds: dict[str, str]

    def over(self, measure: str) -> Total:
        """Return the total of a measure over everything that is counted."""
        return self.totals.of(measure)

    def of_origin(self, measure: str, origin: str) -> Total:
        """Return the part of a measure that comes from `origin`."""
        return self.totals.of(measure, origin=origin)

    @property
    def this_year(self) -> Total:
        """Deals since 1 January."""
        year = self.as_of.year
        return added(month.deals for month in self.months if month.first.year == year)

    @property
    def premium_bp(self) -> int | None:
        """Premium (溢价率) of the lots with bidding in basis points: sum over sum; None without such lots."""
        start = self.over("deal_start_value").amount_fen
        if start <= 0:
            return None
        gain = self.over("deal_competitive").amount_fen - start
        return round(gain * 10_000 / start)

    @property
    def mean_fen(self) -> int | None:
        """Mean value of a deal; None without deals."""
        deal = self.over("deal")
        return round(deal.amount_fen / deal.count) if deal.count > 0 else None

    @property
    def loans_to_deals(self) -> float | None:
        """Loans disbursed for each yuan of deals; None without deals."""
        deals = self.over("deal").amount_fen
        return self.over("loan_disbursed").amount_fen / deals if deals > 0 else None

    @property
    def balance_fen(self) -> int:
        """What is lent and not repaid."""
        return self.over("loan_disbursed").amount_fen - self.over("loan_repaid").amount_fen

    @property
    def failed_count(self) -> int:
        """Lots that nobody won."""
        return self.over("listing_failed").count

    @property
    def withdrawn_count(self) -> int:
        """Listings taken back."""
        return self.over("listing_withdrawn").count

    @property
    def handover_count(self) -> int:
        """Rights handed over."""
        return self.over("handover").count

    @property
    def certificate_count(self) -> int:
        """Certificates of the registration office."""
        return self.over("certificate").count

    @property
    def stages(self) -> list[tuple[str, int]]:
        """How many came through each stage on this platform; an imported past has no stages."""
        return [(stage, self.of_origin(stage, Origin.PLATFORM).count) for stage in STAGES]

    @property
    def failed_bp(self) -> int | None:
        """Failed lots (流拍率) among sold and failed ones, in basis points; None when there are none."""
        sold, failed = self.of_origin("deal", Origin.PLATFORM).count, self.over("listing_failed").count
        return round(failed * 10_000 / (sold + failed)) if sold + failed > 0 else None

    @property
    def deal(self) -> Total:
        """All deals."""
        return self.over("deal")

    @property
    def loans(self) -> Total:
        """All loans paid out."""
        return self.over("loan_disbursed")

    @property
    def secured_fen(self) -> int:
        """Paid out on rights."""
        return self.over("loan_secured").amount_fen

    @property
    def credit_fen(self) -> int:
        """Paid out without collateral."""
        return self.over("loan_credit").amount_fen

    @property
    def rent_fen(self) -> int:
        """Rent of one year over all deals with a yearly price."""
        return self.over("deal_rent").amount_fen

    @property
    def bank_parts(self) -> list[tuple[str, float]]:
        """Loans by bank, for a stacked bar."""
        return [(row.name, float(row.total.amount_fen)) for row in self.banks]

    def as_one(self, division: Division) -> list[Share]:
        """Return the whole board as a single row, for a map that shows one district among others."""
        return [Share(division.name, division.code, self.over("deal"), 1.0)]


def board(
    division: Division | None, *, now: datetime | None = None, right_kind: str = "", simulated: bool = False
) -> Board:
    """Return the figures of a division with all below it (None: everywhere); at most six queries at any size."""
    at = now or legal_now()
    origins = EVERY_ORIGIN if simulated else COUNTED
    paths = (division.path,) if division else None
    scope = Scope(paths=paths, right_kind=right_kind, origins=origins)
    below = level_below(division.level) if division else Level.DISTRICT.value
    whole = summed(HEADLINE, scope, ("origin", "right_kind", "part"))
    regions = summed(("deal",), scope, (below,)).split("deal", below)
    names = places([path for path in regions if path], under=division)
    known = {kind.code: str(kind) for kind in right_kinds()}
    return Board(
        division=division,
        as_of=at,
        totals=whole,
        **_trend(legal_day(at), scope),
        regions=_shares([_named(names.get(path), total) for path, total in regions.items()]),
        kinds=_shares(
            [(known.get(code, code), code, total) for code, total in whole.split("deal", "right_kind").items()]
        ),
        banks=_shares([(bank, "", total) for bank, total in whole.split("loan_by_bank", "part").items()]),
        children=[place for place in names.values() if division and place.path != division.path],
        right_kinds=known,
    )


def _trend(today: date, scope: Scope) -> dict[str, list[Span]]:
    found = summed(("deal", "loan_disbursed"), replace(scope, last=today), ("year", "month"))
    months = [_months_back(today.replace(day=1), back) for back in reversed(range(MONTHS))]
    begun = min(found.split("deal", "year"), default=today.year)
    return {
        "months": [_span(found, first, month=first) for first in months],
        "years": [_span(found, date(year, 1, 1), year=year) for year in range(begun, today.year + 1)],
    }


def _span(found: Totals, first: date, **fixed: Any) -> Span:
    return Span(first, found.of("deal", **fixed), found.of("loan_disbursed", **fixed))


def _named(place: Place | None, total: Total) -> tuple[str, str, Total]:
    return (place.name, place.code, total) if place else ("", "", total)


def _shares(rows: list[tuple[str, str, Total]]) -> list[Share]:
    kept = sorted((row for row in rows if row[2].count), key=lambda row: (-row[2].amount_fen, row[1]))
    most = max((total.amount_fen for _, _, total in kept), default=0) or 1
    return [Share(name, code, total, max(total.amount_fen, 0) / most) for name, code, total in kept]


def _months_back(first: date, back: int) -> date:
    months = first.year * 12 + first.month - 1 - back
    return date(months // 12, months % 12 + 1, 1)


def running(division: Division | None) -> dict[str, int]:
    """Return how many auctions run now, by district code; simulated ones too, for they do run."""
    scope = Scope(paths=(division.path,) if division else None, origins=EVERY_ORIGIN)
    found = summed(("auction_opened", "auction_closed"), scope, ("district",))
    opened, closed = found.split("auction_opened", "district"), found.split("auction_closed", "district")
    counts = {path: total.count - (closed[path].count if path in closed else 0) for path, total in opened.items()}
    return {path.rstrip("/").rsplit("/", 1)[-1]: count for path, count in counts.items() if path and count > 0}
