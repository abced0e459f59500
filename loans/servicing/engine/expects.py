"""What a case expects: its shape, and where an answer differs from it. FORMAT: "Expect", "Quoting"."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from loans.servicing.engine.amounts import decimal
from loans.servicing.engine.shapes import Fields, count, day, flag, items, number, text

_value = partial(decimal, signed=True)


def _number(value: Any, field: str) -> None:
    number(value, field, _value)


def _rows(value: Any, field: str) -> None:
    for entry, name in items(value, field):
        _check(entry, name, _ROW)


def _releases(value: Any, field: str) -> None:
    for entry, name in items(value, field):
        _check(entry, name, _RELEASE)


def _texts(value: Any, field: str) -> None:
    for entry, name in items(value, field):
        text(entry, name)


def _parts(value: Any, field: str) -> None:
    read = Fields(value, field, value if isinstance(value, dict) else ())
    for key in read.value:
        read.read(key, _number)


Kinds = dict[str, Callable[[Any, str], object]]

_ROW: Kinds = {
    "n": count,
    "due": day,
    **dict.fromkeys(("principal", "interest", "total", "prepaid", "balance"), _number),
}
_RELEASE: Kinds = {"release": _texts, "capacity_after": _number, "allowed": flag, "shortfall": _number}
_MONEY_OF_QUOTE = (
    "instalment", "instalment_after", "principal_part", "last_instalment", "total_interest",
    "total_interest_unrounded",
)  # fmt: skip
QUOTE: Kinds = {**dict.fromkeys(_MONEY_OF_QUOTE, _number), "rows_count": count, "rows": _rows}
OF_RULE: dict[str, Kinds] = {
    "apr": {"apr_percent": _number},
    "penalty": dict.fromkeys(("penalty", "compound", "per_instalment", "total"), _number),
    "waterfall": {"applied": _parts, "unapplied": _number},
    "collateral": {"capacity": _number, "shortfall": _number, "releases": _releases},
    "classification": {"classes": _texts},
    "risk_fund": dict.fromkeys(("loss", "fund", "lender"), _number),
}


def check_expect(value: Any, kinds: Kinds) -> dict[str, Any]:
    """`expect` as it stands, once its keys and their kinds are known to be right. FormatError otherwise."""
    return _check(value, "expect", kinds)


def _check(value: Any, field: str, kinds: Kinds) -> dict[str, Any]:
    read = Fields(value, field, kinds)
    for key in read.value:
        read.read(key, kinds[key])
    return read.value


def differences(expect: dict[str, Any], told: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """The keys in which an answer differs from what is expected, as (key, wanted, got).

    Numbers are compared by value. Of `rows` only the rows and keys given count; a key within a row is called
    "rows[n].key". A key that the answer does not have is got as None.
    """
    for key, wanted in expect.items():
        got = told.get(key)
        if key == "rows" and got is not None:
            yield from _row_differences(wanted, got)
        elif not _same(wanted, got):
            yield key, wanted, got


def _row_differences(wanted_rows: list[dict[str, Any]], rows: list[dict[str, Any]]) -> Iterator[tuple[str, Any, Any]]:
    for place, wanted in enumerate(wanted_rows, 1):
        n = wanted.get("n", place)
        row = next((row for row in rows if row["n"] == n), None)
        if "n" not in wanted and "due" in wanted:
            row = next((row for row in rows if row["due"] == wanted["due"]), None)
        if row is None:
            yield f"rows[{n}]", wanted, None
            continue
        for key, value in wanted.items():
            if not _same(value, row[key]):
                yield f"rows[{row['n']}].{key}", value, row[key]


def _same(wanted: Any, got: Any) -> bool:
    if isinstance(wanted, dict) and isinstance(got, dict):
        return all(_same(value, got.get(key)) for key, value in wanted.items())
    if isinstance(wanted, list) and isinstance(got, list):
        return len(wanted) == len(got) and all(map(_same, wanted, got))
    if isinstance(wanted, str) and isinstance(got, str) and wanted != got:
        try:
            return _value(wanted) == _value(got)
        except ValueError:
            return False
    return bool(wanted == got)
