"""Importing past loans: all rows or none, each wrong line by its number, a second time without effect."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from exchange.csvfiles import RowsRefused
from exchange.errors import NotAllowed, Refused
from exchange.journal.models import Event, Origin, Seal
from loans.servicing.imports.rows import COLUMNS, read_rows
from loans.servicing.models import Loan
from loans.servicing.selectors.loans import visible_loans
from loans.servicing.services.importing import Imported, import_loans
from loans.servicing.services.repaying import book_repayment
from tests.factories import Cast

HEADER = ",".join(COLUMNS)
GOOD = {
    "ref": "LN-1",
    "borrower": "罗某某",
    "division": "500155001",
    "right_kind": "contracted_land",
    "secured": "yes",
    "bank": "重庆农村商业银行",
    "product": "土地经营权抵押贷款",
    "amount": "500000.00",
    "rate_percent": "3.85",
    "method": "annuity",
    "term_months": "36",
    "disbursed_on": "2021-03-18",
    "repaid": "120000.50",
    "repaid_on": "2022-03-18",
    "note": "synthetic",
}


def line(**changes: str) -> str:
    return ",".join({**GOOD, **changes}.values())


def load(*lines: str, by: object = None) -> Imported:
    return import_loans(lines=[HEADER, *lines], file="past.csv", by=by)  # type: ignore[arg-type]


def refused(*lines: str) -> list[tuple[int, str]]:
    before = (Loan.objects.count(), Event.objects.count())
    with pytest.raises(RowsRefused) as caught:
        load(*lines)
    assert (Loan.objects.count(), Event.objects.count()) == before
    return [(problem.line, problem.reason) for problem in caught.value.problems]


def test_a_past_loan_is_marked_and_recorded_on_its_own_days(cast: Cast) -> None:
    done = load(line())
    assert (done.read, done.added, done.same, done.amount_fen) == (1, 1, 0, 50_000_000)
    loan = Loan.objects.get()
    assert (loan.origin, loan.state, loan.account, loan.bank) == (Origin.IMPORTED, Loan.State.ACTIVE, None, None)
    assert (loan.principal_fen, loan.balance_fen, loan.rate_bp) == (50_000_000, 37_999_950, 385)
    out, back = Event.objects.get(kind="loan.disbursed"), Event.objects.get(kind="loan.repaid")
    assert (out.day, out.division, out.amount_fen, out.right_kind, out.origin) == (
        date(2021, 3, 18),
        cast.places.liangshan,
        50_000_000,
        "contracted_land",
        "imported",
    )
    assert out.data == {
        "secured": True,
        "bank": "重庆农村商业银行",
        "product": "土地经营权抵押贷款",
        "file": "past.csv",
    }
    assert (back.day, back.amount_fen, back.subject_id) == (date(2022, 3, 18), 12_000_050, str(loan.pk))
    assert Seal.objects.filter(event__in=[out, back], number=None).count() == 2


def test_a_loan_wholly_repaid_is_settled_and_one_not_at_all_is_not(cast: Cast) -> None:
    load(line(repaid="500000.00"), line(ref="LN-2", repaid="", repaid_on="", secured="no"))
    states = dict(Loan.objects.values_list("import_ref", "state"))
    assert states == {"LN-1": "settled", "LN-2": "active"}
    assert (Event.objects.filter(kind="loan.repaid").count(), Loan.objects.get(import_ref="LN-2").secured) == (1, False)


def test_a_second_import_changes_nothing(cast: Cast) -> None:
    load(line(), line(ref="LN-2"))
    before = list(Loan.objects.order_by("pk").values())
    done = load(line(), line(ref="LN-2"), line(ref="LN-3"))
    assert (done.read, done.added, done.same) == (3, 1, 2)
    assert list(Loan.objects.filter(import_ref__in=["LN-1", "LN-2"]).order_by("pk").values()) == before
    assert Event.objects.filter(kind="loan.disbursed").count() == 3


def test_the_same_reference_with_other_contents_is_refused(cast: Cast) -> None:
    load(line())
    assert [(n, "LN-1" in reason) for n, reason in refused(line(ref="LN-2"), line(amount="500001.00"))] == [(3, True)]


def test_every_wrong_line_is_named_and_nothing_is_imported(cast: Cast) -> None:
    problems = refused(
        line(),
        line(ref="LN-2", amount="-5"),
        line(ref="LN-3", division="999999"),
        line(ref="LN-4", right_kind="castle"),
        line(ref="LN-5", disbursed_on="2999-01-01", repaid_on="2999-01-01"),
        line(ref="LN-6", disbursed_on="1996-01-01"),
        line(ref="LN-1"),
    )
    assert [number for number, _reason in problems] == [3, 4, 5, 6, 7, 8]


@pytest.mark.parametrize(
    "changes",
    [
        {"ref": ""},
        {"ref": "x" * 41},
        {"borrower": ""},
        {"bank": ""},
        {"secured": "maybe"},
        {"method": "flat"},
        {"amount": "500000.001"},
        {"amount": "0"},
        {"amount": "1e5"},
        {"rate_percent": "3.855"},
        {"rate_percent": "-1"},
        {"rate_percent": "NaN"},
        {"rate_percent": "101"},
        {"term_months": "0"},
        {"term_months": "601"},
        {"term_months": "12.5"},
        {"disbursed_on": "2021/03/18"},
        {"repaid": "500000.01"},
        {"repaid": ""},
        {"repaid_on": ""},
        {"repaid_on": "2021-03-17"},
        {"note": "x" * 301},
    ],
)
def test_a_wrong_value_is_refused(changes: dict[str, str]) -> None:
    rows, problems = read_rows([HEADER, line(), line(**{"ref": "LN-2", **changes})], "past.csv")
    assert [row.ref for row in rows] == ["LN-1"]
    assert [(problem.file, problem.line) for problem in problems] == [("past.csv", 3)]


@pytest.mark.parametrize("lines", [[], [HEADER], ["ref,amount"], [HEADER, ""], [HEADER, '"open']])
def test_a_file_without_rows_or_that_is_no_such_file_is_refused(cast: Cast, lines: list[str]) -> None:
    with pytest.raises(RowsRefused):
        import_loans(lines=lines, file="past.csv", by=None)
    assert Loan.objects.count() == 0


def test_only_the_citys_administrator_or_the_set_up_imports(cast: Cast) -> None:
    for person in (cast.village, cast.organiser, cast.bank, cast.bank2, cast.stranger):
        with pytest.raises(NotAllowed):
            load(line(), by=person)
    assert Loan.objects.count() == 0
    load(line(), by=cast.city)
    assert Event.objects.get(kind="loan.disbursed").by == cast.city


def test_a_bank_entered_here_sees_its_past_loans_and_books_nothing_on_them(cast: Cast) -> None:
    load(line(bank=cast.bank_organisation.name, division="500119118"), line(ref="LN-2"))
    loan = visible_loans(cast.bank).get()
    with pytest.raises(Refused) as caught:
        book_repayment(loan_id=str(loan.pk), amount_fen=1, by=cast.bank)
    assert caught.value.code == "elsewhere"


def test_the_command_counts_on_stderr_and_fails_without_rows(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text(f"{HEADER}\n{line()}\n", encoding="utf-8-sig")
    bad.write_text(f"{HEADER}\n{line(ref='LN-9', amount='free')}\n", encoding="utf-8")
    call_command("import_loans", str(good))
    assert "1 rows read, 1 added, 0 as before; 500000.00 yuan added" in capsys.readouterr().err
    for file in (bad, tmp_path / "missing.csv"):
        with pytest.raises(CommandError):
            call_command("import_loans", str(file))
    assert f"{bad}:2:" in capsys.readouterr().err
    assert Loan.objects.count() == 1
