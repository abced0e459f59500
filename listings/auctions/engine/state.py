"""What a hall knows between two events, what comes in, and what comes out. All immutable.

Money in fen, times in microseconds since 1970 UTC. Tuples rather than dataclasses, because the live hall
makes several per bid and settles thousands of bids a second.
"""

from typing import Any, NamedTuple

from listings.auctions.engine.offers import Offers, offers_from_json
from listings.auctions.engine.rules import Rules


class Admission(NamedTuple):
    """Whether the bidder is qualified and has paid the deposit, as of the event. The caller looks it up."""

    qualified: bool = False
    deposit_paid: bool = False


STRANGER = Admission()
ADMITTED = Admission(qualified=True, deposit_paid=True)


class Event(NamedTuple):
    """Something that arrived (docs/record.md "Events"): `at` is the time of arrival.

    `bidder` is "" for the office; `amount` is in fen, and 0 for types that have none.
    """

    at: int
    type: str
    bidder: str = ""
    amount: int = 0
    admission: Admission = STRANGER


class Extended(NamedTuple):
    """A counted extension; `new_end` may equal `old_end`. `number` counts from 1."""

    old_end: int
    new_end: int
    number: int


PublicBid = tuple[str, int]


class Outcome(NamedTuple):
    """What became of one event.

    `accepted` with `reason` None, or refused with one of the closed list of reasons; an office event that
    does not count is not accepted and has no reason. `price` and `leader` as they are after it, both None in
    a sealed hall. `public_bids` are the entries it adds to the public list. `ended`: the hall has ended by `at`.
    """

    accepted: bool
    reason: str | None
    price: int | None
    leader: str | None
    ends_at: int
    public_bids: tuple[PublicBid, ...] = ()
    extended: Extended | None = None
    ended: bool = False


class State(NamedTuple):
    """A hall between two events.

    `base_end` is the original end and `hard_end` the hard end, both moved later by pauses, the length of
    which so far is `stood_still`. `limit` is the leader's standing limit, 0 while nobody leads. `sold_early`
    is set by a take or a buy-now, which end the hall at once. `answers` are the accepts and waives after the
    end, in order.
    """

    ends_at: int
    base_end: int
    hard_end: int | None
    extensions: int = 0
    price: int | None = None
    leader: str | None = None
    limit: int = 0
    sold_early: bool = False
    paused_at: int | None = None
    stood_still: int = 0
    offers: Offers = Offers()
    answers: tuple[tuple[str, str], ...] = ()


Decision = tuple[State, Outcome]


def initial_state(rules: Rules) -> State:
    """The hall before anything arrived."""
    return State(rules.ends_at, rules.ends_at, rules.extension.hard_end)


def has_ended(state: State, rules: Rules, at: int) -> bool:
    """Whether the hall has ended at that time: at once by a take or buy-now, or by the clock unless paused."""
    return state.sold_early or (at >= state.ends_at and state.paused_at is None)


def accepted(state: State, rules: Rules, event: Event) -> Outcome:
    """An accepted event that adds nothing to the public list."""
    ended = has_ended(state, rules, event.at)
    return Outcome(True, None, state.price, state.leader, state.ends_at, (), None, ended)


def refused(state: State, rules: Rules, event: Event, reason: str | None) -> Decision:
    """The same state, and the refusal."""
    ended = has_ended(state, rules, event.at)
    return state, Outcome(False, reason, state.price, state.leader, state.ends_at, (), None, ended)


def state_to_json(state: State) -> dict[str, Any]:
    """JSON values only: fen and microseconds as integers. state_from_json gives an equal state back."""
    written = state._asdict()
    written["offers"] = state.offers.to_json()
    written["answers"] = [list(answer) for answer in state.answers]
    return written


def state_from_json(value: dict[str, Any]) -> State:
    """What state_to_json wrote. Raises TypeError for keys it does not know."""
    read = dict(value)
    read["offers"] = offers_from_json(value["offers"])
    read["answers"] = tuple((bidder, answer) for bidder, answer in value["answers"])
    return State(**read)
