"""What a place's public figures are, to compare before and after a life."""

from __future__ import annotations

from dataclasses import dataclass

from exchange.stats.selectors.totals import summary


@dataclass(frozen=True)
class Figures:
    """Counts, and sums in fen, of everything that a life moves."""

    deals: int
    deals_fen: int
    area_m2: int
    certificates: int
    loans: int
    loans_fen: int
    repaid_fen: int
    mortgages: int

    def __sub__(self, other: Figures) -> Figures:
        """What has been added since."""
        mine, others = vars(self), vars(other)
        return Figures(**{name: mine[name] - others[name] for name in mine})


def figures(division: str) -> Figures:
    """Return the figures of a division with all below it."""
    found = summary(division)
    deal, loan = found.over("deal"), found.over("loan_disbursed")
    return Figures(
        deals=deal.count,
        deals_fen=deal.amount_fen,
        area_m2=int(deal.area_m2),
        certificates=found.over("certificate").count,
        loans=loan.count,
        loans_fen=loan.amount_fen,
        repaid_fen=found.over("loan_repaid").amount_fen,
        mortgages=found.over("mortgage").count,
    )
