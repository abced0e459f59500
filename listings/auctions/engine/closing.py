"""After the end of bidding: opened seals, priority answers and the result (docs/record.md "Sealed offers",
"Priority", "Outcome"). Amounts in fen, times in microseconds.
"""

from typing import NamedTuple

from listings.auctions.engine.rules import SEALED, Rules
from listings.auctions.engine.state import Decision, Event, State, accepted, has_ended, refused


class Result(NamedTuple):
    """How the hall stands or ended.

    `outcome` is open, too_few_bidders, no_bids, reserve_not_met or sold; only sold has a winner. Price and
    leader are given for every hall with bids, those of a sealed hall only once it has ended.
    """

    outcome: str
    winner: str | None
    price: int | None
    leader: str | None


class Standing(NamedTuple):
    """Who stands highest at the end, what he pays, and whether the reserve is reached."""

    price: int
    leader: str
    reserve_met: bool


def seal(state: State, rules: Rules, event: Event) -> Decision:
    """A sealed offer, hidden until the end: it adds nothing to the public list and shows no price."""
    if not rules.sealed.may_replace and state.offers.of(event.bidder) is not None:
        return refused(state, rules, event, "already_bid")
    if event.amount < rules.start:
        return refused(state, rules, event, "too_low")
    if rules.ceiling is not None and event.amount > rules.ceiling:
        return refused(state, rules, event, "above_ceiling")
    state = state._replace(offers=state.offers.put(event.bidder, event.amount))
    return state, accepted(state, rules, event)


def answer(state: State, rules: Rules, event: Event) -> Decision:
    """A priority holder accepts or waives after the end of bidding, once."""
    reason = _cannot_answer(state, rules, event.bidder)
    if reason is not None:
        return refused(state, rules, event, reason)
    state = state._replace(answers=(*state.answers, (event.bidder, event.type)))
    return state, accepted(state, rules, event)


def result(state: State, rules: Rules, *, admitted: int, at: int | None = None) -> Result:
    """The result as if time had run past the end, or with `at` as the hall stands at that time.

    `admitted` is the number of bidders who are qualified and have paid, whether they bid or not.
    A paused hall is open. A pure function of the state, so of the events.
    """
    is_open = state.paused_at is not None or (at is not None and not has_ended(state, rules, at))
    standing = None if is_open and rules.format == SEALED else _standing(state, rules)
    price, leader = (standing.price, standing.leader) if standing else (None, None)
    outcome = "open" if is_open else _outcome(rules, standing, admitted)
    winner = _winner(state, rules, standing) if standing and outcome == "sold" else None
    return Result(outcome, winner, price, leader)


def _outcome(rules: Rules, standing: Standing | None, admitted: int) -> str:
    if admitted < rules.min_bidders:
        return "too_few_bidders"
    if standing is None:
        return "no_bids"
    return "sold" if standing.reserve_met else "reserve_not_met"


def _standing(state: State, rules: Rules) -> Standing | None:
    if rules.format == SEALED:
        return _opened(state, rules)
    if state.price is None or state.leader is None:
        return None
    return Standing(state.price, state.leader, rules.reserve is None or state.price >= rules.reserve)


def _opened(state: State, rules: Rules) -> Standing | None:
    """The highest offer, of equal ones the earlier. Takes time with the number of offers, once at the end."""
    ranked = sorted(state.offers, key=lambda offer: (-offer.amount, offer.place))
    if not ranked:
        return None
    best, reserve = ranked[0], rules.reserve
    reserve_met = reserve is None or best.amount >= reserve
    if rules.sealed.pricing == "first_price":
        return Standing(best.amount, best.bidder, reserve_met)
    price = ranked[1].amount if len(ranked) > 1 else rules.start
    if reserve is not None and reserve_met:
        price = max(price, reserve)
    return Standing(price, best.bidder, reserve_met)


def _cannot_answer(state: State, rules: Rules, holder: str) -> str | None:
    if rules.priority.mode != "ask_after_close" or holder not in rules.priority.ranks:
        return "not_priority"
    standing = _standing(state, rules)
    if standing is None or not standing.reserve_met:
        return "no_current_price"
    if standing.leader == holder:
        return "already_leading"
    return "already_bid" if any(bidder == holder for bidder, _ in state.answers) else None


def _winner(state: State, rules: Rules, standing: Standing) -> str:
    """The best rank among those who accepted, of the same rank the earlier answer; without any, the leader."""
    accepting = [bidder for bidder, answer in state.answers if answer == "accept"]
    return min(accepting, key=lambda bidder: rules.priority.ranks[bidder], default=standing.leader)
