"""A random hall, step by step, against what must hold in every one of them.

The oracles are written anew from docs/record.md and share no code with the engine.
"""

import json
from typing import Any, ClassVar

import hypothesis.strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from listings.auctions.engine.closing import result
from listings.auctions.engine.decide import REASONS, decide
from listings.auctions.engine.replay import replay
from listings.auctions.engine.rules import rules_from_json
from listings.auctions.engine.state import (
    Admission,
    Event,
    Outcome,
    State,
    has_ended,
    initial_state,
    state_from_json,
    state_to_json,
)
from tests.listings.auctions.engine.random_rules import (
    ADMITTED_BIDDER,
    AFTER_THE_END,
    ANY_RULES,
    ANYBODY,
    BIDDERS,
    CAST,
    RANKS,
    SECOND,
    START,
    WAITS,
    fen,
    step_at,
)


class AnyHall(RuleBasedStateMachine):
    """One hall under random rules and arrivals; every rule below is one event that is decided."""

    steps: ClassVar[int] = 0
    halls: ClassVar[int] = 0
    accepted_bids: ClassVar[int] = 0
    extensions: ClassVar[int] = 0

    @initialize(chosen=ANY_RULES)
    def open_hall(self, chosen: dict[str, Any]) -> None:
        self.open(chosen)

    @rule(chosen=ANY_RULES)
    @precondition(lambda self: self.after_the_end > 6)
    def open_the_next_hall(self, chosen: dict[str, Any]) -> None:
        self.prove_the_result()
        self.open(chosen)

    def open(self, chosen: dict[str, Any]) -> None:
        if "buy_now" in chosen and chosen.get("proxy", {}).get("allowed"):
            chosen = {key: value for key, value in chosen.items() if key != "buy_now"}
        if chosen.get("format"):
            chosen = chosen | {"priority": {"mode": "ask_after_close", "ranks": RANKS}}
        self.raw = {
            "start": "100",
            "opens_at": "2026-03-02T10:00:00+08:00",
            "ends_at": "2026-03-02T10:08:00+08:00",
        } | chosen
        self.rules = rules_from_json(json.loads(json.dumps(self.raw)))
        self.state = initial_state(self.rules)
        self.now = self.rules.opens_at - SECOND
        self.events: list[Event] = []
        self.outcomes: list[Outcome] = []
        self.public_bids: list[tuple[str, int]] = []
        self.authorised: dict[str, int] = {}
        self.standing_offers: dict[str, tuple[int, int]] = {}
        self.pauses = 0
        self.after_the_end = 0
        self.closed: tuple[Any, ...] | None = None
        type(self).halls += 1

    # What may happen

    @rule(wait=WAITS, bidder=ANYBODY, steps=st.integers(-1, 5), more=st.sampled_from([0, 0, 0, -1, 1, 50]))
    @precondition(lambda self: "bid" in self.rules.event_types)
    def bid(self, wait: int, bidder: str, steps: int, more: int) -> None:
        price = self.state.price or START
        self.send(wait, "bid", bidder, max(price + steps * self.step(price) + more, 0))

    @rule(wait=WAITS, bidder=ANYBODY, steps=st.integers(0, 12), more=st.sampled_from([0, 0, 0, 1, 50]))
    @precondition(lambda self: "max" in self.rules.event_types)
    def set_limit(self, wait: int, bidder: str, steps: int, more: int) -> None:
        price = self.state.price or START
        self.send(wait, "max", bidder, price + steps * self.step(price) + more)

    @rule(wait=WAITS, bidder=ADMITTED_BIDDER)
    @precondition(lambda self: "max" in self.rules.event_types and self.state.leader is not None)
    def set_the_leaders_limit_again(self, wait: int, bidder: str) -> None:
        self.send(wait, "max", bidder, self.state.limit)

    @rule(wait=WAITS, bidder=ANYBODY)
    @precondition(lambda self: "match" in self.rules.event_types)
    def match(self, wait: int, bidder: str) -> None:
        self.send(wait, "match", bidder)

    @rule(wait=WAITS, bidder=ANYBODY, amount=st.integers(9_900, 15_100))
    @precondition(lambda self: "seal" in self.rules.event_types)
    def seal(self, wait: int, bidder: str, amount: int) -> None:
        self.send(wait, "seal", bidder, amount)

    @rule(wait=WAITS, bidder=ANYBODY, late=st.sampled_from([True, True, False]))
    @precondition(lambda self: "take" in self.rules.event_types)
    def take(self, wait: int, bidder: str, late: bool) -> None:
        self.send(wait, "take", bidder, self.falling_price(self.now + wait) + (333 if late else 0))

    @rule(wait=WAITS, bidder=ANYBODY, word=st.sampled_from(AFTER_THE_END))
    @precondition(lambda self: self.closed or len(self.events) % 10 == 0)
    def answer(self, wait: int, bidder: str, word: str) -> None:
        self.send(wait, word, bidder)

    @rule(wait=WAITS, word=st.sampled_from(["pause", "resume", "close_check"]))
    @precondition(lambda self: len(self.events) % 4 == 0)
    def office(self, wait: int, word: str) -> None:
        self.send(wait, word)

    @rule(wait=WAITS)
    @precondition(lambda self: self.state.paused_at is not None)
    def resume(self, wait: int) -> None:
        self.send(wait, "resume")

    @rule(before=st.sampled_from([0, 1, SECOND, 30 * SECOND]), bidder=ADMITTED_BIDDER, steps=st.integers(1, 3))
    @precondition(lambda self: "bid" in self.rules.event_types and len(self.events) > 5 and not self.closed)
    def bid_near_the_end(self, before: int, bidder: str, steps: int) -> None:
        price = self.state.price or START
        wait = max(self.state.ends_at - before - self.now, 0)
        self.send(wait, "bid", bidder, price + steps * self.step(price))

    # What must hold

    def send(self, wait: int, kind: str, bidder: str = "", amount: int = 0) -> None:
        self.now = max(self.now + wait, self.rules.opens_at if len(self.events) > 1 else 0)
        event = Event(self.now, kind, bidder, amount, CAST.get(bidder, Admission()))
        before = self.state
        # The hall is put away as JSON between any two events, as the live service does.
        woken = state_from_json(json.loads(json.dumps(state_to_json(before))))
        after, outcome = decide(woken, self.rules, event)
        assert decide(before, self.rules, event) == (after, outcome)
        self.state = after
        self.events.append(event)
        self.outcomes.append(outcome)
        self.public_bids.extend(outcome.public_bids)
        type(self).steps += 1
        self.gapless(before, event, outcome)
        if not outcome.accepted:
            self.refused(before, outcome, event)
        elif bidder:
            self.price_law(before, event, outcome)
            self.deadline(before, event)
        self.extends_or_not(before, event, outcome)
        self.closes_once(event, outcome)

    def gapless(self, before: State, event: Event, outcome: Outcome) -> None:
        """I3: every event has its one outcome, and the public list only grows, up to what is the price now."""
        assert len(self.events) == len(self.outcomes)
        assert (outcome.price, outcome.leader) == (self.state.price, self.state.leader)
        assert outcome.ends_at == self.state.ends_at
        if self.public_bids:
            assert self.public_bids[-1] == (self.state.leader, self.state.price)
            amounts = [amount for _, amount in self.public_bids]
            assert amounts == sorted(amounts)
        if self.state[4:6] != before[4:6]:
            assert outcome.public_bids
        assert before.answers == self.state.answers[: len(before.answers)]

    def refused(self, before: State, outcome: Outcome, event: Event) -> None:
        """A refusal changes nothing and has a reason of the closed list; the office gets none."""
        assert self.state == before
        assert (outcome.public_bids, outcome.extended) == ((), None)
        assert outcome.reason in REASONS if event.bidder else outcome.reason is None

    def price_law(self, before: State, event: Event, outcome: Outcome) -> None:
        """I4: at least one step more, on a step where the rules say so; only a ranked holder may equal."""
        kind, bidder, amount = event.type, event.bidder, event.amount
        assert outcome.reason is None
        assert all(CAST[bidder])
        if kind in AFTER_THE_END:
            assert self.state[:-1] == before[:-1]
            return
        if kind == "seal":
            self.standing_offers[bidder] = (amount, -len(self.events))
            assert fen(self.raw["start"]) <= amount <= (fen(self.raw.get("ceiling")) or amount)
            assert outcome.price is None
            return
        if kind == "take":
            assert amount == outcome.price == self.falling_price(event.at)
            return
        type(self).accepted_bids += 1
        buy_now = fen(self.raw.get("buy_now"))
        if kind == "match":
            self.matched(before, bidder)
        elif kind == "bid" and buy_now is not None and amount >= buy_now:
            assert (outcome.price, outcome.leader, outcome.ended) == (buy_now, bidder, True)
        else:
            self.raised(before, event)
        authorised = before.price if kind == "match" else amount
        self.authorised[bidder] = max(self.authorised.get(bidder, 0), authorised)
        self.nobody_above()

    def matched(self, before: State, holder: str) -> None:
        assert self.raw["priority"]["mode"] == "equal_price"
        assert holder in RANKS
        assert RANKS[holder] < RANKS.get(before.leader, 99)
        if self.state.leader == holder:
            assert self.state.price == before.price
        else:
            assert self.state.leader == before.leader
            assert before.price < self.state.price <= before.limit

    def raised(self, before: State, event: Event) -> None:
        amount, leads = event.amount, before.leader == event.bidder
        base = START if before.price is None else before.price
        least = base + self.step(base)
        if before.price is None and self.raw.get("first_bid_at_start", True):
            least = START
        own_limit = event.type == "max" and leads
        assert amount > before.limit if own_limit else amount >= least
        assert not leads or own_limit or self.raw.get("leader_may_raise")
        assert amount <= (fen(self.raw.get("ceiling")) or amount)
        if self.raw.get("whole_steps"):
            assert (amount - base) % self.step(base) == 0
        if event.type == "bid":
            assert amount - base <= self.raw.get("max_raise_steps", amount) * self.step(base)
            assert self.state.price >= amount
        if leads:
            assert self.state.leader == event.bidder
        else:
            assert (self.state.leader == event.bidder) == (before.leader is None or amount > before.limit)

    def nobody_above(self) -> None:
        """The leader never pays more than he said, and nobody else has said more than the price."""
        price, leader = self.state.price, self.state.leader
        assert (price or 0) <= self.authorised.get(leader, 0)
        assert price <= self.state.limit
        for bidder, amount in self.authorised.items():
            assert bidder == leader or amount <= price
        reserve = fen(self.raw.get("reserve"))
        if reserve is not None and price < reserve and not self.state.sold_early:
            assert self.state.limit == price

    def deadline(self, before: State, event: Event) -> None:
        """I5: nothing is taken before the opening, in a pause, or at or after the end."""
        if event.type in AFTER_THE_END:
            assert before.sold_early or (event.at >= before.ends_at and before.paused_at is None)
        else:
            assert self.rules.opens_at <= event.at < before.ends_at
            assert before.paused_at is None
            assert not before.sold_early

    def extends_or_not(self, before: State, event: Event, outcome: Outcome) -> None:
        """I5: the end moves if and only if the rules say so, and never earlier but by a sale at once."""
        if self.state.sold_early and not before.sold_early:
            assert self.state.ends_at == event.at
            assert outcome.extended is None
            return
        assert self.state.ends_at >= before.ends_at
        moves = outcome.accepted and (self.state.price != before.price or event.type == "match")
        expected = self.expected_end(before, event.at) if moves else None
        if expected is None:
            assert outcome.extended is None
            assert self.state.extensions == before.extensions
            moved = self.state.ends_at - before.ends_at
            paused = event.at - before.paused_at if outcome.accepted and event.type == "resume" else 0
            assert moved == paused
            self.pauses += moved
        else:
            type(self).extensions += 1
            assert outcome.extended == (before.ends_at, expected, before.extensions + 1)
            assert (self.state.ends_at, self.state.extensions) == (expected, before.extensions + 1)

    def expected_end(self, before: State, at: int) -> int | None:
        extension = {"window_s": 300, "length_s": 300} | self.raw.get("extension", {"mode": "none"})
        mode, length = extension["mode"], extension["length_s"] * SECOND
        window = length if mode == "quiet_period" else extension["window_s"] * SECOND
        caps = []
        if "max_total_s" in extension:
            caps.append(self.rules.ends_at + self.pauses + extension["max_total_s"] * SECOND)
        if "hard_end" in extension:
            minutes = int(extension["hard_end"][14:16])
            caps.append(self.rules.opens_at + minutes * 60 * SECOND + self.pauses)
        used_up = before.extensions >= extension.get("max_count", before.extensions + 1)
        if mode == "none" or at < before.ends_at - window or used_up or any(before.ends_at >= cap for cap in caps):
            return None
        end = max(before.ends_at, (before.ends_at if mode == "from_end" else at) + length)
        if "night" in extension:
            # The halls are held from 10:00 on, so of the night 10:11 to 06:00 only one evening is near.
            evening, morning = (self.rules.opens_at + minutes * 60 * SECOND for minutes in (11, 20 * 60))
            if evening < end < morning:
                end = morning
        return min([end, *caps])

    def closes_once(self, event: Event, outcome: Outcome) -> None:
        """I6: once ended it stays ended; what follows moves neither end nor price nor leader."""
        ended = has_ended(self.state, self.rules, event.at)
        assert outcome.ended == ended
        if self.closed is not None:
            self.after_the_end += 1
            assert ended
            assert self.state[:10] == self.closed
            assert not outcome.accepted or event.type in (*AFTER_THE_END, "close_check")
        elif ended:
            assert self.state.sold_early or event.at >= self.state.ends_at
            assert self.state.paused_at is None
            self.closed = self.state[:10]
        else:
            assert event.at < self.state.ends_at or self.state.paused_at is not None

    def teardown(self) -> None:
        if hasattr(self, "rules"):
            self.prove_the_result()

    def prove_the_result(self) -> None:
        """I6: the winner is a pure function of the events, and refused ones have no part in it."""
        assert replay(self.rules, tuple(self.events)) == (self.state, self.outcomes)
        kept = [event for event, outcome in zip(self.events, self.outcomes, strict=True) if outcome.accepted]
        assert replay(self.rules, tuple(kept))[0] == self.state
        end = result(self.state, self.rules, admitted=len(BIDDERS))
        assert (end.winner is not None) == (end.outcome == "sold")
        assert (end.outcome == "open") == (self.state.paused_at is not None)
        self.opened_rightly(end)
        if end.outcome == "sold":
            assert end.winner == self.expected_winner(end.leader)

    def opened_rightly(self, end: Any) -> None:
        if not self.standing_offers or end.outcome == "open":
            return
        ranked = sorted(((offer, bidder) for bidder, offer in self.standing_offers.items()), reverse=True)
        best = ranked[0][0][0]
        second = ranked[1][0][0] if len(ranked) > 1 else START
        reserve = fen(self.raw.get("reserve")) or 0
        assert end.leader == ranked[0][1]
        assert end.outcome == ("sold" if best >= reserve else "reserve_not_met")
        first_price = self.raw["sealed"]["pricing"] == "first_price"
        assert end.price == (best if first_price else max(second, reserve if best >= reserve else 0))

    def expected_winner(self, leader: str) -> str:
        accepting = [
            (RANKS[event.bidder], place, event.bidder)
            for place, (event, outcome) in enumerate(zip(self.events, self.outcomes, strict=True))
            if outcome.accepted and event.type == "accept"
        ]
        return min(accepting)[2] if accepting else leader

    # Helpers

    def step(self, price: int) -> int:
        return step_at(self.raw["step"], price)

    def falling_price(self, at: int) -> int:
        standing = at if self.state.paused_at is None else self.state.paused_at
        seconds = (standing - self.rules.opens_at - self.pauses) // SECOND
        return max(START - 333 * max(seconds // 60, 0), 7000)
