"""A file that breaks FORMAT prints nothing but one sentence with the case and the field, and exits 2."""

import json

import pytest

from loans.servicing.engine.quote import main
from tests.loans.servicing.engine.cases_file import read_public_cases

PUBLIC = {case["id"]: case for case in read_public_cases()}
TERMS = {
    "principal": "12000",
    "annual_rate_percent": "6",
    "periods": 12,
    "disbursed_on": "2026-01-15",
}
GONE = object()


def refusal(tmp_path, capsys, text):
    """The one sentence, once it is sure that it is the only thing said."""
    path = tmp_path / "cases.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert main([str(path), "--check"]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.endswith(".\n")
    assert told.err.count("\n") == 1
    return told.err


def changed(value, changes):
    """A copy with some keys set, or left out where they are GONE."""
    return {key: entry for key, entry in {**value, **changes}.items() if entry is not GONE}


BROKEN_TERMS = [
    ({"principal": GONE}, "principal"),
    ({"principal": 12000}, "principal"),
    ({"principal": "0"}, "principal"),
    ({"principal": "-1"}, "principal"),
    ({"principal": "1e4"}, "principal"),
    ({"principal": "12,000"}, "principal"),
    ({"principal": "١٢"}, "principal"),
    ({"principal": " 12000"}, "principal"),
    ({"principal": "12000.005"}, "principal"),
    ({"principal": "9" * 201}, "principal"),
    ({"principal": None}, "principal"),
    ({"annual_rate_percent": GONE}, "annual_rate_percent"),
    ({"annual_rate_percent": 6.0}, "annual_rate_percent"),
    ({"annual_rate_percent": "-6"}, "annual_rate_percent"),
    ({"annual_rate_percent": "6 %"}, "annual_rate_percent"),
    ({"annual_rate_percent": "NaN"}, "annual_rate_percent"),
    ({"annual_rate_percent": ".5"}, "annual_rate_percent"),
    ({"method": "balloon"}, "method"),
    ({"method": None}, "method"),
    ({"method": ["annuity"]}, "method"),
    ({"periods": GONE}, "periods"),
    ({"periods": "12"}, "periods"),
    ({"periods": 12.0}, "periods"),
    ({"periods": True}, "periods"),
    ({"periods": 0}, "periods"),
    ({"periods": 10**8}, "periods"),
    ({"periods": 95_700}, "periods"),
    ({"interval": "week"}, "interval"),
    ({"disbursed_on": GONE}, "disbursed_on"),
    ({"disbursed_on": "2026-02-30"}, "disbursed_on"),
    ({"disbursed_on": "20260115"}, "disbursed_on"),
    ({"disbursed_on": "2026-01-15T00:00:00"}, "disbursed_on"),
    ({"disbursed_on": 20260115}, "disbursed_on"),
    ({"first_due_on": "2026-01-15"}, "first_due_on"),
    ({"due_day": 0}, "due_day"),
    ({"due_day": 32}, "due_day"),
    ({"due_day": "20"}, "due_day"),
    ({"matures_on": "2026-12-15"}, "matures_on"),
    ({"matures_on": "2026-01-15", "method": "bullet"}, "matures_on"),
    ({"month_end": "last"}, "month_end"),
    ({"day_count": "act/act"}, "day_count"),
    ({"rounding": "up"}, "rounding"),
    ({"instalment_multiple": "0"}, "instalment_multiple"),
    ({"instalment_multiple": "0.005"}, "instalment_multiple"),
    ({"instalment_multiple": 1}, "instalment_multiple"),
    ({"instalment_rounding": "down"}, "instalment_rounding"),
    ({"instalment_from": "real"}, "instalment_from"),
    ({"principal_grace_periods": 12}, "principal_grace_periods"),
    ({"principal_grace_periods": -1}, "principal_grace_periods"),
    ({"interest_grace_periods": 12, "method": "equal_principal"}, "interest_grace_periods"),
    ({"interest_grace_periods": 2, "principal_grace_periods": 1}, "interest_grace_periods"),
    ({"tranches": {}}, "tranches"),
    ({"tranches": [[]]}, "tranches[0]"),
    ({"tranches": [{"on": "2026-03-01"}]}, "tranches[0].amount"),
    ({"tranches": [{"on": "2026-03-01", "amount": "1", "note": ""}]}, "tranches[0].note"),
    ({"tranches": [{"on": "2026-03-01", "amount": "12000"}]}, "tranches"),
    ({"tranches": [{"on": "2026-01-15", "amount": "1"}]}, "tranches[0].on"),
    ({"tranches": [{"on": "2027-01-15", "amount": "1"}]}, "tranches[0].on"),
    ({"tranche_instalment": "all"}, "tranche_instalment"),
    ({"rate": "6"}, "rate"),
]


@pytest.mark.parametrize(("changes", "field"), BROKEN_TERMS)
def test_broken_terms_are_refused_with_their_name(tmp_path, capsys, changes, field):
    case = {"id": "broken", "terms": changed(TERMS, changes), "expect": {}}
    assert refusal(tmp_path, capsys, json.dumps([case])).startswith(f'Case "broken", field terms.{field}: ')


def prepay(on, amount, mode="shorten"):
    return {"on": on, "type": "prepay", "amount": amount, "mode": mode}


def payoff(on):
    return {"on": on, "type": "payoff", "interest_to": "pay_date"}


def rate(on, percent="5"):
    return {"on": on, "type": "rate_change", "annual_rate_percent": percent}


BROKEN_EVENTS = [
    ({}, "events"),
    (None, "events"),
    (["prepay"], "events[0]"),
    ([{"on": "2026-03-01"}], "events[0].type"),
    ([{"on": "2026-03-01", "type": "refund"}], "events[0].type"),
    ([{**rate("2026-03-01"), "mode": "reduce"}], "events[0].mode"),
    ([{**payoff("2026-03-01"), "interest_to": "now"}], "events[0].interest_to"),
    ([{**prepay("2026-03-01", "1"), "mode": "skip"}], "events[0].mode"),
    ([prepay("2026-03-01", 100)], "events[0].amount"),
    ([prepay("2026-03-01", "-1")], "events[0].amount"),
    ([prepay("2026-03-01", "0.001")], "events[0].amount"),
    ([prepay("2026-01-15", "1")], "events[0].on"),
    ([prepay("2027-01-15", "1")], "events[0].on"),
    ([rate("2026-01-15")], "events[0].on"),
    ([rate("2027-01-15")], "events[0].on"),
    ([rate("2026-03-01", "-1")], "events[0].annual_rate_percent"),
    ([payoff("2026-01-15")], "events[0].on"),
    ([payoff("2027-01-16")], "events[0].on"),
    ([payoff("2026-03-01"), payoff("2026-04-01")], "events[1]"),
    ([payoff("2026-03-01"), prepay("2026-03-01", "1")], "events[1].on"),
    ([rate("2026-03-02"), payoff("2026-03-01")], "events[0].on"),
    ([prepay("2026-02-01", "12000.01")], "events[0].amount"),
    ([prepay("2026-02-20", "6000"), prepay("2026-02-19", "6000")], "events[0].amount"),
    ([prepay("2026-02-20", "11000"), prepay("2026-06-19", "1")], "events[1].amount"),
]


@pytest.mark.parametrize(("events", "field"), BROKEN_EVENTS)
def test_broken_events_are_refused_with_their_place(tmp_path, capsys, events, field):
    case = {"id": "broken", "terms": TERMS, "events": events, "expect": {}}
    assert refusal(tmp_path, capsys, json.dumps([case])).startswith(f'Case "broken", field {field}: ')


def test_a_flat_loan_takes_no_prepayment(tmp_path, capsys):
    case = {"id": "flat", "terms": {**TERMS, "method": "flat"}, "events": [prepay("2026-03-01", "1")]}
    assert "field events[0]: " in refusal(tmp_path, capsys, json.dumps([case]))


def test_a_tranche_cannot_follow_the_payoff(tmp_path, capsys):
    tranches = [{"on": "2026-03-01", "amount": "1"}]
    case = {"id": "late", "terms": {**TERMS, "tranches": tranches}, "events": [payoff("2026-03-01")]}
    assert "field terms.tranches[0].on: " in refusal(tmp_path, capsys, json.dumps([case]))


def test_a_prepayment_cannot_use_a_tranche_of_the_same_day(tmp_path, capsys):
    tranches = [{"on": "2026-02-01", "amount": "2000"}]
    case = {
        "id": "early",
        "terms": {**TERMS, "tranches": tranches},
        "events": [prepay("2026-02-01", "10001")],
    }
    assert "is more than the 10000.00 owed on 2026-02-01" in refusal(tmp_path, capsys, json.dumps([case]))


BROKEN_CASES = [
    ({"id": GONE}, "number 1, field id"),
    ({"id": 7}, "number 1, field id"),
    ({"id": ""}, "number 1, field id"),
    ({"event": []}, '"CN-1", field event'),
    ({"given": {}}, '"CN-1", field given'),
    ({"rule": "apr"}, '"CN-1", field terms'),
    ({"terms": GONE}, '"CN-1", field terms'),
    ({"terms": None}, '"CN-1", field terms'),
    ({"expect": []}, '"CN-1", field expect'),
    ({"expect": {"apr_percent": "1"}}, '"CN-1", field expect.apr_percent'),
    ({"expect": {"instalment": 4270}}, '"CN-1", field expect.instalment'),
    ({"expect": {"rows_count": "360"}}, '"CN-1", field expect.rows_count'),
    ({"expect": {"rows": [{"n": "1"}]}}, '"CN-1", field expect.rows[0].n'),
    ({"expect": {"rows": [{"n": 1, "fee": "1"}]}}, '"CN-1", field expect.rows[0].fee'),
    ({"expect": {"rows": [{"n": 1, "due": "soon"}]}}, '"CN-1", field expect.rows[0].due'),
]


@pytest.mark.parametrize(("changes", "start"), BROKEN_CASES)
def test_a_broken_case_is_refused_with_its_id(tmp_path, capsys, changes, start):
    case = changed(PUBLIC["CN-1"], changes)
    assert refusal(tmp_path, capsys, json.dumps([case])).startswith(f"Case {start}: ")


BROKEN_GIVEN = [
    ("RZ-1", {"amount": GONE}, "amount"),
    ("RZ-1", {"amount": "0"}, "payments"),
    ("RZ-1", {"payments": []}, "payments"),
    ("RZ-1", {"payments": [{"amount": "230", "count": 0}]}, "payments[0].count"),
    ("RZ-1", {"payments": [{"amount": 230, "count": 24}]}, "payments[0].amount"),
    ("RZ-1", {"payments": [{"amount": "230", "count": 24, "each": 1}]}, "payments[0].each"),
    ("RZ-1", {"payments": [{"amount": "1", "count": 10_001}]}, "payments"),
    ("RZ-1", {"payments": [{"amount": "0", "count": 1}]}, "payments"),
    ("RZ-1", {"unit_periods_per_year": 12}, "unit_periods_per_year"),
    ("RZ-1", {"unit_periods_per_year": "0"}, "unit_periods_per_year"),
    ("RZ-1", {"unit_periods_per_year": "12/0"}, "unit_periods_per_year"),
    ("RZ-1", {"first_part": "1/-2"}, "first_part"),
    ("RZ-1", {"first_part": "31/30"}, "first_part"),
    ("RZ-1", {"first_whole": "1"}, "first_whole"),
    ("RZ-1", {"first_whole": 0, "amount": "100"}, "payments"),
    ("DER-4", {"days": -1}, "days"),
    ("DER-4", {"days": "40"}, "days"),
    ("DER-4", {"day_count": GONE}, "day_count"),
    ("DER-4", {"overdue_interest": GONE}, "overdue_interest"),
    ("DER-4", {"compound_interest": "true"}, "compound_interest"),
    ("DER-4", {"charge_on": "principal"}, "charge_on"),
    ("FIN-PENa", {"charge_on": "interest"}, "charge_on"),
    ("FIN-PENa", {"days": 3}, "days"),
    ("FIN-PENa", {"rounding": "down"}, "rounding"),
    ("FIN-PENa", {"instalments_overdue": GONE}, "instalments_overdue"),
    ("DER-8", {"due": []}, "due"),
    ("DER-8", {"due": {"fee": 5}}, "due.fee"),
    ("DER-8", {"order": ["fee"]}, "order"),
    ("DER-8", {"order": ["fee", "penalty", "interest", "interest"]}, "order"),
    ("DER-8", {"order": ["fee", "penalty", "interest", "gift"]}, "order"),
    ("DER-7a", {"items": [{"name": "A", "value": "1"}]}, "items[0].ltv_percent"),
    ("DER-7a", {"items": [{"name": "C", "value": "1", "ltv_percent": "1"}] * 2}, "items"),
    ("DER-7a", {"releases": [["D"]]}, "releases[0][0]"),
    ("DER-7a", {"releases": ["C"]}, "releases[0]"),
    ("DER-7a", {"outstanding": GONE}, "outstanding"),
    ("DER-6a", {"floors": [[1, "late", 2]]}, "floors[0]"),
    ("DER-6a", {"floors": [["1", "late"]]}, "floors[0][0]"),
    ("DER-6a", {"days_overdue": [1, None]}, "days_overdue[1]"),
    ("DER-6a", {"technical_days": None}, "technical_days"),
    ("DER-10", {"fund_percent": "101"}, "fund_percent"),
    ("DER-10", {"costs": GONE}, "costs"),
    ("DER-10", {"cap": "1"}, "cap"),
]


@pytest.mark.parametrize(("case_id", "changes", "field"), BROKEN_GIVEN)
def test_broken_numbers_of_a_rule_are_refused_with_their_name(tmp_path, capsys, case_id, changes, field):
    case = {**PUBLIC[case_id], "given": changed(PUBLIC[case_id]["given"], changes)}
    start = f'Case "{case_id}", field given.{field}: '
    assert refusal(tmp_path, capsys, json.dumps([case])).startswith(start)


@pytest.mark.parametrize("rule", ["fee", None, 1])
def test_an_unknown_rule_is_refused(tmp_path, capsys, rule):
    text = json.dumps([{"id": "odd", "rule": rule, "given": {}, "expect": {}}])
    assert refusal(tmp_path, capsys, text).startswith('Case "odd", field rule: ')


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        '"cases"',
        "[1]",
        "[[]]",
        "[{}",
        b"\xff\xfe",
        '[{"id": "a", "id": "b"}]',
        '[{"id": "a", "terms": {"principal": NaN}}]',
        "[" * 100_000,
        '[{"id": "a", "terms": {"periods": ' + "9" * 5000 + "}}]",
    ],
)
def test_a_file_that_is_no_list_of_cases_is_refused(tmp_path, capsys, text):
    refusal(tmp_path, capsys, text)


def test_a_file_that_is_not_there_is_refused(tmp_path, capsys):
    assert main([str(tmp_path / "none.json")]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 1
    assert "none.json" in told.err
