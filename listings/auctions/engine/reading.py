"""Reading and writing the JSON values of a record: money, times, counts and objects (docs/record.md).

Inside the engine money is an integer of fen and a time an integer of microseconds since 1970 UTC.
Every reader takes the JSON value and the path of its field, and raises Malformed for anything else.
"""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

from exchange.money import fen_to_yuan

SECOND: Final = 1_000_000
DAY: Final = 86_400 * SECOND
REQUIRED: Final = object()

_ABSENT: Final = object()
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_YUAN: Final = re.compile(r"([0-9]{1,100})(?:\.([0-9]{1,2})0*)?", re.ASCII)
_PERCENT: Final = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,18}))?", re.ASCII)
_BELOW_MICROSECONDS: Final = re.compile(r"[.,][0-9]{6}[0-9]*[1-9]")
_CLOCK: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?", re.ASCII)


class Malformed(ValueError):
    """A record that breaks the text: the path of the field, and what is wrong with it."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where or 'it'} {why}.")
        self.where = where
        self.why = why


class Repeated(dict[str, Any]):
    """A JSON object in which a key stands twice; `key` is the first such."""

    key: str = ""


def object_of_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Hook for the JSON parser that does not let the last of two equal keys win silently."""
    read = dict(pairs)
    if len(read) == len(pairs):
        return read
    repeated = Repeated(read)
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            repeated.key = key
            break
        seen.add(key)
    return repeated


def plain_object(value: Any, where: str) -> Mapping[str, Any]:
    """A JSON object whose keys each stand once."""
    if not isinstance(value, dict):
        raise Malformed(where, "must be an object")
    if isinstance(value, Repeated):
        raise Malformed(_join(where, value.key), "stands twice")
    return value


class Fields:
    """One JSON object with a closed set of keys, read key by key; null stands for the default null only."""

    def __init__(self, value: Any, where: str, known: Collection[str]) -> None:
        self._values = plain_object(value, where)
        self._where = where
        for key in self._values:
            if key not in known:
                raise Malformed(self.path(key), "is not a known key")

    def path(self, key: str) -> str:
        """The field's path from the record on, for messages."""
        return _join(self._where, key)

    def read(self, key: str, parse: Callable[[Any, str], Any], default: Any = REQUIRED) -> Any:
        """The parsed value, or the default where the key is left out (REQUIRED: it may not be)."""
        value = self._values.get(key, _ABSENT)
        if value is _ABSENT:
            if default is REQUIRED:
                raise Malformed(self.path(key), "is missing")
            return default
        if value is None and default is None:
            return None
        return parse(value, self.path(key))

    def read_if(self, belongs: bool, key: str, parse: Callable[[Any, str], Any]) -> Any:
        """The parsed value where the key belongs; elsewhere it may only be left out or null, and is None."""
        if belongs:
            return self.read(key, parse)
        if self._values.get(key) is not None:
            raise Malformed(self.path(key), "does not belong here")
        return None

    def section(self, key: str, known: Collection[str]) -> "Fields":
        """An object whose absence, like null, means all defaults."""
        value = self._values.get(key)
        return Fields({} if value is None else value, self.path(key), known)

    def has(self, key: str) -> bool:
        """Whether the key stands there, even with null."""
        return key in self._values


def text(value: Any, where: str) -> str:
    """Any string."""
    if not isinstance(value, str):
        raise Malformed(where, "must be a string")
    return value


def flag(value: Any, where: str) -> bool:
    """true or false."""
    if not isinstance(value, bool):
        raise Malformed(where, "must be true or false")
    return value


def count(value: Any, where: str) -> int:
    """A whole number that is not negative."""
    if type(value) is not int or value < 0:
        raise Malformed(where, "must be a whole number, 0 or more")
    return value


def rank(value: Any, where: str) -> int:
    """A whole number from 1."""
    if type(value) is not int or value < 1:
        raise Malformed(where, "must be a whole number from 1")
    return value


def seconds(value: Any, where: str) -> int:
    """Whole seconds in JSON, microseconds inside."""
    return count(value, where) * SECOND


def one_of(*options: str) -> Callable[[Any, str], str]:
    """A reader of one word of a closed list."""

    def word(value: Any, where: str) -> str:
        if not isinstance(value, str) or value not in options:
            raise Malformed(where, "must be one of " + ", ".join(options))
        return value

    return word


def money(value: Any, where: str) -> int:
    """A decimal string in yuan, not negative and exact to the fen; returns fen."""
    found = _YUAN.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise Malformed(where, 'must be a decimal string in yuan such as "1000" or "5.20"')
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def positive_money(value: Any, where: str) -> int:
    """As money, but more than 0."""
    fen = money(value, where)
    if fen == 0:
        raise Malformed(where, "must be more than 0")
    return fen


def percent(value: Any, where: str) -> tuple[int, int]:
    """A decimal string in percent, such as "0.5"; returns it as (whole number, power of ten to divide by)."""
    found = _PERCENT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise Malformed(where, 'must be a decimal string in percent such as "5" or "0.5"')
    decimals = (found[2] or "").rstrip("0")
    return int(found[1] + decimals), 10 ** len(decimals)


def moment(value: Any, where: str) -> int:
    """An ISO 8601 time with an offset; returns microseconds since 1970 UTC."""
    return moment_and_offset(value, where)[0]


def moment_and_offset(value: Any, where: str) -> tuple[int, int]:
    """As moment, with the offset from UTC beside it, both in microseconds."""
    try:
        if not isinstance(value, str) or "T" not in value or _BELOW_MICROSECONDS.search(value):
            raise ValueError(value)
        read = datetime.fromisoformat(value)
        offset = read.utcoffset()
        if offset is None:
            raise ValueError(value)
    except ValueError:
        raise Malformed(where, 'must be a time with an offset such as "2026-03-02T12:00:00+08:00"') from None
    return _microseconds(read - _EPOCH), _microseconds(offset)


def time_of_day(value: Any, where: str) -> int:
    """ "HH:MM" or "HH:MM:SS"; returns microseconds since midnight."""
    found = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise Malformed(where, 'must be a time of day such as "20:00"')
    hours, minutes, rest = (int(part or 0) for part in found.groups())
    return ((hours * 60 + minutes) * 60 + rest) * SECOND


def money_to_json(fen: int | None) -> str | None:
    """Fen as a decimal string in yuan: whole yuan without decimals, otherwise two; None stays."""
    return None if fen is None else fen_to_yuan(fen).removesuffix(".00")


def percent_to_json(share: tuple[int, int]) -> str:
    """The decimal string of a percentage as `percent` returns it."""
    number, scale = share
    whole, rest = divmod(number, scale)
    decimals = len(str(scale)) - 1
    return f"{whole}.{rest:0{decimals}d}" if decimals else str(whole)


def moment_to_json(at: int, offset: int) -> str:
    """ISO 8601 in the given offset, both in microseconds. Raises OverflowError beyond the year 9999."""
    zone = timezone(timedelta(microseconds=offset))
    return (_EPOCH.astimezone(zone) + timedelta(microseconds=at)).isoformat()


def time_of_day_to_json(since_midnight: int) -> str:
    """ "HH:MM", with seconds only where there are any; takes microseconds since midnight."""
    minutes, rest = divmod(since_midnight // SECOND, 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}" + (f":{rest:02d}" if rest else "")


def _join(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key


def _microseconds(span: timedelta) -> int:
    return span // timedelta(microseconds=1)
