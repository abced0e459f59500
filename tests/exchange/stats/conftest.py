"""Facts for the figures: deals and loans as the later stages record them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from exchange.accounts.models import Division
from exchange.journal.models import Event
from exchange.journal.services import record
from tests.factories import Divisions, make_divisions

Deal = Callable[..., Event]


@pytest.fixture
def divisions(db: None) -> Divisions:
    return make_divisions()


def happened(kind: str, division: Division, **columns: Any) -> Event:
    """Record that something happened."""
    with transaction.atomic():
        return record(kind, subject=columns.pop("subject", division), by=None, division=division, **columns)


def record_deal(division: Division, **changes: Any) -> Event:
    """Record a deal: 35,000 yuan a year for 20 years, 4,000 m², on 2023-10-28."""
    data = {"price_fen": 3_500_000, "term_months": 240, "price_unit": "yuan_per_year", "competitive": True}
    data |= {"start_price_fen": 2_500_000, "lessee_kind": "company"} | changes.pop("data", {})
    columns: dict[str, Any] = {
        "kind": "deal.closed",
        "day": date(2023, 10, 28),
        "amount_fen": 70_000_000,
        "area_m2": Decimal("4000.00"),
        "right_kind": "construction_land",
    }
    columns |= changes
    return happened(columns.pop("kind"), division, data=data, **columns)


@pytest.fixture
def happen(db: None) -> Callable[..., Event]:
    """Return `happen(kind, division, **columns)`: record that something happened."""
    return happened


@pytest.fixture
def deal(db: None) -> Deal:
    """Return `deal(division, **columns)`: see `record_deal`."""
    return record_deal
