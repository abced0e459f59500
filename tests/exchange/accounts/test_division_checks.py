"""Divisions that contradict each other are refused: parents, periods, successors, one town under two parents."""

import pytest

from exchange.accounts.divisions.checks import check
from exchange.accounts.divisions.rows import COLUMNS, read_rows

CITY = "500000,重庆市,city,,1997-06-18,,,t"
NANCHUAN = "500119,南川区,district,500000,2006-10-22,,,t"
SHIXI = "500119118,石溪镇,township,500119,2006-10-22,,,t"
WUXING = "500119118203,五星村,village,500119118,2006-10-22,,,t"
NANCHUAN_TREE = (CITY, NANCHUAN, SHIXI, WUXING)

BEIBEI = "500109,北碚区,district,500000,1997-06-18,,,t"
YUBEI = "500112,渝北区,district,500000,1997-06-18,2026-01-25,500109;500157,t"
LIANGJIANG = "500157,两江新区,district,500000,2026-01-25,,,t"
REFORM = (CITY, BEIBEI, YUBEI, LIANGJIANG)


def rows_of(*lines):
    rows, problems = read_rows([",".join(COLUMNS), *lines], "file.csv")
    assert not problems
    return rows


def refusals(*lines, recorded=()):
    """Check lines of a file (the first is line 2) beside recorded ones."""
    before = [row.plain() for row in rows_of(*recorded)] if recorded else []
    return [(problem.line, problem.reason) for problem in check(before, rows_of(*lines))]


def the_refusal(*lines, recorded=()):
    found = refusals(*lines, recorded=recorded)
    assert len(found) == 1, found
    return found[0]


def test_village_town_and_district_stand_together():
    assert refusals(*NANCHUAN_TREE) == []


def test_rows_may_come_in_any_order():
    assert refusals(*reversed(NANCHUAN_TREE)) == []


def test_an_unknown_parent_is_refused():
    line, reason = the_refusal(CITY, SHIXI)
    assert line == 3
    assert "parent 500119 of 500119118 石溪镇 is unknown" in reason


def test_a_recorded_parent_is_known():
    assert refusals(SHIXI, recorded=(CITY, NANCHUAN)) == []


def test_a_parent_of_the_wrong_level_is_refused():
    line, reason = the_refusal(CITY, "500119,南川区,district,500999,2006-10-22,,,t")
    assert (line, "unknown" in reason) == (3, True)


def test_a_child_older_than_its_parent_is_refused():
    line, reason = the_refusal(CITY, NANCHUAN, SHIXI.replace("2006-10-22", "2006-10-21"))
    assert line == 4
    assert "500119 of 500119118 石溪镇 is not in force on 2006-10-21" in reason


def test_a_child_that_outlives_its_parent_is_refused():
    line, reason = the_refusal(*REFORM, "500112133,统景镇,township,500112,1997-06-18,,,t")
    assert line == 6
    assert "ends on 2026-01-25, but" in reason


def test_a_parent_that_is_renamed_goes_on_for_its_children():
    assert (
        refusals(
            CITY,
            "500101,万县区,district,500000,1997-12-20,1998-05-22,500101,t",
            "500101,万州区,district,500000,1998-05-22,,,t",
            "500101100,某镇,township,500101,1997-12-20,,,t",
        )
        == []
    )


def test_ending_a_recorded_district_over_living_towns_is_refused_at_the_districts_line():
    line, reason = the_refusal(
        NANCHUAN.replace(",,,t", ",2030-01-01,,t"), recorded=(CITY, NANCHUAN, SHIXI.replace(",,,t", ",2040-01-01,,t"))
    )
    assert line == 2
    assert "500119118 石溪镇 goes on" in reason


@pytest.mark.parametrize(
    "line",
    [
        "500120101,大有镇,township,500119,2006-10-22,,,t",
        "510119,南川区,district,500000,2006-10-22,,,t",
        "500120118203,五星村,village,500119118,2006-10-22,,,t",
    ],
)
def test_digits_that_do_not_lie_under_the_parent_are_refused(line):
    wrong, reason = the_refusal(*NANCHUAN_TREE, line)
    assert wrong == 6
    assert "do not lie under its parent" in reason


def test_a_town_may_keep_its_digits_when_its_new_parent_follows_the_old_one():
    assert refusals(*REFORM, "500112133,统景镇,township,500109,2026-01-25,,,t") == []


def test_a_village_bears_the_bureaus_number_of_its_town():
    """Statistical codes of villages do not always begin with the ministry's code of the town."""
    liangping = (CITY, "500155,梁平区,district,500000,2016-11-24,,,t")
    town = "500155005,金带街道,township,500155,2020-06-23,,,t"
    assert refusals(*liangping, town, "500155004201,仁和村,village,500155005,2020-06-23,,,t") == []


def test_one_town_under_two_parents_is_refused():
    line, reason = the_refusal(
        *REFORM,
        "500112133,统景镇,township,500112,1997-06-18,2026-01-25,,t",
        "500112133,统景镇,township,500109,2026-01-24,,,t",
    )
    assert line == 7
    assert "500112133 stands under two parents, 500112 and 500109, on 2026-01-24" in reason


def test_one_town_under_its_old_and_its_new_code_is_refused():
    """The ministry's list of September 2026 shows 水土街道 under Beibei and under Liangjiang."""
    line, reason = the_refusal(
        *REFORM,
        "500109008,水土街道,township,500109,2017-11-01,,,t",
        "500157005,水土街道,township,500157,2026-01-25,,,t",
    )
    assert line == 7
    assert "水土街道 stands twice on 2026-01-25: 500109008 under 500109, 500157005 under 500157" in reason


def test_the_same_town_ended_in_time_is_fine():
    assert (
        refusals(
            *REFORM,
            "500109008,水土街道,township,500109,2017-11-01,2026-01-25,500157005,t",
            "500157005,水土街道,township,500157,2026-01-25,,,t",
        )
        == []
    )


def test_two_towns_of_one_name_in_unrelated_districts_are_fine():
    assert (
        refusals(
            *NANCHUAN_TREE,
            "500155,梁平区,district,500000,2016-11-24,,,t",
            "500155118,石溪镇,township,500155,2016-11-24,,,t",
        )
        == []
    )


def test_two_units_under_one_code_at_one_time_are_refused():
    line, reason = the_refusal(*NANCHUAN_TREE, "500119118,石溪街道,township,500119,2020-01-01,,,t")
    assert line == 6
    assert "both in force on 2020-01-01" in reason


def test_the_same_row_twice_is_refused_with_the_place_of_the_first():
    line, reason = the_refusal(*NANCHUAN_TREE, SHIXI)
    assert line == 6
    assert "stands already in file.csv, line 4" in reason


def test_a_recorded_unit_does_not_change_its_parent_in_place():
    line, reason = the_refusal(
        "500112133,统景镇,township,500109,1997-06-18,,,t",
        recorded=(*REFORM, "500112133,统景镇,township,500112,1997-06-18,2026-01-25,,t"),
    )
    assert line == 2
    assert "end it there and begin it anew under 500109" in reason


def test_an_unknown_successor_is_refused():
    line, reason = the_refusal(CITY, BEIBEI, YUBEI)
    assert line == 4
    assert "successor 500157 of 500112 渝北区 is unknown" in reason


def test_a_successor_that_ended_before_is_refused():
    line, reason = the_refusal(
        CITY,
        "500105,江北区,district,500000,1997-06-18,2026-01-25,500223,t",
        "500223,潼南县,district,500000,1997-06-18,2015-04-28,,t",
    )
    assert line == 3
    assert "not in force when it ends, nor later" in reason


def test_every_contradiction_is_named_in_the_order_of_the_lines():
    lines = [line for line, _reason in refusals(CITY, WUXING, SHIXI, BEIBEI, YUBEI)]
    assert lines == [4, 6]
