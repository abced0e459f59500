"""Every public case, and the command that quotes and checks them."""

import json
from copy import deepcopy

import pytest

from loans.servicing.engine import quote as command
from loans.servicing.engine.cases import case_from_json
from loans.servicing.engine.expects import differences
from tests.loans.servicing.engine.cases_file import CASES, read_public_cases, run

PUBLIC = read_public_cases()
BY_ID = {case["id"]: case for case in PUBLIC}


@pytest.mark.parametrize("case_id", BY_ID)
def test_a_public_case_comes_out_as_expected(case_id):
    case = BY_ID[case_id]
    assert case["expect"], "a case that expects nothing shows nothing"
    assert list(differences(case["expect"], command.answer(case_from_json(case)))) == []


def test_the_public_file_has_all_its_cases():
    assert len(PUBLIC) == len(BY_ID) == 57


def test_the_command_finds_no_difference_in_the_public_file_on_bare_python():
    done = run(CASES, "--check")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("57 cases")
    assert done.stderr.count("\n") == 1


def test_quoting_prints_one_json_line_per_case_with_all_rows():
    done = run(CASES)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, done.stderr) == (0, "")
    assert [line["id"] for line in lines] == list(BY_ID)
    loan = next(line for line in lines if line["id"] == "CN-1")
    assert len(loan["rows"]) == loan["rows_count"] == 360
    assert loan["instalment"] == "4270.16"
    assert loan["last_instalment"] == loan["rows"][-1]["total"] == "4272.59"
    assert loan["total_interest"] == "537260.03"
    assert loan["total_interest_unrounded"] == "537259.04"
    assert "instalment_after" not in loan
    assert "principal_part" not in loan
    assert loan["rows"][0] == {
        "n": 1,
        "due": "2026-02-01",
        "principal": "1686.83",
        "interest": "2583.33",
        "total": "4270.16",
        "prepaid": "0.00",
        "balance": "998313.17",
    }
    assert next(line for line in lines if line["id"] == "DER-9") == {
        "id": "DER-9",
        "applied": {"principal": "800.00", "interest": "200.00", "penalty": "0.00", "fee": "0.00"},
        "unapplied": "0.00",
    }


BROKEN_EXPECTS = [
    ("CN-1", {"instalment": "4270.17"}, [("instalment", "4270.17", "4270.16")]),
    ("CN-1", {"rows_count": 359}, [("rows_count", 359, 360)]),
    ("CN-1", {"instalment_after": "1"}, [("instalment_after", "1", None)]),
    ("DER-1", {"rows": [{"n": 2, "interest": "891.26"}]}, [("rows[2].interest", "891.26", "891.25")]),
    ("DER-1", {"rows": [{"due": "2026-04-20", "n": 3}]}, [("rows[3].due", "2026-04-20", "2026-05-20")]),
    ("DER-1", {"rows": [{"due": "2026-04-20", "total": "1"}]}, [("rows[2].total", "1", "891.25")]),
    ("DER-1", {"rows": [{"n": 14}]}, [("rows[14]", {"n": 14}, None)]),
    ("RZ-1", {"apr_percent": "9.70"}, [("apr_percent", "9.70", "9.69")]),
    ("DER-6a", {"classes": ["normal"]}, None),
    ("DER-7a", {"releases": [{"release": ["C"], "allowed": False}]}, None),
    ("DER-8", {"applied": {"fee": "5.01"}}, None),
    ("DER-10", {"loss": "1", "fund": "2"}, [("loss", "1", "130000.00"), ("fund", "2", "91000.00")]),
]


@pytest.mark.parametrize(("case_id", "expect", "wanted"), BROKEN_EXPECTS)
def test_a_wrong_expectation_is_found(tmp_path, capsys, case_id, expect, wanted):
    path = tmp_path / "cases.json"
    path.write_text(json.dumps([{**BY_ID[case_id], "expect": expect}]))
    assert command.main([str(path), "--check"]) == 1
    told = capsys.readouterr()
    lines = [json.loads(line) for line in told.out.splitlines()]
    assert told.err.startswith("1 case")
    if wanted is None:
        assert [line["key"] for line in lines] == list(expect)
    else:
        assert lines == [{"id": case_id, "key": k, "wanted": w, "got": g} for k, w, g in wanted]


@pytest.mark.parametrize("expect", [{"instalment": "4270.160"}, {"instalment": "04270.16"}, {}])
def test_numbers_are_compared_by_value_and_nothing_expected_is_no_difference(tmp_path, capsys, expect):
    path = tmp_path / "cases.json"
    path.write_text(json.dumps([{**BY_ID["CN-1"], "expect": expect}]))
    assert command.main([str(path), "--check"]) == 0
    assert capsys.readouterr().out == ""


def test_a_check_that_looked_at_nothing_is_no_success(tmp_path):
    path = tmp_path / "cases.json"
    path.write_text("[]")
    done = run(path, "--check")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("0 cases")
    assert run(path).returncode == 0


def test_one_broken_case_stops_the_whole_file(tmp_path):
    cases = deepcopy(PUBLIC)
    cases[-1]["terms"]["periods"] = 0
    path = tmp_path / "cases.json"
    path.write_text(json.dumps(cases))
    for options in ([], ["--check"]):
        done = run(path, *options)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == (
            'Case "we-q18", field terms.periods: must be a whole number from 1 to 1000000000, not 0.\n'
        )
