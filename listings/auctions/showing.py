"""How a hall shows itself: the state that this reader is in, in words, and the figures of the room."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from exchange.money import divide_half_up
from exchange.templatetags.dates import clock, moment
from exchange.templatetags.money import yuan
from listings.auctions import selectors
from listings.auctions.models import Auction, Deposit, Registration
from listings.catalogue.cards import place

LIVE = ("free", "timed")


@dataclass
class Room:
    """Everything that the room's template shows; amounts in fen. `state` is its colour and icon."""

    auction: Auction
    registration: Registration | None
    now: datetime
    phase: str
    state: str
    title: str
    note: str
    price_fen: int
    price_label: str
    least_fen: int
    step_fen: int
    most_fen: int | None
    steps: list[tuple[int, int, int]]
    best_fen: int | None
    bids: list[dict[str, Any]]
    extension_text: str
    place: str
    deposit: Deposit | None = None
    points: list[tuple[float, float]] = field(default_factory=list)

    @property
    def may_bid(self) -> bool:
        """Whether the act panel is shown: an admitted bidder in a running hall."""
        return self.phase in LIVE and self.is_admitted

    @property
    def is_admitted(self) -> bool:
        """Whether the reader is a bidder of this hall whose deposit is held."""
        return self.registration is not None and self.registration.state == Registration.State.ADMITTED

    @property
    def takes_registrations(self) -> bool:
        """Whether one can still register."""
        return self.auction.takes_registrations(self.now)

    @property
    def leads(self) -> bool:
        """Whether the reader has the highest bid."""
        return self.registration is not None and self.registration.paddle == self.auction.leader_paddle

    @property
    def count_text(self) -> str:
        """How many public bids there are."""
        count = len(self.bids)
        return ngettext("%(n)s bid", "%(n)s bids", count) % {"n": count}


def room(auction: Auction, registration: Registration | None, now: datetime) -> Room:
    """Return the room of a hall as of `now`, for a bidder or a watcher."""
    rules = auction.parsed_rules
    least, base = selectors.least_bid(auction), auction.price_fen
    step = rules.step.at(base or rules.start)
    most = None if rules.max_raise_steps is None else (base or rules.start) + rules.max_raise_steps * step
    bids = selectors.bid_history(auction)
    phase = auction.phase(now)
    state, title, note = _state(auction, registration, phase, bids)
    return Room(
        auction=auction,
        registration=registration,
        now=now,
        phase=phase,
        state=state,
        title=title,
        note=note,
        price_fen=base or rules.start,
        price_label=_price_label(auction, phase),
        least_fen=least,
        step_fen=step,
        most_fen=most,
        steps=[(at := least + (n - 1) * step, n, at - (base or rules.start)) for n in (1, 2, 5)],
        best_fen=selectors.best_bid_of(registration) if registration else None,
        bids=bids,
        extension_text=_extension_text(auction),
        place=place(auction.listing),
        deposit=registration.deposit if registration else None,
        points=[
            ((bid["at"] - auction.opens_at).total_seconds() / 60, bid["price_fen"] / 100) for bid in reversed(bids)
        ],
    )


def _price_label(auction: Auction, phase: str) -> str:
    if auction.price_fen is None:
        return _("Start price")
    return _("Final price") if phase == "closed" else _("Current price")


def _extension_text(auction: Auction) -> str:
    minutes = auction.parsed_rules.extension.length // 60_000_000
    rule = ngettext(
        "A bid in the last minute moves the end to one minute after it.",
        "A bid in the last %(n)s minutes moves the end to %(n)s minutes after it.",
        minutes,
    ) % {"n": minutes}
    if not auction.extensions:
        return rule
    so_far = ngettext("Moved %(n)s time so far.", "Moved %(n)s times so far.", auction.extensions)
    return f"{rule} {so_far % {'n': auction.extensions}}"


State = tuple[str, str, str]
PROVISIONAL = gettext_lazy(
    "The working days of that year are not published; the dates are worked out anew when they are."
)


def _state(auction: Auction, registration: Registration | None, phase: str, bids: list[dict[str, Any]]) -> State:
    if phase == "closed":
        return _ended(auction, registration)
    if phase == "checking":
        return "checking", _("Confirming the last bids…"), _("The result follows in a moment.")
    if phase == "before":
        at = {"time": moment(auction.opens_at)}
        if auction.provisional:
            return "before", _("The opening is not settled yet"), str(PROVISIONAL)
        if registration is not None and registration.state == Registration.State.ADMITTED:
            return "before", _("Bidding begins at %(time)s") % at, _("You are admitted.")
        return "before", _("Bidding begins at %(time)s") % at, ""
    return _running(auction, registration, bids)


def _running(auction: Auction, registration: Registration | None, bids: list[dict[str, Any]]) -> State:
    count = ngettext("%(n)s bid", "%(n)s bids", len(bids)) % {"n": len(bids)}
    if registration is None or registration.state != Registration.State.ADMITTED:
        return "watching", _("You are watching"), count
    if registration.paddle == auction.leader_paddle:
        return "leading", _("You are leading"), count
    if any(bid["paddle"] == registration.paddle for bid in bids):
        newest = {"who": auction.leader_paddle, "price": yuan(auction.price_fen)}
        return "outbid", _("You have been outbid; you may bid more"), _("%(who)s bid %(price)s") % newest
    return "joined", _("You may bid"), count


def _ended(auction: Auction, registration: Registration | None) -> State:
    if registration is not None and registration.state == Registration.State.WON:
        return "won", _("Congratulations, you have won"), _("The result is now made public.")
    if registration is not None and registration.state == Registration.State.LOST:
        return "lost", _("Bidding has ended; you have not won"), _("Thank you for taking part.")
    if auction.outcome == Auction.Outcome.SOLD:
        return "ended", _("Sold"), ""
    return "lost", _("Not sold"), str(auction.get_outcome_display())


def live(shown: Room, ticket: str) -> dict[str, Any]:
    """Return what `room.js` needs: addresses, figures in whole fen, the reader's paddle, the words."""
    auction, listing_id = shown.auction, shown.auction.listing_id
    mine = shown.registration.paddle if shown.is_admitted and shown.registration else ""
    return {
        "hall": f"/hall/{auction.pk}/",
        "live": reverse("auctions:live", kwargs={"listing_id": listing_id}),
        "ticket_at": reverse("auctions:ticket", kwargs={"listing_id": listing_id}) if mine else "",
        "key_at": reverse("auctions:by_key", kwargs={"listing_id": listing_id, "key": "KEY"}) if mine else "",
        "ticket": ticket,
        "seq": auction.public_number,
        "phase": shown.phase,
        "state": shown.state,
        "me": mine,
        "best": shown.best_fen,
        "leader": auction.leader_paddle,
        "price": auction.price_fen,
        "start": auction.parsed_rules.start,
        "step": shown.step_fen,
        "most_steps": auction.parsed_rules.max_raise_steps,
        "opens_at": auction.opens_at.isoformat(),
        "timed_from": auction.timed_from.isoformat(),
        "ends_at": auction.ends_at.isoformat(),
        "length_s": auction.parsed_rules.extension.length // 1_000_000,
        "now": shown.now.isoformat(),
        "bids": len(shown.bids),
        "area_dm2": int(auction.listing.area_m2 * 100),
        "months": auction.listing.term_months or 0,
        "words": words(),
    }


def words() -> dict[str, str]:
    """Return the sentences that the live room says; # stands for what it fills in."""
    return {
        "leading": _("You are leading"),
        "outbid": _("You have been outbid; you may bid more"),
        "outbid_by": _("#1 bid #2"),
        "count": _("# bids"),
        "current": _("Current price"),
        "you": _("that is you"),
        "me": _("me"),
        "extended": _("Extension no. #1: the end is now #2"),
        "wait": _("You lead; wait for others"),
        "bid": _("Bid #"),
        "sending": _("Sending…"),
        "no_receipt": _("No receipt yet, checking…"),
        "not_arrived": _("The bid did not arrive. Try again."),
        "moved": _("The price has moved; the least bid is now #"),
        "offline": _("Connection lost, reconnecting (try #)"),
        "offline_note": _("What you see is from #1 and may have changed. Phone: #2"),
        "back": _("Offline for #1 s; #2 bids meanwhile"),
        "connected": _("Connected"),
        "disconnected": _("Disconnected"),
        "estimated": _("estimated"),
        "to_opening": _("until it opens"),
        "to_end": _("until the end"),
        "free": _("free bidding"),
        "timed": _("timed bidding"),
        "checking": _("Confirming the last bids…"),
        "no_amount": _("Write an amount in yuan, such as 35000 or 35000.50."),
        "too_low": _("The least bid is now #. Bid at least that much."),
        "between": _("A bid lies whole steps of #1 higher: bid #2 or #3."),
        "most": _("One bid may be at most # now. If you meant that much, bid again after it."),
        "left": _("# left"),
        "days": _("# days"),
    }


def bid_facts(auction: Auction, amount_fen: int) -> list[tuple[str, str]]:
    """Return what a person checks before he bids: the gap, per mu and year, the whole term."""
    base = auction.price_fen or auction.parsed_rules.start
    area, months = auction.listing.area_m2, auction.listing.term_months or 0
    facts = [(_("Over the current price"), f"+{yuan(amount_fen - base)}")]
    if area:
        per_mu = divide_half_up(amount_fen * 200_000, int(area * 100) * 3)
        facts.append((_("Per mu and year"), yuan(per_mu)))
    if months:
        facts.append((_("For the whole term"), yuan(divide_half_up(amount_fen * months, 12))))
    return facts


def hall_line(auction: Auction) -> str:
    """Return when and how a hall ran, for lists."""
    if auction.provisional:
        return _("The opening is not settled yet")
    if auction.state == Auction.State.CLOSED and auction.closed_at:
        return _("ended %(time)s") % {"time": f"{moment(auction.closed_at)}:{clock(auction.closed_at)[-2:]}"}
    return _("begins %(time)s") % {"time": moment(auction.opens_at)}
