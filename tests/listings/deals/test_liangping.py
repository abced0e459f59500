"""The past of Liangping: a file whose rows carry the totals, made anew the same, and followed by whoever reads it."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db.models import Sum
from django.test import Client

from exchange.accounts.selectors import paths_of_code, within
from exchange.journal.models import Event
from exchange.money import fen_to_yuan, yuan_to_fen
from listings.deals.imports.rows import COLUMNS
from listings.deals.models import Deal
from tests.past_file import PastFile

PAST = PastFile("listings/deals", "make_liangping_deals")


def test_the_file_adds_up_to_the_totals_it_was_made_from() -> None:
    found = PAST.rows()
    assert len(found) == int(PAST.argument("--count"))
    assert sum(yuan_to_fen(row["amount"]) for row in found) == yuan_to_fen(PAST.argument("--total"))
    homes = [Decimal(row["area_m2"]) for row in found if row["right_kind"] in {"homestead", "farmhouse"}]
    assert sum(homes) == Decimal(PAST.argument("--homestead-m2"))
    assert max(row["closed_on"] for row in found) <= PAST.argument("--last")
    assert all("虚拟" in row["note"] and "made up" in row["note"] for row in found)
    assert len({row["division"] for row in found}) > 20


def test_the_same_call_makes_the_same_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(settings.BASE_DIR)
    assert PAST.made_again(tmp_path / "again.csv") == PAST.path.read_bytes()


@pytest.fixture
def real_places(db: None) -> None:
    call_command("import_divisions", "--bundled", verbosity=0)
    call_command("load_rulebook", verbosity=0)


def closed(code: str) -> tuple[int, int]:
    events = Event.objects.filter(within(paths_of_code(code)), kind="deal.closed")
    return events.count(), events.aggregate(total=Sum("amount_fen"))["total"] or 0


def summary(code: str) -> dict[str, Any]:
    """Return what the public figures say of a division's deals."""
    found = Client().get(f"/api/v1/figures/summary/?division={code}").json()["deals"]
    return {"count": found["count"], "amount": found["amount"]}


def test_it_is_imported_whole_into_the_townships_of_their_days(real_places: None) -> None:
    call_command("import_deals", str(PAST.path))
    found = PAST.rows()
    assert closed("500155") == (len(found), sum(yuan_to_fen(row["amount"]) for row in found))
    assert closed("500119") == (0, 0)
    assert summary("500155") == {"count": len(found), "amount": PAST.argument("--total")}
    for deal in Deal.objects.select_related("division__parent"):
        assert deal.division.is_in_force(deal.closed_on)
        assert (deal.division.level, deal.division.parent.code) == ("township", PAST.argument("--district"))
        assert date(2017, 1, 1) <= deal.closed_on


def test_one_changed_row_changes_what_is_counted(real_places: None, tmp_path: Path) -> None:
    found = PAST.rows()
    total = sum(yuan_to_fen(row["amount"]) for row in found)
    row = next(row for row in found if row["price_unit"] == "yuan_total")
    row["price"] = row["amount"] = "1.23"
    changed = tmp_path / "changed.csv"
    with changed.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(found)
    before = next(yuan_to_fen(r["amount"]) for r in PAST.rows() if r["ref"] == row["ref"])
    call_command("import_deals", str(changed))
    assert closed("500155") == (len(found), total - before + 123)
    assert summary("500155") == {"count": len(found), "amount": fen_to_yuan(total - before + 123)}
    listed = Client().get("/api/v1/deals/?division=500155&right_kind=facility").json()["results"]
    assert [(item["number"], item["amount"]) for item in listed] == [(row["ref"], "1.23")]
