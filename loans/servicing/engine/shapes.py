"""Reading JSON by FORMAT: known keys only, numbers as strings, ISO dates; each refusal names its field."""

import json
import re
from collections.abc import Callable, Collection
from datetime import date
from fractions import Fraction
from typing import Any, TypeVar

from loans.servicing.engine import amounts

MAX_COUNT = 10**9

T = TypeVar("T")

_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_REQUIRED: Any = object()


class FormatError(ValueError):
    """A case breaks FORMAT. `field` says where ("terms.periods"), `reason` why, in plain words."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason

    def within(self, outer: str) -> "FormatError":
        """The same refusal, seen from the object that holds the field."""
        return FormatError(f"{outer}.{self.field}", self.reason)


def shown(value: Any) -> str:
    """A JSON value on one short line, for a sentence."""
    text = json.dumps(value)
    return text if len(text) <= 60 else text[:57] + "..."


def day(value: Any, field: str) -> date:
    """An ISO date, "2026-01-31"."""
    if not isinstance(value, str) or not _ISO_DAY.fullmatch(value):
        raise FormatError(field, f"must be an ISO date, not {shown(value)}")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise FormatError(field, f"is no day of the calendar: {shown(value)}") from None


def number(value: Any, field: str, parse: Callable[[str], T]) -> T:
    """A number written as a string, read by one of the functions of `amounts`."""
    if not isinstance(value, str):
        raise FormatError(field, f"must be a decimal string, not {shown(value)}")
    try:
        return parse(value)
    except ValueError as error:
        raise FormatError(field, f"{error}: {shown(value)}") from None


def count(value: Any, field: str, least: int = 0, most: int = MAX_COUNT) -> int:
    """A JSON integer between two bounds, both allowed."""
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise FormatError(field, f"must be a whole number from {least} to {most}, not {shown(value)}")
    return value


def text(value: Any, field: str) -> str:
    """A string that is not empty."""
    if not isinstance(value, str) or not value:
        raise FormatError(field, f"must be a string that is not empty, not {shown(value)}")
    return value


def flag(value: Any, field: str) -> bool:
    """true or false."""
    if not isinstance(value, bool):
        raise FormatError(field, f"must be true or false, not {shown(value)}")
    return value


def items(value: Any, field: str) -> list[tuple[Any, str]]:
    """The entries of a list, each with its own field name."""
    if not isinstance(value, list):
        raise FormatError(field, f"must be a list, not {shown(value)}")
    return [(entry, f"{field}[{place}]") for place, entry in enumerate(value)]


class Fields:
    """One JSON object: every key must be known; each is read by its kind, with its default if left out."""

    def __init__(self, value: Any, field: str, known: Collection[str]) -> None:
        if not isinstance(value, dict):
            raise FormatError(field or "case", f"must be an object, not {shown(value)}")
        self.value: dict[str, Any] = value
        self.field = field
        for key in value:
            if key not in known:
                raise FormatError(self.name(key), "is not a known key")

    def name(self, key: str) -> str:
        """The full name of a key, for refusals."""
        return f"{self.field}.{key}" if self.field else key

    def read(self, key: str, kind: Callable[[Any, str], T], default: T = _REQUIRED) -> T:
        """The value of a key by its kind; the default, if there is one and the key is left out."""
        if key in self.value:
            return kind(self.value[key], self.name(key))
        if default is _REQUIRED:
            raise FormatError(self.name(key), "is missing")
        return default

    def read_or_null(self, key: str, kind: Callable[[Any, str], T]) -> T | None:
        """Like `read` for a key whose default is null and that may also be given as null."""
        return None if self.value.get(key) is None else self.read(key, kind)

    def choice(self, key: str, choices: Collection[str], default: str = _REQUIRED) -> str:
        """One of a few words."""

        def kind(value: Any, field: str) -> str:
            if not isinstance(value, str) or value not in choices:
                raise FormatError(field, f"must be one of {', '.join(choices)}, not {shown(value)}")
            return value

        return self.read(key, kind, default)

    def money_fen(self, key: str, default: int = _REQUIRED) -> int:
        """Money in yuan as a decimal string, in fen."""
        return self.read(key, lambda value, field: number(value, field, amounts.fen), default)

    def decimal(self, key: str) -> Fraction:
        """A rate, a percentage or a factor as a decimal string, exact."""
        return self.read(key, lambda value, field: number(value, field, amounts.decimal))

    def quotient(self, key: str) -> Fraction:
        """A decimal string or a fraction such as "19/30", exact."""
        return self.read(key, lambda value, field: number(value, field, amounts.quotient))

    def entries(self, key: str, default: list[tuple[Any, str]] = _REQUIRED) -> list[tuple[Any, str]]:
        """A list, entry by entry with the field name of each."""
        return self.read(key, items, default)
