"""The auction record (竞价记录): a whole file checked against docs/record.md before any of it is replayed."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from listings.auctions.engine.expect import expect_from_json
from listings.auctions.engine.reading import (
    Fields,
    Malformed,
    flag,
    moment,
    money,
    object_of_pairs,
    plain_object,
    text,
)
from listings.auctions.engine.rules import OFFICE_TYPES, WITHOUT_AMOUNT, Rules, rules_from_json
from listings.auctions.engine.state import STRANGER, Admission, Event

_KEYS = ("id", "family", "source", "note", "rules", "bidders", "events", "expect")
_EVENT_KEYS = ("at", "bidder", "type", "amount")


@dataclass(frozen=True, slots=True)
class Record:
    """One hall: its rules, all bidders by name, everything that arrived, and what a reader expects of it."""

    id: str
    rules: Rules
    bidders: dict[str, Admission]
    events: tuple[Event, ...]
    expect: dict[str, Any]

    @property
    def admitted(self) -> int:
        """How many bidders are qualified and have paid."""
        return sum(all(admission) for admission in self.bidders.values())


def read_records(path: Path) -> list[Record]:
    """All records of a file. Raises ValueError with one sentence that names the record and the field."""
    try:
        records = json.loads(
            path.read_text(encoding="utf-8"), object_pairs_hook=object_of_pairs, parse_constant=_no_constant
        )
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}.") from None
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is not JSON: {error}.") from None
    if not isinstance(records, list):
        raise ValueError(f"{path} is not a list of records.")
    return [_named_record(value, number) for number, value in enumerate(records, start=1)]


def record_from_json(value: Any) -> Record:
    """Read one record completely; raises Malformed for the first field that breaks the text."""
    fields = Fields(value, "", _KEYS)
    name = fields.read("id", text)
    for key in ("family", "source", "note"):
        fields.read(key, text, "")
    rules = fields.read("rules", rules_from_json)
    bidders = fields.read("bidders", _bidders)

    def read_events(events: Any, where: str) -> tuple[Event, ...]:
        return _events(events, where, rules, bidders)

    return Record(name, rules, bidders, fields.read("events", read_events), fields.read("expect", expect_from_json, {}))


def _named_record(value: Any, number: int) -> Record:
    try:
        return record_from_json(value)
    except Malformed as error:
        name = value.get("id") if isinstance(value, dict) else None
        shown = json.dumps(name) if isinstance(name, str) else f"number {number}"
        raise ValueError(f"Record {shown}: {error}") from None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number of JSON")


def _bidders(value: Any, where: str) -> dict[str, Admission]:
    read = {}
    for name, admission in plain_object(value, where).items():
        fields = Fields(admission, f"{where}.{name}", ("qualified", "deposit_paid"))
        read[name] = Admission(fields.read("qualified", flag, False), fields.read("deposit_paid", flag, False))
    return read


def _events(value: Any, where: str, rules: Rules, bidders: dict[str, Admission]) -> tuple[Event, ...]:
    if not isinstance(value, list):
        raise Malformed(where, "must be a list")
    events: list[Event] = []
    for index, entry in enumerate(value):
        event = _event(Fields(entry, f"{where}[{index}]", _EVENT_KEYS), rules, bidders)
        if events and event.at < events[-1].at:
            raise Malformed(f"{where}[{index}].at", "is before the event it follows")
        events.append(event)
    return tuple(events)


def _event(fields: Fields, rules: Rules, bidders: dict[str, Admission]) -> Event:
    at, kind = fields.read("at", moment), fields.read("type", text)
    if kind not in rules.event_types:
        raise Malformed(fields.path("type"), f"is not a type that this {rules.format} hall knows")
    by_office = kind in OFFICE_TYPES
    bidder = fields.read_if(not by_office, "bidder", text)
    amount = fields.read_if(not by_office and kind not in WITHOUT_AMOUNT, "amount", money)
    return Event(at, kind, bidder or "", amount or 0, bidders.get(bidder, STRANGER))
