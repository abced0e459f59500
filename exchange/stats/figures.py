"""What is counted: each measure is a declaration, folded by day, division, kind of right and origin.

To count something new, add a line here and run `manage.py rebuild_figures`.
"""

from __future__ import annotations

from dataclasses import dataclass

# What can be summed: name → SQL over the event `e`. Money in fen.
SUMS = {
    "": "0",
    "amount": "e.amount_fen",
    "price": "(e.data->>'price_fen')::bigint",
    # The whole value at the price where bidding began: the base of the premium (溢价率, domain.md §6.1).
    "start_value": (
        "round(e.amount_fen::numeric * (e.data->>'start_price_fen')::bigint"
        " / nullif((e.data->>'price_fen')::bigint, 0))"
    ),
}


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure: which kinds of events, under which condition on their data, what to sum, split by what.

    `where` is a key of the event's data that must hold one of `values` ("" also stands for a missing key).
    `part` is a key of the data by whose value the figure is split further (a bank, a kind of lessee).
    """

    name: str
    kinds: tuple[str, ...]
    sums: str = ""
    where: str = ""
    values: tuple[str, ...] = ()
    part: str = ""


DEAL = ("deal.closed", "deal.cancelled", "deal.defaulted")
TRUE = ("true",)
MEASURES = (
    # A listing that comes back after a return is submitted again; only its first time counts.
    Measure("listing_submitted", ("listing.submitted",), where="round", values=("", "1")),
    Measure("listing_approved", ("listing.approved",), where="level", values=("district",)),
    Measure("listing_announced", ("listing.announced",)),
    Measure("listing_withdrawn", ("listing.withdrawn",)),
    Measure("listing_failed", ("listing.failed",)),
    Measure("auction_opened", ("auction.opened",)),
    Measure("auction_closed", ("auction.closed",)),
    Measure("deal", DEAL, sums="amount"),
    Measure("deal_rent", DEAL, sums="price", where="price_unit", values=("yuan_per_year",)),
    Measure("deal_competitive", DEAL, sums="amount", where="competitive", values=TRUE),
    Measure("deal_start_value", DEAL, sums="start_value", where="competitive", values=TRUE),
    Measure("deal_by_lessee", DEAL, sums="amount", part="lessee_kind"),
    Measure("contract", ("deal.contracted",)),
    Measure("handover", ("deal.handed_over",)),
    Measure("attestation", ("deal.attested",)),
    Measure("rent_paid_out", ("deal.rent_paid_out",), sums="amount"),
    Measure("certificate", ("deal.certified",)),
    Measure("loan_applied", ("loan.applied",), sums="amount"),
    Measure("loan_disbursed", ("loan.disbursed",), sums="amount"),
    Measure("loan_secured", ("loan.disbursed",), sums="amount", where="secured", values=TRUE),
    Measure("loan_credit", ("loan.disbursed",), sums="amount", where="secured", values=("false", "")),
    Measure("loan_by_bank", ("loan.disbursed",), sums="amount", part="bank"),
    Measure("loan_repaid", ("loan.repaid",), sums="amount"),
    Measure("mortgage", ("mortgage.registered",), sums="amount"),
)
KINDS = frozenset(kind for measure in MEASURES for kind in measure.kinds)
