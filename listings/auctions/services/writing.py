"""Adding events to a locked hall: numbers, hashes, one insert, one update."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from listings.auctions import bell, chain
from listings.auctions.engine.state import State, state_to_json
from listings.auctions.instants import from_instant
from listings.auctions.models import Auction, HallEvent, Registration


class Pen:
    """Writes events of one hall, whose row the caller has locked, all at the time `at`; `save` puts them down."""

    def __init__(self, auction: Auction, at: datetime) -> None:
        self.auction = auction
        # The time never runs backwards along the numbers, whatever the clock does.
        self.at = at if auction.last_at is None else max(at, auction.last_at)
        self.events: list[HallEvent] = []

    def add(
        self,
        kind: str,
        *,
        outcome: dict[str, Any],
        public: bool,
        accepted: bool = True,
        reason: str = "",
        registration: Registration | None = None,
        amount_fen: int | None = None,
        request_key: str | None = None,
    ) -> HallEvent:
        """Give the next event its number, salt and hash; what is `public` gets the next public number too."""
        auction = self.auction
        auction.number += 1
        if public:
            auction.public_number += 1
        salt, paddle = chain.new_salt(), registration.paddle if registration else ""
        hashed = chain.body_hash(
            chain.body(
                auction=str(auction.pk),
                number=auction.number,
                at=self.at,
                kind=kind,
                paddle=paddle,
                amount_fen=amount_fen,
                accepted=accepted,
                reason=reason,
                outcome=outcome,
                salt=salt,
            )
        )
        event = HallEvent(
            auction=auction,
            number=auction.number,
            public_number=auction.public_number if public else None,
            at=self.at,
            kind=kind,
            registration=registration,
            paddle=paddle,
            amount_fen=amount_fen,
            request_key=request_key,
            accepted=accepted,
            reason=reason,
            outcome=outcome,
            salt=salt,
            body_hash=hashed,
            prev=auction.head,
            hash=chain.link(auction.head, hashed),
        )
        auction.head, auction.last_at = event.hash, self.at
        self.events.append(event)
        return event

    def save(self, state: State) -> None:
        """Insert all events with one statement, bring the hall's row up to `state`, and ring after the commit."""
        if not self.events:
            return
        auction = self.auction
        HallEvent.objects.bulk_create(self.events)
        auction.engine_state = state_to_json(state)
        auction.price_fen, auction.leader_paddle = state.price, state.leader or ""
        auction.ends_at, auction.extensions = from_instant(state.ends_at), state.extensions
        auction.save(update_fields=HALL_COLUMNS)
        if any(event.public_number for event in self.events):
            bell.ring(auction.pk)


HALL_COLUMNS = [
    "engine_state",
    "number",
    "public_number",
    "head",
    "last_at",
    "price_fen",
    "leader_paddle",
    "ends_at",
    "extensions",
]
