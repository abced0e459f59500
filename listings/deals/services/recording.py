"""What the journal says about deals."""

from __future__ import annotations

from typing import Any

from exchange.accounts.models import User
from exchange.journal.services import record
from listings.deals.models import Deal


def closing_facts(deal: Deal) -> dict[str, Any]:
    """Return what `deal.closed` says about a deal, as the arguments of `record`."""
    return {
        "subject": deal,
        "division": deal.division,
        "day": deal.closed_on,
        "right_kind": deal.right_kind,
        "amount_fen": deal.amount_fen,
        "area_m2": deal.area_m2,
        "origin": deal.origin,
        "data": {
            "title": deal.title,
            "price_fen": deal.price_fen,
            "price_unit": deal.price_unit,
            "term_months": deal.term_months,
            "start_price_fen": deal.start_price_fen,
            "competitive": deal.competitive,
            "lessee_kind": deal.lessee_kind,
        },
    }


def record_deal(kind: str, deal: Deal, by: User | None, *, amount_fen: int | None = None, **data: Any) -> None:
    """Record an event of a deal with its division, kind, area, origin and sum if any, on the legal day of now."""
    record(
        kind,
        subject=deal,
        by=by,
        division=deal.division,
        right_kind=deal.right_kind,
        area_m2=deal.area_m2,
        amount_fen=amount_fen,
        origin=deal.origin,
        data={"title": deal.title, **data},
    )
