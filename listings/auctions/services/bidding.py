"""Settling bids (出价): one lock, one clock, one core, one insert, one commit for all that wait.

Acknowledged means committed. A bid that was cut off is asked for again under its key, and gets its first
answer.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext_lazy as _

from exchange.accounts.models import User
from exchange.clock import legal_day, legal_now
from exchange.errors import NotAllowed, OtherBody, Refused
from listings.auctions.engine.decide import decide
from listings.auctions.engine.rising import next_minimum
from listings.auctions.engine.state import ADMITTED, STRANGER, Event, Extended, Outcome
from listings.auctions.instants import from_instant, iso, to_instant
from listings.auctions.models import Auction, HallEvent, Registration
from listings.auctions.selectors import Press, press_of, still_entitled
from listings.auctions.services import wording
from listings.auctions.services.closing import open_auction
from listings.auctions.services.combining import Combiner
from listings.auctions.services.scheduling import record_auction
from listings.auctions.services.writing import Pen

log = logging.getLogger(__name__)
KINDS = frozenset({HallEvent.Kind.BID.value})
MOST_FEN = 10**15


_UNKNOWN = _("We do not know yet whether your bid arrived. Look at the room, or ask again with the same key.")
_NO_LONGER = _(
    "You can no longer bid here: your account is closed, or you no longer represent the company. Ask the exchange."
)
_NO_DATES = _("The opening is not settled yet: the working days of that year are not published. You will be told.")
_NO_AMOUNT = _("Write an amount in yuan such as 35000.00.")


class Unsettled(Refused):
    """Whether the press was recorded is not known: the key answers it."""

    status = 503


class _NotOpenedYet(Exception):
    """The hall's time has come, but nobody has opened it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One press as it arrived."""

    user_id: UUID
    kind: str
    amount_fen: int
    request_key: str


def press(*, auction_id: object, kind: str, amount_fen: int, by: User, request_key: str = "") -> Press:
    """Settle one press of a bidder and return what became of it, accepted or refused; both are recorded.

    `amount_fen` is the price in fen per the listing's unit. The same key with the same body gives the first
    answer. Raises `OtherBody` for another body, `NotAllowed` for somebody not registered, `Refused` "closed"
    once the hall is closed, `Unsettled` when the database broke off, or the queue did not move for a minute, and
    only the key can tell. Call it outside a transaction: inside one it settles alone, and nothing is acknowledged
    before the caller's commit.
    """
    asked = Asked(by.pk, kind, amount_fen, request_key or str(uuid4()))
    key = str(auction_id)
    try:
        answer = settle(key, [asked])[0] if connection.in_atomic_block else _halls.submit(key, asked)
    except TimeoutError as late:
        raise Unsettled(_UNKNOWN, "unsettled") from late
    if isinstance(answer, Refused):
        raise answer
    return answer


def bid(*, auction_id: object, amount_fen: int, by: User, request_key: str = "") -> Press:
    """Press, and raise a refused press as `BidRefused` with its sentence; the refusal stays recorded."""
    done = press(auction_id=auction_id, kind="bid", amount_fen=amount_fen, by=by, request_key=request_key)
    if not done.accepted:
        raise wording.refusal(done, Auction.objects.get(pk=auction_id))
    return done


def settle(auction_id: str, asked: list[Asked]) -> list[Press | Refused]:
    """Settle presses of one hall in one transaction, in this order; one answer for each, its own.

    Whatever goes wrong goes wrong for all of them: `Busy` when the hall stays locked, `Unsettled` when the
    database broke off. The bidding hall (`hall/`) calls this with the presses that it has collected itself.
    """
    try:
        return _settled(auction_id, asked)
    except Refused as refused:
        return [type(refused)(refused.message, refused.code, refused.field) for _one in asked]
    except DatabaseError as error:
        log.warning("%s presses of hall %s are unsettled: %s", len(asked), auction_id, error)
        return [Unsettled(_UNKNOWN, "unsettled") for _one in asked]


def _settled(auction_id: str, asked: list[Asked]) -> list[Press | Refused]:
    try:
        return _settle_batch(auction_id, asked)
    except _NotOpenedYet:
        open_auction(auction_id=auction_id)
        return _settle_batch(auction_id, asked)


@transaction.atomic
def _settle_batch(auction_id: str, asked: list[Asked]) -> list[Press | Refused]:
    auction = Auction.objects.lock(pk=auction_id)
    now = legal_now()
    if auction.state == Auction.State.SCHEDULED and auction.phase(now) != "before":
        raise _NotOpenedYet
    batch = _Batch(auction, Pen(auction, now), asked)
    answers = [batch.answer(one) for one in asked]
    batch.save()
    return answers


_halls: Combiner[Asked, Press | Refused] = Combiner(settle)


class _Batch:
    """The presses that are settled in one transaction, one after another, through the core."""

    def __init__(self, auction: Auction, pen: Pen, asked: list[Asked]) -> None:
        self.auction = auction
        self.pen = pen
        self.rules = auction.parsed_rules
        self.state = auction.hall_state
        self.extended: Extended | None = None
        mine = auction.registrations.filter(user__in={one.user_id for one in asked}).select_related("user")
        self.bidders = {r.user_id: r for r in mine.exclude(state=Registration.State.WITHDRAWN)}
        self.entitled = still_entitled(self.bidders.values(), legal_day(pen.at))
        known = HallEvent.objects.filter(
            registration__in=self.bidders.values(), request_key__in={one.request_key for one in asked}
        )
        self.known = {(event.registration_id, event.request_key): event for event in known}

    def answer(self, asked: Asked) -> Press | Refused:
        """Settle one press; what concerns this one alone comes back as a refusal and troubles no neighbour."""
        registration = self.bidders.get(asked.user_id)
        if asked.kind not in KINDS or type(asked.amount_fen) is not int or not 0 < asked.amount_fen < MOST_FEN:
            return Refused(_NO_AMOUNT, "bad_amount", "amount_fen")
        if registration is None:
            return NotAllowed(_("Only bidders registered for this auction can bid in it. You are watching."))
        # First of all: what a key was answered never changes, whatever has become of the bidder or the hall.
        before = self.known.get((registration.pk, asked.request_key))
        if before is not None:
            return self._again(before, asked)
        if self.auction.provisional:
            return Refused(_NO_DATES, "not_open")
        if registration.pk not in self.entitled:
            return NotAllowed(_NO_LONGER, "no_longer_entitled")
        if self.auction.state == Auction.State.CLOSED:
            return wording.closed(self.auction)
        event = self._decide(registration, asked)
        self.known[registration.pk, asked.request_key] = event
        return press_of(event)

    def save(self) -> None:
        """Write everything down; the journal hears of extensions."""
        self.pen.save(self.state)
        if self.extended:
            record_auction(
                "auction.extended",
                self.auction,
                extensions=self.extended.number,
                ends_at=iso(from_instant(self.extended.new_end)),
            )

    def _again(self, before: HallEvent, asked: Asked) -> Press | Refused:
        if (before.kind, before.amount_fen) != (asked.kind, asked.amount_fen):
            return OtherBody(_("Under this key another bid was already answered. Reload the page and bid anew."))
        return press_of(before)

    def _decide(self, registration: Registration, asked: Asked) -> HallEvent:
        admission = ADMITTED if registration.state == Registration.State.ADMITTED else STRANGER._replace(qualified=True)
        arrived = Event(to_instant(self.pen.at), asked.kind, registration.paddle, asked.amount_fen, admission)
        self.state, outcome = decide(self.state, self.rules, arrived)
        self.extended = outcome.extended or self.extended
        return self.pen.add(
            asked.kind,
            public=bool(outcome.public_bids),
            accepted=outcome.accepted,
            reason=outcome.reason or "",
            registration=registration,
            amount_fen=asked.amount_fen,
            request_key=asked.request_key,
            outcome=self._plain(outcome),
        )

    def _plain(self, outcome: Outcome) -> dict[str, object]:
        """Return the outcome as JSON: amounts in fen, times in ISO 8601."""
        extended = outcome.extended
        return {
            "price": outcome.price,
            "leader": outcome.leader,
            "ends_at": iso(from_instant(outcome.ends_at)),
            "next_min": next_minimum(self.state, self.rules),
            "bids": [list(shown) for shown in outcome.public_bids],
            "extended": None
            if extended is None
            else [iso(from_instant(extended.old_end)), iso(from_instant(extended.new_end)), extended.number],
        }
