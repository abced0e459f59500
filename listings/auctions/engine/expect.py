"""The keys of `expect` (docs/record.md "Expect"): their shape, and comparison by value."""

from collections.abc import Callable
from typing import Any

from listings.auctions.engine.reading import Fields, Malformed, count, flag, moment, money, text

Reader = Callable[[Any, str], Any]


def expect_from_json(value: Any, where: str = "expect") -> dict[str, Any]:
    """The keys a record lists, as written; raises Malformed for an unknown key or a value of a wrong shape."""
    fields = Fields(value, where, _SHAPES)
    for key in value:
        fields.read(key, _SHAPES[key])
    return dict(value)


def same(key: str, wanted: Any, got: Any) -> bool:
    """Whether two values of a key are equal: money by value, times as instants."""
    return _SHAPES[key](wanted, key) == _SHAPES[key](got, key)


def _or_null(read: Reader) -> Reader:
    def shape(value: Any, where: str) -> Any:
        return None if value is None else read(value, where)

    return shape


def _list_of(read: Reader) -> Reader:
    def shape(value: Any, where: str) -> list[Any]:
        if not isinstance(value, list):
            raise Malformed(where, "must be a list")
        return [read(entry, f"{where}[{index}]") for index, entry in enumerate(value)]

    return shape


def _public_bid(value: Any, where: str) -> tuple[str, int]:
    if not isinstance(value, list) or len(value) != 2:
        raise Malformed(where, "must be [bidder, amount]")
    return text(value[0], f"{where}[0]"), money(value[1], f"{where}[1]")


_SHAPES: dict[str, Reader] = {
    "accepted": _list_of(flag),
    "reasons": _list_of(_or_null(text)),
    "prices": _list_of(_or_null(money)),
    "public_bids": _list_of(_public_bid),
    "price": _or_null(money),
    "leader": _or_null(text),
    "next_min": _or_null(money),
    "ends_at": moment,
    "extensions": count,
    "outcome": text,
    "winner": _or_null(text),
}
