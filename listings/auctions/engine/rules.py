"""The rules of a hall (竞价规则), docs/record.md "Rules": typed, checked once, read many times.

Money in fen, times in microseconds since 1970 UTC.
"""

from dataclasses import dataclass, field
from typing import Any

from listings.auctions.engine.clauses import (
    Descending,
    Extension,
    Priority,
    Proxy,
    Sealed,
    descending_from_json,
    extension_from_json,
    priority_from_json,
    proxy_from_json,
    sealed_from_json,
)
from listings.auctions.engine.reading import (
    Fields,
    Malformed,
    count,
    flag,
    moment,
    moment_and_offset,
    moment_to_json,
    money,
    money_to_json,
    one_of,
)
from listings.auctions.engine.steps import NO_STEP, Step, step_from_json

ASCENDING, DESCENDING, SEALED = "ascending", "descending", "sealed"
WITHOUT_AMOUNT = frozenset({"match", "accept", "waive"})
OFFICE_TYPES = frozenset({"pause", "resume", "close_check"})
BIDDER_TYPES = {
    ASCENDING: frozenset({"bid", "max", "match", "accept", "waive"}),
    DESCENDING: frozenset({"take", "accept", "waive"}),
    SEALED: frozenset({"seal", "accept", "waive"}),
}


@dataclass(frozen=True, slots=True)
class Rules:
    """One hall's rules. `offset` is that of `ends_at`: for what is shown, and for the night.

    `step` is 0 where bids do not rise. `event_types` is derived: all types of events the hall knows.
    """

    format: str
    start: int
    step: Step
    whole_steps: bool
    first_bid_at_start: bool
    max_raise_steps: int | None
    ceiling: int | None
    reserve: int | None
    buy_now: int | None
    leader_may_raise: bool
    min_bidders: int
    opens_at: int
    ends_at: int
    offset: int
    extension: Extension
    proxy: Proxy
    priority: Priority
    sealed: Sealed
    descending: Descending
    event_types: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        known = BIDDER_TYPES[self.format] | OFFICE_TYPES
        object.__setattr__(self, "event_types", known if self.proxy.allowed else known - {"max"})


_RULE_KEYS = frozenset(Rules.__dataclass_fields__) - {"offset", "event_types"}


def rules_from_json(value: Any, where: str = "rules") -> Rules:
    """Read the `rules` of a record, completely; raises Malformed naming the first field that breaks the text."""
    fields = Fields(value, where, _RULE_KEYS)
    format_ = fields.read("format", one_of(ASCENDING, DESCENDING, SEALED), ASCENDING)
    start = fields.read("start", money)
    ends_at, offset = fields.read("ends_at", moment_and_offset)
    rules = Rules(
        format=format_,
        start=start,
        step=_step(fields, format_, start),
        whole_steps=fields.read("whole_steps", flag, False),
        first_bid_at_start=fields.read("first_bid_at_start", flag, True),
        max_raise_steps=fields.read("max_raise_steps", count, None),
        ceiling=fields.read("ceiling", money, None),
        reserve=fields.read("reserve", money, None),
        buy_now=fields.read("buy_now", money, None),
        leader_may_raise=fields.read("leader_may_raise", flag, False),
        min_bidders=fields.read("min_bidders", count, 1),
        opens_at=fields.read("opens_at", moment),
        ends_at=ends_at,
        offset=offset,
        extension=extension_from_json(fields, ends_at),
        proxy=proxy_from_json(fields),
        priority=priority_from_json(fields),
        sealed=sealed_from_json(fields),
        descending=descending_from_json(fields, start, falls=format_ == DESCENDING),
    )
    if rules.ends_at <= rules.opens_at:
        raise Malformed(fields.path("ends_at"), "must be later than opens_at")
    if rules.buy_now is not None and rules.proxy.allowed:
        raise Malformed(fields.path("buy_now"), "cannot stand beside proxy.allowed")
    return rules


def rules_to_json(rules: Rules) -> dict[str, Any]:
    """Write all rules out as a record holds them, so that rules_from_json gives equal rules."""
    written = {
        "format": rules.format,
        "start": money_to_json(rules.start),
        "whole_steps": rules.whole_steps,
        "first_bid_at_start": rules.first_bid_at_start,
        "max_raise_steps": rules.max_raise_steps,
        "ceiling": money_to_json(rules.ceiling),
        "reserve": money_to_json(rules.reserve),
        "buy_now": money_to_json(rules.buy_now),
        "leader_may_raise": rules.leader_may_raise,
        "min_bidders": rules.min_bidders,
        "opens_at": moment_to_json(rules.opens_at, rules.offset),
        "ends_at": moment_to_json(rules.ends_at, rules.offset),
        "extension": rules.extension.to_json(rules.offset),
        "proxy": rules.proxy.to_json(),
        "priority": rules.priority.to_json(),
        "sealed": rules.sealed.to_json(),
        "descending": rules.descending.to_json(),
    }
    if rules.format == ASCENDING:
        written["step"] = rules.step.to_json()
    return written


def _step(fields: Fields, format_: str, start: int) -> Step:
    if format_ != ASCENDING:
        if fields.has("step"):
            raise Malformed(fields.path("step"), f"does not belong in a {format_} hall")
        return NO_STEP
    buy_now = fields.read("buy_now", money, None)
    lowest = start if buy_now is None else min(start, buy_now)

    def read(value: Any, where: str) -> Step:
        return step_from_json(value, where, start_fen=start, lowest_fen=lowest)

    return fields.read("step", read)
