"""Reads of halls: what everybody sees, what a bidder sees of himself, and the record after the end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from exchange.accounts.models import Membership, Role, User
from exchange.accounts.selectors import within
from exchange.clock import SHANGHAI
from exchange.money import fen_to_yuan
from listings.auctions.engine.rising import next_minimum
from listings.auctions.instants import iso
from listings.auctions.models import Auction, Deposit, HallEvent, Registration
from listings.catalogue.models import Listing


@dataclass(frozen=True, slots=True)
class Press:
    """What became of one press: recorded under `number` at the database's time `at`, accepted or refused.

    `price_fen`, `leader_paddle`, `ends_at` and `next_min_fen` as they were after it; amounts in fen.
    """

    number: int
    at: datetime
    paddle: str
    kind: str
    amount_fen: int
    request_key: str
    accepted: bool
    reason: str
    price_fen: int | None
    leader_paddle: str
    ends_at: datetime
    next_min_fen: int
    hash: str


def press_of(event: HallEvent) -> Press:
    """Return a bidder's event as the answer to his press; the same for every repeat."""
    outcome = event.outcome
    return Press(
        number=event.number,
        at=event.at,
        paddle=event.paddle,
        kind=event.kind,
        amount_fen=event.amount_fen or 0,
        request_key=event.request_key or "",
        accepted=event.accepted,
        reason=event.reason,
        price_fen=outcome["price"],
        leader_paddle=outcome["leader"] or "",
        ends_at=datetime.fromisoformat(outcome["ends_at"]),
        next_min_fen=outcome["next_min"],
        hash=event.hash,
    )


def press_json(press: Press) -> dict[str, Any]:
    """Return a press as the API and the hall answer it: amounts in yuan, times in ISO 8601."""
    return {
        "number": press.number,
        "at": iso(press.at),
        "bidder": press.paddle,
        "kind": press.kind,
        "amount": fen_to_yuan(press.amount_fen),
        "key": press.request_key,
        "accepted": press.accepted,
        "reason": press.reason or None,
        "price": None if press.price_fen is None else fen_to_yuan(press.price_fen),
        "leader": press.leader_paddle or None,
        "next_min": fen_to_yuan(press.next_min_fen),
        "ends_at": iso(press.ends_at),
        "hash": press.hash,
    }


def visible_auctions(user: User | AnonymousUser) -> QuerySet[Auction]:
    """Return the halls the person may see: all, since their listings have been announced."""
    found = Auction.objects.filter(listing__state__in=Listing.PUBLIC)
    return found.select_related(
        "listing__division__parent__parent", "listing__collective__organisation", "announcement", "division", "winner"
    )


def least_bid(auction: Auction) -> int:
    """Return the least next bid in fen."""
    return next_minimum(auction.hall_state, auction.parsed_rules) or auction.parsed_rules.start


def own_registrations(user: User | AnonymousUser) -> QuerySet[Registration]:
    """Return the person's registrations with hall and deposit, newest first."""
    if not isinstance(user, User):
        return Registration.objects.none()
    found = Registration.objects.filter(user=user).order_by("-pk")
    return found.select_related("auction__listing__division", "deposit__sub_account", "organisation", "user")


def live_registration(auction: Auction, user: User | AnonymousUser) -> Registration | None:
    """Return the person's registration for the hall that he has not withdrawn."""
    mine = own_registrations(user).filter(auction=auction)
    return mine.exclude(state=Registration.State.WITHDRAWN).first()


def still_entitled(registrations: Iterable[Registration], day: date) -> set[UUID]:
    """Return which registrations their persons may still bid under on a day, in one query at most.

    A person must be active, and must still represent the company that he has registered: neither a ticket nor an
    admission outlives that.
    """
    active = [one for one in registrations if one.user.is_active]
    companies = {one.organisation_id for one in active if one.organisation_id}
    agents = Membership.objects.none()
    if companies:
        agents = Membership.objects.filter(role=Role.AGENT, organisation__in=companies, valid_from__lte=day)
    represented = set(agents.exclude(valid_to__lte=day).values_list("user_id", "organisation_id"))
    return {one.pk for one in active if not one.organisation_id or (one.user_id, one.organisation_id) in represented}


def press_by_key(auction: Auction, user: User, request_key: str) -> Press | None:
    """Return what became of the person's press under a key; None: the hall has never seen it."""
    found = HallEvent.objects.filter(auction=auction, registration__user=user, request_key=request_key).first()
    return press_of(found) if found else None


def public_events(auction_id: UUID | str, after: int = 0, limit: int = 500) -> list[HallEvent]:
    """Return what everybody may see of a hall, after a public number, in order."""
    found = HallEvent.objects.filter(auction__pk=auction_id, public_number__gt=after)
    return list(found.order_by("public_number")[:limit])


def public_event(event: HallEvent) -> dict[str, Any]:
    """Return a public event as plain JSON: no names, amounts in yuan. `seq` is its public number."""
    outcome = event.outcome
    shown: dict[str, Any] = {
        "seq": event.public_number,
        "kind": event.kind,
        "at": iso(event.at),
        "ends_at": outcome["ends_at"],
    }
    if event.kind == HallEvent.Kind.BID:
        shown |= {"paddle": event.paddle, "price": fen_to_yuan(outcome["price"]), "leader": outcome["leader"]}
        if outcome["extended"]:
            shown |= {"extended": outcome["extended"][2], "old_end": outcome["extended"][0]}
    if event.kind == HallEvent.Kind.CLOSE:
        price = outcome["price"]
        shown |= {"outcome": outcome["outcome"], "winner": outcome["winner"], "price": price and fen_to_yuan(price)}
    return shown | {"hash": event.hash}


def bid_history(auction: Auction) -> list[dict[str, Any]]:
    """Return the public bids, newest first, each with the extension it brought; amounts in fen."""
    bids = HallEvent.objects.filter(auction=auction, public_number__isnull=False, kind=HallEvent.Kind.BID)
    return [_shown(event) for event in bids.order_by("-number")]


def _shown(event: HallEvent) -> dict[str, Any]:
    extended = event.outcome["extended"]
    return {
        "number": event.public_number,
        "at": event.at,
        "paddle": event.paddle,
        "price_fen": event.outcome["price"],
        "extended": extended[2] if extended else None,
        "new_end": datetime.fromisoformat(extended[1]) if extended else None,
    }


def best_bid_of(registration: Registration) -> int | None:
    """Return the person's highest accepted bid in fen."""
    bids = HallEvent.objects.filter(registration=registration, accepted=True, amount_fen__isnull=False)
    return bids.order_by("-amount_fen").values_list("amount_fen", flat=True).first()


def winning_bid(auction: Auction) -> tuple[Registration, int]:
    """Return who has won a sold hall and at what price in fen; `LookupError` for a hall that is not sold."""
    if auction.winner is None or auction.price_fen is None:
        raise LookupError(f"auction {auction.pk} has no winner")
    return auction.winner, auction.price_fen


def record(auction: Auction) -> dict[str, Any]:
    """Return the record of a closed hall as docs/record.md defines it, with what a replay must come to.

    Bidders stand under their paddle numbers. A press by somebody who was not admitted then, but is now, is left
    out: the format knows one admission per bidder, and the press has changed nothing.
    """
    registrations = auction.registrations.exclude(state=Registration.State.WITHDRAWN)
    admitted = {r.paddle for r in registrations if r.state in ADMITTED_STATES}
    events = [e for e in all_events(auction) if e.kind == HallEvent.Kind.BID]
    kept = [e for e in events if not (e.reason == "no_deposit" and e.paddle in admitted)]
    return {
        "id": str(auction.pk),
        "source": f"{auction.listing.number} {auction.listing.title}",
        "rules": auction.rules,
        "bidders": {r.paddle: {"qualified": True, "deposit_paid": r.paddle in admitted} for r in registrations},
        "events": [
            {"at": iso(e.at), "bidder": e.paddle, "type": e.kind, "amount": fen_to_yuan(e.amount_fen or 0)}
            for e in kept
        ],
        "expect": _expected(auction, kept),
    }


ADMITTED_STATES = (Registration.State.ADMITTED, Registration.State.WON, Registration.State.LOST)


def _expected(auction: Auction, events: Iterable[HallEvent]) -> dict[str, Any]:
    def yuan(fen: int | None) -> str | None:
        return None if fen is None else fen_to_yuan(fen)

    events = list(events)
    return {
        "accepted": [e.accepted for e in events],
        "reasons": [e.reason or None for e in events],
        "prices": [yuan(e.outcome["price"]) for e in events],
        "public_bids": [[paddle, yuan(fen)] for e in events for paddle, fen in e.outcome["bids"]],
        "price": yuan(auction.price_fen),
        "leader": auction.leader_paddle or None,
        "next_min": yuan(least_bid(auction)),
        "ends_at": auction.ends_at.astimezone(SHANGHAI).isoformat(),
        "extensions": auction.extensions,
        "outcome": auction.outcome,
        "winner": auction.winner.paddle if auction.winner else None,
    }


def all_events(auction: Auction) -> QuerySet[HallEvent]:
    """Return everything that happened in a hall, refused presses included, in order; public after the end only."""
    return HallEvent.objects.filter(auction=auction).order_by("number")


def visible_deposits(user: User) -> QuerySet[Deposit]:
    """Return the deposits that a finance clerk or auditor sees: those of his places, newest first."""
    found = Deposit.objects.filter(within(user.reach(Role.FINANCE, Role.AUDITOR), "registration__auction__division"))
    return found.select_related("registration__auction__listing", "sub_account").order_by("-pk")
