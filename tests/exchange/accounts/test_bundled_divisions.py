"""The divisions of Chongqing that come with the product: counts by day, the reform of 2025, no town twice."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from exchange import accounts
from exchange.accounts.divisions.checks import check
from exchange.accounts.divisions.rows import read_files

DATA = Path(accounts.__path__[0]) / "data"
BEFORE, AFTER = date(2026, 1, 24), date(2026, 1, 25)
NORTH = {"大湾镇", "统景镇", "大盛镇", "兴隆镇", "茨竹镇"}
FROM_BEIBEI = {"水土街道", "复兴街道", "蔡家岗街道", "施家梁镇", "童家溪镇"}


@pytest.fixture(scope="module")
def rows():
    files = {path.name: path.read_text(encoding="utf-8").splitlines() for path in sorted(DATA.glob("*.csv"))}
    read, problems = read_files(files)
    assert not problems
    return read


def at(rows, day, level="", parent=""):
    return [
        row
        for row in rows
        if row.valid_from <= day < (row.valid_to or date.max)
        and level in ("", row.level)
        and parent in ("", row.parent)
    ]


def names(rows):
    return {row.name for row in rows}


def by_code(rows, code):
    return [row for row in rows if row.code == code]


def test_all_rows_stand_beside_each_other(rows):
    assert Counter(row.level for row in rows) == {"city": 1, "district": 57, "township": 1199, "village": 1455}
    assert check([], rows) == []


@pytest.mark.parametrize(
    ("day", "units"),
    [
        (date(1998, 1, 1), 40),
        (date(2011, 10, 22), 38),
        (date(2016, 11, 23), 38),
        (date(2016, 11, 24), 38),
        (date(2023, 10, 28), 38),
        (BEFORE, 38),
        (AFTER, 37),
        (date(2026, 9, 11), 37),
    ],
)
def test_the_city_has_38_units_before_the_reform_and_37_after(rows, day, units):
    assert len(at(rows, day, "district")) == units


def test_the_reform_ends_two_districts_and_begins_one(rows):
    before = {row.code for row in at(rows, BEFORE, "district")}
    after = {row.code for row in at(rows, AFTER, "district")}
    assert before - after == {"500105", "500112"}
    assert after - before == {"500157"}
    assert [row.successors for row in by_code(rows, "500105")] == [(("500157", None),)]
    assert [row.successors for row in by_code(rows, "500112")] == [(("500109", None), ("500157", None))]


def test_five_northern_towns_of_yubei_go_to_beibei_and_five_units_of_beibei_to_liangjiang(rows):
    assert names(at(rows, BEFORE, parent="500112")) >= NORTH
    assert names(at(rows, BEFORE, parent="500109")) >= FROM_BEIBEI
    beibei, liangjiang = at(rows, AFTER, parent="500109"), at(rows, AFTER, parent="500157")
    assert names(beibei) >= NORTH
    assert names(liangjiang) >= FROM_BEIBEI
    assert not FROM_BEIBEI & names(beibei)
    kinds = [Counter("town" if row.name.endswith("镇") else "street" for row in unit) for unit in (beibei, liangjiang)]
    assert kinds == [{"street": 6, "town": 11}, {"street": 31, "town": 11}]


def test_every_town_of_the_ended_districts_has_a_successor_of_its_name_on_the_next_day(rows):
    after = {row.code: row for row in at(rows, AFTER, "township")}
    ended = [row for row in rows if row.level == "township" and row.valid_to == AFTER]
    assert len(ended) == 12 + 30 + 5
    assert all([after[code].name for code, _share in row.successors] == [row.name] for row in ended)


def test_no_town_has_two_parents_on_any_day(rows):
    days = {row.valid_from for row in rows} | {row.valid_to for row in rows if row.valid_to}
    for day in days:
        here = at(rows, day)
        assert max(Counter(row.code for row in here).values()) == 1
        assert max(Counter((row.parent, row.name) for row in here if row.level == "township").values()) == 1
    for day in (AFTER, date(2026, 11, 1)):
        touched = Counter(row.name for row in at(rows, day, "township") if row.parent in ("500109", "500157"))
        assert max(touched.values()) == 1


def test_the_city_has_1028_townships_before_and_after_the_reform(rows):
    assert [len(at(rows, day, "township")) for day in (date(2023, 10, 28), BEFORE, AFTER)] == [1028, 1028, 1028]


def test_jindai_is_a_town_until_2020_and_a_street_since(rows):
    (town,) = by_code(rows, "500155109")
    (street,) = by_code(rows, "500155005")
    assert (town.name, town.valid_to, town.successors) == ("金带镇", date(2020, 6, 23), (("500155005", None),))
    assert (street.name, street.valid_from, street.valid_to) == ("金带街道", date(2020, 6, 23), None)


def test_wuxing_lies_in_shixi_in_nanchuan(rows):
    here = at(rows, date(2023, 10, 28))
    (shixi,) = [row for row in here if row.name == "石溪镇"]
    (wuxing,) = [row for row in here if row.name == "五星村" and row.parent == shixi.code]
    (nanchuan,) = [row for row in here if row.code == shixi.parent]
    assert (wuxing.code, shixi.code, nanchuan.name) == ("500119118203", "500119118", "南川区")


@pytest.mark.parametrize(
    ("district", "towns", "villages"),
    [("500155", 33, 343), ("500119", 34, 244), ("500151", 28, 333), ("500154", 40, 535)],
)
def test_four_districts_have_their_villages(rows, district, towns, villages):
    codes = {row.code for row in at(rows, AFTER, "township", district)}
    assert len(codes) == towns
    found = [row for row in at(rows, AFTER, "village") if row.parent in codes]
    assert len(found) == villages
    assert {row.parent for row in found} == codes
    assert all(row.code.startswith(district) for row in found)
