"""A file of divisions is refused line by line, with the reason."""

import pytest

from exchange.accounts.divisions.rows import COLUMNS, read_files, read_rows

HEADER = ",".join(COLUMNS) + "\n"
SHIXI = "500119118,石溪镇,township,500119,2006-10-22,,,test\n"


def refusals(*lines: str) -> list[str]:
    return [str(problem) for problem in read_rows([HEADER, *lines], "towns.csv")[1]]


def test_a_good_row_is_read_with_its_line():
    rows, problems = read_rows([HEADER, SHIXI], "towns.csv")
    assert not problems
    assert [(row.code, row.name, row.parent, row.valid_to, row.line) for row in rows] == [
        ("500119118", "石溪镇", "500119", None, 2)
    ]


def test_a_byte_order_mark_and_empty_lines_do_no_harm():
    rows, problems = read_rows(["\ufeff" + HEADER, "\n", SHIXI, ",,,,,,,\n"], "towns.csv")
    assert (len(rows), problems) == (1, [])
    assert rows[0].line == 3


def test_successors_are_read_with_their_shares():
    rows, _ = read_rows(
        [HEADER, "500112,渝北区,district,500000,1997-06-18,2026-01-25,500157:6000;500109:4000,t\n"], "f"
    )
    assert rows[0].successors == (("500109", 4000), ("500157", 6000))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("50011911,石溪镇,township,500119,2006-10-22,,,t", "must have 9 digits"),
        ("500119,石溪镇,township,500119,2006-10-22,,,t", "must have 9 digits"),
        ("50011911X,石溪镇,township,500119,2006-10-22,,,t", "must have 9 digits"),
        ("５００１１９１１８,石溪镇,township,500119,2006-10-22,,,t", "must have 9 digits"),
        ("500119118203,五星村,village,500119,2006-10-22,,,t", "“500119” must have 9 digits"),
        ("500119118,石溪镇,town,500119,2006-10-22,,,t", "“town” is no level"),
        ("500119118,,township,500119,2006-10-22,,,t", "“name” is empty"),
        ("500119118,石溪镇,township,500119,2006-10-22,,,", "“source” is empty"),
        ("500119118,石溪镇,township,,2006-10-22,,,t", "“parent” is empty"),
        ("500000,重庆市,city,500000,1997-06-18,,,t", "has no parent"),
        (f"500119118,{'石' * 61},township,500119,2006-10-22,,,t", "longer than 60"),
        ("500119118,石溪镇,township,500119,22.10.2006,,,t", "“22.10.2006” in “valid_from” is no day"),
        ("500119118,石溪镇,township,500119,,,,t", "“” in “valid_from” is no day"),
        ("500119118,石溪镇,township,500119,2006-10-22,2006-02-30,,t", "“2006-02-30” in “valid_to” is no day"),
        ("500119118,石溪镇,township,500119,2006-10-22,2006-10-22,,t", "not after the day it begins"),
        ("500119118,石溪镇,township,500119,2006-10-22,,500119119,t", "has successors but no day"),
        ("500119118,石溪镇,township,500119,2006-10-22,2020-01-01,500119,t", "“500119” must have 9 digits"),
        ("500119118,石溪镇,township,500119,2006-10-22,2020-01-01,500119119:0,t", "from 1 to 10000"),
        ("500119118,石溪镇,township,500119,2006-10-22,2020-01-01,500119119:half,t", "from 1 to 10000"),
        ("500119118,石溪镇,township,500119,2006-10-22,2020-01-01,500119119;500119119,t", "named twice"),
        ("500119118,石溪镇,township,500119,2006-10-22,2020-01-01,500119119:6000;500119120:3999,t", "add up to 10000"),
        ("500119118,石溪镇,township,500119,2006-10-22,2020-01-01,500119119:10000;500119120,t", "add up to 10000"),
        ("500119118,石溪镇,township,500119,2006-10-22,t", "6 columns instead of 8"),
    ],
)
def test_a_wrong_line_is_refused_with_its_number_and_the_reason(line, reason):
    found = refusals(SHIXI, line + "\n")
    assert len(found) == 1
    assert found[0].startswith("towns.csv:3: ")
    assert reason in found[0]


def test_every_wrong_line_is_named_not_only_the_first():
    found = refusals("1,,,,,,,\n", SHIXI, "2,,,,,,,\n")
    assert [text.split(": ")[0] for text in found] == ["towns.csv:2", "towns.csv:4"]


def test_another_header_is_refused_before_any_row():
    rows, problems = read_rows(["code,name\n", SHIXI], "towns.csv")
    assert rows == []
    assert [problem.line for problem in problems] == [1]
    assert "code,name,level,parent" in problems[0].reason


def test_an_empty_file_and_one_without_rows_are_refused():
    rows, problems = read_files({"empty.csv": [], "header.csv": [HEADER]})
    assert rows == []
    assert [problem.file for problem in problems] == ["empty.csv", "header.csv"]
    assert "no row" in problems[1].reason
