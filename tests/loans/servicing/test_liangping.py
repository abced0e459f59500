"""The past loans of Liangping: a file that carries the total, made anew the same, and followed by whoever reads it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db.models import Sum

from exchange.accounts.selectors import paths_of_code, within
from exchange.journal.models import Event
from exchange.money import yuan_to_fen
from loans.servicing.imports.rows import COLUMNS
from loans.servicing.models import Loan
from tests.past_file import PastFile

PAST = PastFile("loans/servicing", "make_liangping_loans")


def test_the_file_adds_up_to_the_total_it_was_made_from() -> None:
    found = PAST.rows()
    assert len(found) == int(PAST.argument("--count"))
    assert sum(yuan_to_fen(row["amount"]) for row in found) == yuan_to_fen(PAST.argument("--total")) == 26_000_000_000
    assert PAST.argument("--first") <= min(row["disbursed_on"] for row in found)
    assert max(max(row["disbursed_on"], row["repaid_on"]) for row in found) <= PAST.argument("--last")
    assert all("虚拟" in row["note"] and "made up" in row["note"] for row in found)
    assert {row["secured"] for row in found} == {"yes", "no"}
    assert {row["right_kind"] for row in found} & {"homestead", "contract_right"} == set()
    assert (len({row["bank"] for row in found}), len({row["division"] for row in found}) > 20) == (4, True)


def test_the_same_call_makes_the_same_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(settings.BASE_DIR)
    assert PAST.made_again(tmp_path / "again.csv") == PAST.path.read_bytes()


@pytest.fixture
def real_places(db: None) -> None:
    call_command("import_divisions", "--bundled", verbosity=0)
    call_command("load_rulebook", verbosity=0)


def disbursed(code: str) -> tuple[int, int]:
    events = Event.objects.filter(within(paths_of_code(code)), kind="loan.disbursed")
    return events.count(), events.aggregate(total=Sum("amount_fen"))["total"] or 0


def test_it_is_imported_whole_into_the_townships_of_their_days(real_places: None) -> None:
    call_command("import_loans", str(PAST.path))
    found = PAST.rows()
    assert disbursed("500155") == (len(found), sum(yuan_to_fen(row["amount"]) for row in found))
    assert disbursed("500119") == (0, 0)
    for loan in Loan.objects.select_related("division__parent"):
        assert loan.division.is_in_force(loan.disbursed_on)
        assert (loan.division.level, loan.division.parent.code) == ("township", PAST.argument("--district"))


def test_one_changed_row_changes_what_is_counted(real_places: None, tmp_path: Path) -> None:
    found = PAST.rows()
    total = sum(yuan_to_fen(row["amount"]) for row in found)
    changed = tmp_path / "changed.csv"
    with changed.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        found[0]["amount"] = f"{yuan_to_fen(found[0]['amount']) // 100 + 1}.23"
        writer.writerows(found)
    call_command("import_loans", str(changed))
    assert disbursed("500155") == (len(found), total + 123)
