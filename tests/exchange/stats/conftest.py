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


@pytest.fixture
def happen(db: None) -> Callable[..., Event]:
    """Return `happen(kind, division, **columns)`: record that something happened."""

    def happened(kind: str, division: Division, **columns: Any) -> Event:
        with transaction.atomic():
            return record(kind, subject=division, by=None, division=division, **columns)

    return happened


@pytest.fixture
def deal(happen: Callable[..., Event]) -> Deal:
    """Return `deal(division, **columns)`: 35,000 yuan a year for 20 years, 4,000 m², on 2023-10-28."""

    def closed(division: Division, **changes: Any) -> Event:
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
        return happen(columns.pop("kind"), division, data=data, **columns)

    return closed
