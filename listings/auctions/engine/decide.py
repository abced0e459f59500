"""The one function through which everything that happens in a hall goes (docs/record.md "Refusals")."""

from collections.abc import Callable

from listings.auctions.engine.closing import answer, seal
from listings.auctions.engine.falling import take
from listings.auctions.engine.rising import bid, limit, match
from listings.auctions.engine.rules import Rules
from listings.auctions.engine.state import Decision, Event, State, accepted, has_ended, refused

REASONS = (
    "not_open",
    "closed",
    "paused",
    "not_qualified",
    "no_deposit",
    "too_low",
    "not_multiple",
    "raise_too_large",
    "above_ceiling",
    "already_leading",
    "limit_not_higher",
    "not_priority",
    "already_bid",
    "no_current_price",
)


def decide(state: State, rules: Rules, event: Event) -> Decision:
    """Settle one event of a bidder or of the office: the state after it, and what became of it.

    Pure: the same three values always give the same answer, and a refusal gives back the very same state.
    The caller sees to it that `at` never runs backwards from one event of a hall to the next.
    Raises ValueError for a type of event that these rules do not know.
    """
    if event.type not in rules.event_types:
        raise ValueError(f"A hall with these rules knows no event of type {event.type!r}.")
    office = _OFFICE.get(event.type)
    if office is not None:
        return office(state, rules, event)
    reason = _why_not_now(state, rules, event)
    if reason is not None:
        return refused(state, rules, event, reason)
    admission = event.admission
    if not admission.qualified:
        return refused(state, rules, event, "not_qualified")
    if not admission.deposit_paid:
        return refused(state, rules, event, "no_deposit")
    return _BY_BIDDER[event.type](state, rules, event)


def _why_not_now(state: State, rules: Rules, event: Event) -> str | None:
    """The reasons that lie in the time alone."""
    ended = has_ended(state, rules, event.at)
    if event.type in _AFTER_THE_END:
        return None if ended else "not_open"
    if event.at < rules.opens_at:
        return "not_open"
    if ended:
        return "closed"
    return None if state.paused_at is None else "paused"


def _pause(state: State, rules: Rules, event: Event) -> Decision:
    """Stops the hall, which cannot end until it is resumed; counts only while the hall is open and runs."""
    runs = event.at >= rules.opens_at and not has_ended(state, rules, event.at)
    if not runs or state.paused_at is not None:
        return refused(state, rules, event, None)
    state = state._replace(paused_at=event.at)
    return state, accepted(state, rules, event)


def _resume(state: State, rules: Rules, event: Event) -> Decision:
    """Moves the end, the base of the total and the hard end later by the pause; the clock has stood still."""
    if state.paused_at is None:
        return refused(state, rules, event, None)
    length = event.at - state.paused_at
    state = state._replace(
        paused_at=None,
        ends_at=state.ends_at + length,
        base_end=state.base_end + length,
        hard_end=None if state.hard_end is None else state.hard_end + length,
        stood_still=state.stood_still + length,
    )
    return state, accepted(state, rules, event)


def _close_check(state: State, rules: Rules, event: Event) -> Decision:
    """Asks whether the hall has ended (the outcome's `ended`); changes nothing."""
    return state, accepted(state, rules, event)


_Handler = Callable[[State, Rules, Event], Decision]
_AFTER_THE_END = frozenset({"accept", "waive"})
_OFFICE: dict[str, _Handler] = {"pause": _pause, "resume": _resume, "close_check": _close_check}
_BY_BIDDER: dict[str, _Handler] = {
    "bid": bid,
    "max": limit,
    "match": match,
    "take": take,
    "seal": seal,
    "accept": answer,
    "waive": answer,
}
