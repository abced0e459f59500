"""Public codes, random identifiers and masks."""

import re
import time
import uuid
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.identifiers import (
    check_real_estate_unit,
    check_resident_id,
    check_uscc,
    mask_account,
    mask_name,
    mask_phone,
    mask_resident_id,
    new_id,
    organisation_part_fits,
    same_name,
)

USCC = [
    "91350100M000100Y43",
    "91110000101623741K",
    "N2500155MF00000137",
    "N2500119MF0000021X",
    "N2500151MF000003X0",
    "54500155MF000011XQ",
]
RESIDENTS = ["11010519491231002X", "500155199001010017"]
UNIT = "500119101005JB00123W00000000"
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@pytest.mark.parametrize("code", USCC)
def test_a_right_credit_code_is_taken(code: str):
    assert check_uscc(code) == code
    assert organisation_part_fits(code)


def test_credit_codes_are_taken_as_people_type_them():
    full_width = "".join(chr(ord(sign) + 0xFEE0) for sign in USCC[0])
    for typed in (USCC[0].lower(), f"  {USCC[0][:8]} {USCC[0][8:]}\n", full_width, "\u200b" + USCC[0] + "\ufeff"):
        assert check_uscc(typed) == USCC[0]


def last_character(first: str) -> str:
    """The only last character that the check takes, found by trying all."""
    fitting = []
    for sign in ALPHABET:
        try:
            fitting.append(check_uscc(first + sign)[17])
        except ValueError:
            continue
    assert len(fitting) == 1
    return fitting[0]


def test_a_code_whose_inner_check_fails_is_still_taken():
    code = "91350100M000100Y5"
    code += last_character(code)
    assert check_uscc(code) == code
    assert not organisation_part_fits(code)


@given(
    st.sampled_from(["N2", "91", "51", "Y1", "A1"]), st.from_regex(r"[0-9]{6}[0-9A-HJ-NPQRTUWXY]{9}", fullmatch=True)
)
def test_every_body_has_exactly_one_check_character(prefix: str, rest: str):
    assert last_character(prefix + rest) in ALPHABET


@given(st.sampled_from(USCC), st.integers(0, 17), st.sampled_from(ALPHABET))
def test_one_mistyped_character_of_a_credit_code_is_found(code: str, place: int, sign: str):
    mistyped = code[:place] + sign + code[place + 1 :]
    if mistyped != code:
        with pytest.raises(ValueError, match="region|mistyped"):
            check_uscc(mistyped)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("", "missing"),
        ("   ", "missing"),
        (None, "missing"),
        ("91350100M000100Y4", "18 characters"),
        ("91350100M000100Y433", "18 characters"),
        ("9135O100M000100Y43", "without I, O, S, V and Z"),
        ("91350100M000100Y4-", "without I, O, S, V and Z"),
        ("9135A100M000100Y43", "region"),
        ("91350100M000100Y44", "mistyped"),
    ],
)
def test_a_wrong_credit_code_is_refused_with_its_reason(code: str, reason: str):
    with pytest.raises(ValueError, match=reason):
        check_uscc(code)


@pytest.mark.parametrize("code", RESIDENTS)
def test_a_right_resident_number_is_taken(code: str):
    assert check_resident_id(code) == code
    assert check_resident_id(f" {code[:6]} {code[6:].lower()} ") == code


@given(st.sampled_from(RESIDENTS), st.integers(0, 17), st.sampled_from("0123456789X"))
def test_one_mistyped_digit_of_a_resident_number_is_found(code: str, place: int, sign: str):
    mistyped = code[:place] + sign + code[place + 1 :]
    if mistyped != code:
        with pytest.raises(ValueError, match="[.]$") as refusal:
            check_resident_id(mistyped)
        assert mistyped not in str(refusal.value)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("", "missing"),
        ("1101051949123100", "18 characters"),
        ("110105491231002", "18 characters"),
        ("1101051949123100AX", "17 digits"),
        ("110105X9491231002X", "17 digits"),
        ("11010519490229002X", "no such day"),
        ("11010519491331002X", "no such day"),
        ("11010500001231002X", "no such day"),
        ("110105194912310021", "mistyped"),
        ("01010519491231002X", "begins with 0"),
        ("911124198108030024", "foreigner"),
        ("11010529991231002X", "future"),
    ],
)
def test_a_wrong_resident_number_is_refused_with_its_reason(code: str, reason: str):
    with pytest.raises(ValueError, match=reason):
        check_resident_id(code)


def test_a_birth_is_in_the_future_until_its_day_comes():
    assert check_resident_id(RESIDENTS[1], today=date(1990, 1, 1)) == RESIDENTS[1]
    with pytest.raises(ValueError, match="future"):
        check_resident_id(RESIDENTS[1], today=date(1989, 12, 31))


def test_a_real_estate_unit_is_taken_in_groups_and_in_one():
    assert check_real_estate_unit("500119 101005 JB00123 W00000000") == UNIT
    assert check_real_estate_unit(UNIT.lower()) == UNIT
    assert len(UNIT) == 28


@pytest.mark.parametrize(
    "code",
    ["500155101005GB00001F00010001", "500155101005JE00001L00000001", "110105001002ZW99999Q99999999"],
)
def test_other_kinds_of_units_are_taken(code: str):
    assert check_real_estate_unit(code) == code


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("", "missing"),
        (UNIT[:-1], "28 characters"),
        (UNIT + "0", "28 characters"),
        (UNIT.replace("500119", "50011A"), "first 12"),
        (UNIT.replace("JB", "KB"), "Character 13"),
        (UNIT.replace("JB", "JK"), "Character 14"),
        (UNIT.replace("00123", "O0123"), "15 to 19"),
        (UNIT.replace("W0", "X0"), "Character 20"),
        (UNIT.replace("W00000000", "F0000000A"), "last eight"),
        (UNIT.replace("W00000000", "W00000001"), "eight zeros"),
    ],
)
def test_a_wrong_unit_is_refused_with_its_reason(code: str, reason: str):
    with pytest.raises(ValueError, match=reason):
        check_real_estate_unit(code)


def test_identifiers_are_random_uuids_of_version_7_in_the_order_of_time():
    before = time.time_ns() // 1_000_000
    ids = [new_id() for _ in range(1000)]
    after = time.time_ns() // 1_000_000
    assert len(set(ids)) == 1000
    assert {(i.version, i.variant) for i in ids} == {(7, uuid.RFC_4122)}
    stamps = [i.int >> 80 for i in ids]
    assert before <= stamps[0] <= stamps[-1] <= after
    assert stamps == sorted(stamps)
    # 74 bits are free: over a thousand ids each of them is seen both ways.
    free = ((1 << 12) - 1) << 64 | (1 << 62) - 1
    seen_set = seen_clear = 0
    for i in ids:
        seen_set |= i.int & free
        seen_clear |= ~i.int & free
    assert seen_set == seen_clear == free


def test_names_keep_their_first_character():
    masked = [mask_name(name) for name in ("张三", "张三丰", "欧阳娜娜", "古丽·买买提", " 李四 ", "张", "")]
    assert masked == ["张*", "张**", "欧**", "古**", "李*", "*", ""]


def test_resident_numbers_keep_four_and_four():
    assert mask_resident_id("500155199001010017") == "5001**********0017"
    assert mask_resident_id("E12345678") == "*********"
    assert mask_resident_id("") == ""


def test_phones_keep_what_lets_their_owner_know_them():
    phones = ["13812341234", "138 1234 1234", "138-1234-1234", "023-68681234", "110", "+8613812341234", ""]
    assert [mask_phone(phone) for phone in phones] == [
        "138****1234",
        "138****1234",
        "138****1234",
        "****1234",
        "****",
        "****1234",
        "",
    ]


def test_accounts_keep_the_last_four():
    accounts = ["6228480402564890018", "6228 4804 0256 4890 018", "1234567", ""]
    assert [mask_account(account) for account in accounts] == ["****0018", "****0018", "****", ""]


@given(st.text(max_size=40))
def test_a_mask_never_shows_more_than_its_rule(text: str):
    assert sum(sign != "*" for sign in mask_name(text)) <= 1
    assert sum(sign != "*" for sign in mask_resident_id(text)) <= 8
    assert sum(sign != "*" for sign in mask_account(text)) <= 4
    assert re.fullmatch(r"|\*+.{0,4}|1..\*{4}.{4}", mask_phone(text), re.DOTALL)


def test_names_are_the_same_whatever_their_width_spaces_and_case() -> None:
    assert same_name("李 大山", "李大山 ")
    assert same_name("Ａcme（重庆）", "acme(重庆)")
    assert not same_name("李大山", "李二山")
    assert not same_name("李大山", "")
