"""The falling clock (降价竞价), docs/record.md "Falling clock". Amounts in fen, times in microseconds."""

from listings.auctions.engine.rules import Rules
from listings.auctions.engine.state import Decision, Event, Outcome, State, refused


def price_on_clock(state: State, rules: Rules, at: int) -> int:
    """What the clock shows at a time from `opens_at` on, in fen. It stands still during pauses."""
    clock = rules.descending
    now = at if state.paused_at is None else state.paused_at
    falls = (now - rules.opens_at - state.stood_still) // clock.interval
    return max(rules.start - max(falls, 0) * clock.drop, clock.floor)


def take(state: State, rules: Rules, event: Event) -> Decision:
    """The first take of exactly the price on the clock wins and ends the hall."""
    bidder, price, at = event.bidder, event.amount, event.at
    if price != price_on_clock(state, rules, at):
        return refused(state, rules, event, "no_current_price")
    state = state._replace(price=price, leader=bidder, ends_at=at, sold_early=True)
    return state, Outcome(True, None, price, bidder, at, ((bidder, price),), None, True)
