"""The clauses of a hall's rules that are objects of their own: read, held and written (docs/record.md "Rules").

Money in fen, times in microseconds since 1970 UTC, spans and times of day in microseconds. Each
`..._from_json` takes the fields of the rules; a clause that is left out, or null, has all its defaults.
"""

from dataclasses import dataclass, field
from typing import Any

from listings.auctions.engine.reading import (
    SECOND,
    Fields,
    Malformed,
    count,
    flag,
    moment,
    moment_to_json,
    money,
    money_to_json,
    one_of,
    percent,
    percent_to_json,
    plain_object,
    rank,
    seconds,
    time_of_day,
    time_of_day_to_json,
)
from listings.auctions.engine.steps import Percent, share_of

_EXTENSION_KEYS = ("mode", "window_s", "length_s", "max_count", "max_total_s", "hard_end", "night")


@dataclass(frozen=True, slots=True)
class Night:
    """No extension puts the end after `no_close_after` or before `resume_at` (time of day)."""

    no_close_after: int
    resume_at: int

    def to_json(self) -> dict[str, Any]:
        """As in a record."""
        return {
            "no_close_after": time_of_day_to_json(self.no_close_after),
            "resume_at": time_of_day_to_json(self.resume_at),
        }


@dataclass(frozen=True, slots=True)
class Extension:
    """How a late bid moves the end (延时规则), docs/record.md "Extension"."""

    mode: str = "none"
    window: int = 300 * SECOND
    length: int = 300 * SECOND
    max_count: int | None = None
    max_total: int | None = None
    hard_end: int | None = None
    night: Night | None = None

    def to_json(self, offset: int) -> dict[str, Any]:
        """As in a record, with times in the given offset."""
        return {
            "mode": self.mode,
            "window_s": self.window // SECOND,
            "length_s": self.length // SECOND,
            "max_count": self.max_count,
            "max_total_s": None if self.max_total is None else self.max_total // SECOND,
            "hard_end": None if self.hard_end is None else moment_to_json(self.hard_end, offset),
            "night": None if self.night is None else self.night.to_json(),
        }


@dataclass(frozen=True, slots=True)
class Proxy:
    """Whether limits (委托最高价) are taken, and what happens to an equal one."""

    allowed: bool = False
    tie: str = "earliest"

    def to_json(self) -> dict[str, Any]:
        """As in a record."""
        return {"allowed": self.allowed, "tie": self.tie}


@dataclass(frozen=True, slots=True)
class Priority:
    """Confirmed priority holders (优先权人) and their ranks, 1 being best. The mapping is never changed."""

    mode: str = "none"
    ranks: dict[str, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As in a record."""
        return {"mode": self.mode, "ranks": dict(self.ranks)}


@dataclass(frozen=True, slots=True)
class Sealed:
    """How sealed offers (密封报价) are priced and whether one may be replaced."""

    pricing: str = "first_price"
    tie: str = "earliest"
    may_replace: bool = False

    def to_json(self) -> dict[str, Any]:
        """As in a record."""
        return {"pricing": self.pricing, "tie": self.tie, "may_replace": self.may_replace}


@dataclass(frozen=True, slots=True)
class Descending:
    """How the clock falls (降价竞价): by `drop` fen, that percentage of the start, every `interval`."""

    percent: Percent = (1, 1)
    interval: int = 300 * SECOND
    floor: int = 0
    drop: int = 0

    def to_json(self) -> dict[str, Any]:
        """As in a record."""
        return {
            "step_percent_of_start": percent_to_json(self.percent),
            "interval_s": self.interval // SECOND,
            "floor": money_to_json(self.floor),
        }


def extension_from_json(rules: Fields, ends_at: int) -> Extension:
    """Read `extension`; `ends_at` in microseconds bounds the hard end."""
    fields = rules.section("extension", _EXTENSION_KEYS)
    hard_end = fields.read("hard_end", moment, None)
    if hard_end is not None and hard_end < ends_at:
        raise Malformed(fields.path("hard_end"), "must not be before ends_at")
    return Extension(
        mode=fields.read("mode", one_of("none", "from_bid", "from_end", "quiet_period"), "none"),
        window=fields.read("window_s", seconds, 300 * SECOND),
        length=fields.read("length_s", seconds, 300 * SECOND),
        max_count=fields.read("max_count", count, None),
        max_total=fields.read("max_total_s", seconds, None),
        hard_end=hard_end,
        night=fields.read("night", _night, None),
    )


def _night(value: Any, where: str) -> Night:
    fields = Fields(value, where, ("no_close_after", "resume_at"))
    night = Night(fields.read("no_close_after", time_of_day), fields.read("resume_at", time_of_day))
    if night.no_close_after <= night.resume_at:
        raise Malformed(fields.path("no_close_after"), "must be later in the day than resume_at")
    return night


def proxy_from_json(rules: Fields) -> Proxy:
    """Read `proxy`."""
    fields = rules.section("proxy", ("allowed", "tie"))
    tie = fields.read("tie", one_of("earliest", "refuse_equal"), "earliest")
    return Proxy(fields.read("allowed", flag, False), tie)


def priority_from_json(rules: Fields) -> Priority:
    """Read `priority`."""
    fields = rules.section("priority", ("mode", "ranks"))
    mode = fields.read("mode", one_of("none", "equal_price", "ask_after_close"), "none")
    return Priority(mode, fields.read("ranks", _ranks, {}))


def _ranks(value: Any, where: str) -> dict[str, int]:
    return {bidder: rank(place, f"{where}.{bidder}") for bidder, place in plain_object(value, where).items()}


def sealed_from_json(rules: Fields) -> Sealed:
    """Read `sealed`."""
    fields = rules.section("sealed", ("pricing", "tie", "may_replace"))
    return Sealed(
        pricing=fields.read("pricing", one_of("first_price", "second_price"), "first_price"),
        tie=fields.read("tie", one_of("earliest"), "earliest"),
        may_replace=fields.read("may_replace", flag, False),
    )


def descending_from_json(rules: Fields, start: int, *, falls: bool) -> Descending:
    """Read `descending`, with its drop for a start price in fen; a hall that `falls` needs one over 0."""
    fields = rules.section("descending", ("step_percent_of_start", "interval_s", "floor"))
    share = fields.read("step_percent_of_start", percent, (1, 1))
    interval = fields.read("interval_s", seconds, 300 * SECOND)
    drop = share_of(start, share)
    if falls and drop == 0:
        raise Malformed(fields.path("step_percent_of_start"), "comes out as a step of 0")
    if interval == 0:
        raise Malformed(fields.path("interval_s"), "must be more than 0")
    return Descending(share, interval, fields.read("floor", money, 0), drop)
