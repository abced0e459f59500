"""Rising bids, limits and matches (加价、委托价、同价优先), docs/record.md "Rising bids and limits", "Priority".

Each function takes an event that the general checks have let through. Amounts in fen.
"""

from listings.auctions.engine.extension import extend
from listings.auctions.engine.rules import ASCENDING, Rules
from listings.auctions.engine.state import Decision, Event, Outcome, PublicBid, State, accepted, refused


def next_minimum(state: State, rules: Rules) -> int | None:
    """The least next bid in fen (docs/record.md "Next minimum"); None where bids do not rise."""
    return _least(state, rules) if rules.format == ASCENDING else None


def bid(state: State, rules: Rules, event: Event) -> Decision:
    """A hand bid: already_leading, then buy-now, then the checks of the amount."""
    amount = event.amount
    leads = state.leader == event.bidder
    if leads and not rules.leader_may_raise:
        return refused(state, rules, event, "already_leading")
    if rules.buy_now is not None and amount >= rules.buy_now:
        return _buy_now(state, event, rules.buy_now)
    reason = _why_not(state, rules, amount)
    if reason is not None:
        return refused(state, rules, event, reason)
    if leads:
        return _stand(state, rules, event, amount, event.bidder, max(amount, state.limit))
    return _challenge(state, rules, event, amount)


def limit(state: State, rules: Rules, event: Event) -> Decision:
    """A limit ("max"), by somebody who does not lead or by the leader, who only raises his own."""
    amount, standing = event.amount, state.limit
    if state.price is not None and state.leader == event.bidder:
        reason = "limit_not_higher" if amount <= standing else _limit_why_not(state, rules, amount)
        if reason is not None:
            return refused(state, rules, event, reason)
        return _stand(state, rules, event, state.price, event.bidder, amount)
    least = _least(state, rules)
    reason = "too_low" if amount < least else _limit_why_not(state, rules, amount)
    if reason is None and amount == standing and rules.proxy.tie == "refuse_equal":
        reason = "limit_not_higher"
    if reason is not None:
        return refused(state, rules, event, reason)
    if state.price is None:
        return _challenge(state, rules, event, least)
    return _challenge(state, rules, event, min(amount, standing + rules.step.at(standing)))


def match(state: State, rules: Rules, event: Event) -> Decision:
    """A priority holder bids the current price; the leader's unused limit answers as it answers a hand bid."""
    holder, price, leader = event.bidder, state.price, state.leader
    ranks = rules.priority.ranks
    if rules.priority.mode != "equal_price" or holder not in ranks:
        return refused(state, rules, event, "not_priority")
    if price is None or leader is None:
        return refused(state, rules, event, "no_current_price")
    if leader == holder:
        return refused(state, rules, event, "already_leading")
    if leader in ranks and ranks[holder] >= ranks[leader]:
        return refused(state, rules, event, "not_priority")
    if state.limit > price:
        answer = min(state.limit, price + rules.step.at(price))
        return _stand(state, rules, event, answer, leader, state.limit, ((holder, price),))
    return _moved(state, rules, event, price, holder, price, ((holder, price),))


def _least(state: State, rules: Rules) -> int:
    price = state.price
    if price is not None:
        return price + rules.step.at(price)
    return rules.start if rules.first_bid_at_start else rules.start + rules.step.at(rules.start)


def _why_not(state: State, rules: Rules, amount: int) -> str | None:
    """Why the amount cannot be a hand bid, or None."""
    if amount < _least(state, rules):
        return "too_low"
    if rules.ceiling is not None and amount > rules.ceiling:
        return "above_ceiling"
    if rules.max_raise_steps is not None:
        base = rules.start if state.price is None else state.price
        if amount > base + rules.max_raise_steps * rules.step.at(base):
            return "raise_too_large"
    return _off_step(state, rules, amount)


def _limit_why_not(state: State, rules: Rules, amount: int) -> str | None:
    """Why an amount that is high enough cannot be a limit, or None."""
    if rules.ceiling is not None and amount > rules.ceiling:
        return "above_ceiling"
    return _off_step(state, rules, amount)


def _off_step(state: State, rules: Rules, amount: int) -> str | None:
    if not rules.whole_steps:
        return None
    base = rules.start if state.price is None else state.price
    return "not_multiple" if (amount - base) % rules.step.at(base) else None


def _challenge(state: State, rules: Rules, event: Event, price_if_he_leads: int) -> Decision:
    """The first bid, or an amount against the leader's standing limit. At equality the earlier one stays."""
    amount, standing, leader = event.amount, state.limit, state.leader
    if leader is None or amount > standing:
        return _stand(state, rules, event, price_if_he_leads, event.bidder, amount)
    answer = min(standing, amount + rules.step.at(amount))
    return _stand(state, rules, event, answer, leader, standing, ((event.bidder, amount),))


def _stand(
    state: State,
    rules: Rules,
    event: Event,
    price: int,
    leader: str,
    standing: int,
    beaten: tuple[PublicBid, ...] = (),
) -> Decision:
    """The new standing, lifted towards the reserve; shown, and extending, if the price has changed."""
    reserve = rules.reserve
    if reserve is not None and price < reserve:
        price = min(standing, reserve)
    if price == state.price:
        state = state._replace(limit=standing)
        return state, accepted(state, rules, event)
    return _moved(state, rules, event, price, leader, standing, (*beaten, (leader, price)))


def _moved(
    state: State,
    rules: Rules,
    event: Event,
    price: int,
    leader: str,
    standing: int,
    public_bids: tuple[PublicBid, ...],
) -> Decision:
    """A new price, or an accepted match: the two things that extend."""
    extended = extend(state, rules, event.at)
    end, number = (extended.new_end, extended.number) if extended else (state.ends_at, state.extensions)
    state = state._replace(price=price, leader=leader, limit=standing, ends_at=end, extensions=number)
    return state, Outcome(True, None, price, leader, end, public_bids, extended)


def _buy_now(state: State, event: Event, price: int) -> Decision:
    """The hall ends at this moment at this price; neither the lift to the reserve nor extension applies."""
    bidder, at = event.bidder, event.at
    state = state._replace(price=price, leader=bidder, limit=price, ends_at=at, sold_early=True)
    return state, Outcome(True, None, price, bidder, at, ((bidder, price),), None, True)
