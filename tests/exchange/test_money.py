"""Fen, shares, areas and Chinese capitals."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.money import (
    MAX_FEN,
    divide_half_up,
    fen_to_yuan,
    group_thousands,
    in_capitals,
    largest_remainder,
    mu_to_square_metres,
    share_bp,
    square_metres_to_mu,
    yuan_to_fen,
)

CAPITALS = {
    "0": "人民币零元整",
    "0.05": "人民币伍分",
    "0.50": "人民币伍角整",
    "0.55": "人民币伍角伍分",
    "1": "人民币壹元整",
    "10": "人民币壹拾元整",
    "10.50": "人民币壹拾元伍角整",
    "100": "人民币壹佰元整",
    "105": "人民币壹佰零伍元整",
    "1409.50": "人民币壹仟肆佰零玖元伍角整",
    "6007.14": "人民币陆仟零柒元壹角肆分",
    "1680.32": "人民币壹仟陆佰捌拾元叁角贰分",
    "107000.53": "人民币壹拾万柒仟元伍角叁分",
    "16409.02": "人民币壹万陆仟肆佰零玖元零贰分",
    "325.04": "人民币叁佰贰拾伍元零肆分",
    "10000.01": "人民币壹万元零壹分",
    "100050": "人民币壹拾万零伍拾元整",
    "35000": "人民币叁万伍仟元整",
    "700000": "人民币柒拾万元整",
    "100010000": "人民币壹亿零壹万元整",
    "1000000001": "人民币壹拾亿零壹元整",
    "20000305.60": "人民币贰仟万零叁佰零伍元陆角整",
    "180000000": "人民币壹亿捌仟万元整",
    "260000000": "人民币贰亿陆仟万元整",
    "123456789.12": "人民币壹亿贰仟叁佰肆拾伍万陆仟柒佰捌拾玖元壹角贰分",
    "1000000000000": "人民币壹万亿元整",
    "123400000000": "人民币壹仟贰佰叁拾肆亿元整",
}


def read_capitals(text: str) -> int:
    """An independent reader of Chinese capitals: sums places and takes 零 and 整 for nothing."""
    text = text.removeprefix("人民币")
    yuan, _, rest = text.rpartition("元") if "元" in text else ("", "", text)
    fen = 0
    for sign, worth in (("角", 10), ("分", 1)):
        if sign in rest:
            fen += "零壹贰叁肆伍陆柒捌玖".index(rest[rest.index(sign) - 1]) * worth
    return read_integer(yuan) * 100 + fen


def read_integer(text: str) -> int:
    for sign, worth in (("亿", 10**8), ("万", 10**4), ("仟", 1000), ("佰", 100), ("拾", 10)):
        if sign in text:
            before, _, after = text.rpartition(sign)
            return read_integer(before) * worth + read_integer(after)
    return "零壹贰叁肆伍陆柒捌玖".index(text.strip("零")) if text.strip("零") else 0


@pytest.mark.parametrize(("yuan", "capitals"), CAPITALS.items())
def test_an_amount_is_written_in_capitals(yuan: str, capitals: str):
    assert in_capitals(yuan_to_fen(yuan)) == capitals


@given(st.integers(0, MAX_FEN) | st.integers(0, 10**9).map(lambda few: few * 10**7) | st.integers(0, 10**5))
def test_capitals_read_back_as_the_same_amount(fen: int):
    capitals = in_capitals(fen)
    assert read_capitals(capitals) == fen
    assert "零零" not in capitals
    assert capitals.endswith(("分", "整"))
    assert not any(bad in capitals for bad in ("零元整整", "零万", "零亿", "零拾", "零佰", "零仟", "零角", "零分"))


@pytest.mark.parametrize("fen", [-1, -3_500_000, MAX_FEN + 1, 1.5, "100", None, True])
def test_what_has_no_capitals_is_refused(fen: object):
    with pytest.raises(ValueError, match=r"\w+ .+\."):
        in_capitals(fen)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("total", "weights", "rows"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (-100, [1, 1, 1], [-34, -33, -33]),
        (101, [1, 1], [51, 50]),
        (5, [3, 1, 3], [2, 1, 2]),
        (1, [0, 1, 0], [0, 1, 0]),
        (0, [5, 7], [0, 0]),
        (10, [7], [10]),
        (2, [1, 1, 1], [1, 1, 0]),
        (10, [3, 3, 3, 1], [3, 3, 3, 1]),
    ],
)
def test_the_rows_of_a_split(total: int, weights: list[int], rows: list[int]):
    assert largest_remainder(total, weights) == rows


@given(st.integers(-MAX_FEN, MAX_FEN), st.lists(st.integers(0, 10**9), min_size=1, max_size=60).filter(any))
def test_a_split_adds_up_and_nobody_is_off_by_a_fen(total: int, weights: list[int]):
    rows = largest_remainder(total, weights)
    assert sum(rows) == total
    whole = sum(weights)
    for row, weight in zip(rows, weights, strict=True):
        assert abs(row * whole - total * weight) < whole
        assert weight or row == 0
    assert rows == [-row for row in largest_remainder(-total, weights)]
    for (row, weight), (later_row, later) in zip(
        zip(rows, weights, strict=True), list(zip(rows, weights, strict=True))[1:], strict=False
    ):
        assert weight != later or abs(row) >= abs(later_row)


@pytest.mark.parametrize("weights", [[], [0], [0, 0, 0], [1, -1], [-1, -2], [1.0, 2.0], [True, 1]])
def test_weights_that_cannot_share_are_refused(weights: list[int]):
    with pytest.raises(ValueError, match="weight"):
        largest_remainder(100, weights)


def test_only_whole_fen_are_split():
    with pytest.raises(ValueError, match="whole number of fen"):
        largest_remainder(100.0, [1])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("0", 0),
        ("35000", 3_500_000),
        ("35000.00", 3_500_000),
        ("35000.5", 3_500_050),
        (" 0.05 ", 5),
        ("-0.05", -5),
        ("-12", -1200),
        ("007", 700),
        (Decimal("0.1") + Decimal("0.2"), 30),
        (Decimal("3.5E+4"), 3_500_000),
        (Decimal("-1.25"), -125),
        ("9999999999999999.99", MAX_FEN),
    ],
)
def test_yuan_are_read_exactly(text: str | Decimal, fen: int):
    assert yuan_to_fen(text) == fen


@pytest.mark.parametrize(
    "text",
    ["", " ", "abc", "1.", ".5", "1.005", "1.000", "35,000", "1e3", "+5", "--5", "¥5", "5元", "１２", "1_000"]
    + ["NaN", "Infinity", "0x10", "10000000000000000", "9" * 5000, "1\n2", "٣"]
    + [Decimal("1.005"), Decimal("NaN"), Decimal("Infinity"), Decimal("1E+999999999"), 5.5, 5, None, b"5"],
)
def test_what_is_no_amount_of_yuan_is_refused(text: object):
    with pytest.raises(ValueError, match=r"\w+ .+\."):
        yuan_to_fen(text)  # type: ignore[arg-type]


@given(st.integers(-MAX_FEN, MAX_FEN))
def test_the_format_of_the_api_reads_back(fen: int):
    assert yuan_to_fen(fen_to_yuan(fen)) == fen
    assert yuan_to_fen(Decimal(fen_to_yuan(fen))) == fen
    assert yuan_to_fen(group_thousands(fen).replace(",", "")) == fen


def test_amounts_as_the_api_and_people_see_them():
    assert [fen_to_yuan(fen) for fen in (0, 5, -5, 3_500_000, 18_000_000_000)] == [
        "0.00",
        "0.05",
        "-0.05",
        "35000.00",
        "180000000.00",
    ]
    assert [group_thousands(fen) for fen in (0, 50, 12_860_000, 12_860_050, -12_860_005, 99_900)] == [
        "0",
        "0.50",
        "128,600",
        "128,600.50",
        "-128,600.05",
        "999",
    ]


@pytest.mark.parametrize(
    ("numerator", "denominator", "result"),
    [
        (5, 2, 3),
        (-5, 2, -3),
        (5, -2, -3),
        (-5, -2, 3),
        (4, 3, 1),
        (7, 4, 2),
        (5, 4, 1),
        (0, 9, 0),
        (1, 3, 0),
        (-1, 3, 0),
    ],
)
def test_halves_round_away_from_zero(numerator: int, denominator: int, result: int):
    assert divide_half_up(numerator, denominator) == result


@given(st.integers(-(10**30), 10**30), st.integers(-(10**20), 10**20).filter(bool))
def test_rounding_is_never_off_by_more_than_half(numerator: int, denominator: int):
    error = divide_half_up(numerator, denominator) * denominator - numerator
    assert 2 * abs(error) <= abs(denominator)
    assert divide_half_up(-numerator, denominator) == -divide_half_up(numerator, denominator)


def test_nothing_is_divided_by_zero():
    with pytest.raises(ValueError, match="zero"):
        divide_half_up(1, 0)


def test_a_share_in_basis_points_is_rounded_once():
    assert share_bp(70_000_000, 2_000) == 14_000_000
    assert share_bp(1, 5_000) == 1
    assert share_bp(1, 4_999) == 0
    assert share_bp(-1, 5_000) == -1
    assert share_bp(333, 10_000) == 333


@pytest.mark.parametrize(
    ("square_metres", "mu"),
    [("0", "0.00"), ("666.67", "1.00"), ("10000", "15.00"), ("2000", "3.00"), ("3.33", "0.00"), ("3.34", "0.01")]
    + [("10", "0.02"), ("-10", "-0.02"), ("93333.33", "140.00"), ("99999999999999.99", "150000000000.00")]
    + [("1587293.333333333333333333333333333333", "2380.94")],
)
def test_square_metres_in_mu(square_metres: str, mu: str):
    assert str(square_metres_to_mu(Decimal(square_metres))) == mu


def test_half_a_hundredth_of_a_mu_rounds_up():
    # 10 m² are 0.015 mu exactly, 30 m² 0.045.
    assert square_metres_to_mu(Decimal(10)) == Decimal("0.02")
    assert square_metres_to_mu(Decimal(30)) == Decimal("0.05")
    assert square_metres_to_mu(Decimal("9.99")) == Decimal("0.01")


def test_mu_in_square_metres():
    assert str(mu_to_square_metres(Decimal(1))) == "666.67"
    assert str(mu_to_square_metres(Decimal(3))) == "2000.00"
    assert str(mu_to_square_metres(Decimal("2380.94"))) == "1587293.33"


@given(st.decimals(0, 10**10, places=2))
def test_mu_survive_the_way_to_square_metres_and_back(mu: Decimal):
    assert square_metres_to_mu(mu_to_square_metres(mu)) == mu


@pytest.mark.parametrize("area", [1.5, "10", None, Decimal("NaN"), Decimal("Infinity"), True])
def test_an_area_that_is_no_decimal_is_refused(area: object):
    with pytest.raises(ValueError, match="Decimal"):
        square_metres_to_mu(area)  # type: ignore[arg-type]
