"""Whether a hall's rows are what its events say: the chain recomputed, the presses replayed through the core."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from listings.auctions import chain
from listings.auctions.engine.closing import result
from listings.auctions.engine.decide import decide
from listings.auctions.engine.state import ADMITTED, STRANGER, Event, State, initial_state, state_to_json
from listings.auctions.instants import from_instant, iso, to_instant
from listings.auctions.models import Auction, HallEvent

_ADMISSIONS = {"no_deposit": STRANGER._replace(qualified=True), "not_qualified": STRANGER}


def events_of(auction: Auction) -> QuerySet[HallEvent]:
    """Return the events up to the row's own number, so that a live hall can be looked at."""
    return HallEvent.objects.filter(auction=auction, number__lte=auction.number).order_by("number")


def differences(auction: Auction) -> Iterator[str]:
    """Yield every place where the hall's rows differ from what the chain and a replay come to."""
    events = list(events_of(auction))
    yield from _chain_faults(auction, events)
    state = initial_state(auction.parsed_rules)
    for event in events:
        if event.kind in auction.parsed_rules.event_types:
            state, faults = _replayed(auction, state, event)
            yield from faults
    yield from _row_faults(auction, state)
    yield from _close_faults(auction, state, events)


def _chain_faults(auction: Auction, events: list[HallEvent]) -> Iterator[str]:
    head, shown, at = auction.announcement.sha256, 0, None
    for place, event in enumerate(events, start=1):
        if event.number != place:
            yield f"number {place} is missing"
            return
        if event.public_number is not None:
            shown += 1
            if event.public_number != shown:
                yield f"event {place}: public number {event.public_number}, not {shown}"
        if at is not None and event.at < at:
            yield f"event {place}: earlier than the one before"
        hashed = chain.body_hash(body_of(event))
        if (event.prev, event.body_hash, event.hash) != (head, hashed, chain.link(head, hashed)):
            yield f"event {place}: the hash does not fit the event and the one before"
        head, at = event.hash, event.at
    if (auction.number, auction.public_number, auction.head) != (len(events), shown, head):
        yield "the hall's row does not stand at its last event"


def body_of(event: HallEvent) -> dict[str, Any]:
    """Return what the event's hash covers."""
    return chain.body(
        auction=str(event.auction_id),
        number=event.number,
        at=event.at,
        kind=event.kind,
        paddle=event.paddle,
        amount_fen=event.amount_fen,
        accepted=event.accepted,
        reason=event.reason,
        outcome=event.outcome,
        salt=event.salt,
    )


def _replayed(auction: Auction, state: State, event: HallEvent) -> tuple[State, list[str]]:
    admission = _ADMISSIONS.get(event.reason, ADMITTED)
    arrived = Event(to_instant(event.at), event.kind, event.paddle, event.amount_fen or 0, admission)
    state, outcome = decide(state, auction.parsed_rules, arrived)
    stood = (event.accepted, event.reason, event.outcome["price"], event.outcome["leader"], event.outcome["ends_at"])
    came = (outcome.accepted, outcome.reason or "", outcome.price, outcome.leader, iso(from_instant(outcome.ends_at)))
    return state, [] if stood == came else [f"event {event.number}: {stood}, the replay says {came}"]


def _row_faults(auction: Auction, state: State) -> Iterator[str]:
    row = (auction.price_fen, auction.leader_paddle or None, to_instant(auction.ends_at), auction.extensions)
    replayed = (state.price, state.leader, state.ends_at, state.extensions)
    if row != replayed or auction.engine_state != state_to_json(state):
        yield f"the hall's row says {row}, the replay {replayed}"


def _close_faults(auction: Auction, state: State, events: list[HallEvent]) -> Iterator[str]:
    closings = [event for event in events if event.kind == HallEvent.Kind.CLOSE]
    if auction.state != Auction.State.CLOSED:
        if closings:
            yield "the hall is not closed, but has a closing event"
        return
    if len(closings) != 1 or closings[0] != events[-1]:
        yield f"a closed hall has one closing event, as its last; this one has {len(closings)}"
        return
    closing = closings[0]
    if to_instant(closing.at) < state.ends_at:
        yield "the hall was closed before its end"
    end = result(state, auction.parsed_rules, admitted=closing.outcome["admitted"])
    winner = auction.winner.paddle if auction.winner else None
    if (auction.outcome, winner) != (end.outcome, end.winner):
        yield f"the hall says {auction.outcome} {winner}, the replay {end.outcome} {end.winner}"
