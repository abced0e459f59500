"""Opening and closing halls: each once, by the database's time read after the locks."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from itertools import islice

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_noop

from exchange.accounts.services import notify
from exchange.calendar import Period, Unit, deadline, known_years
from exchange.clock import SHANGHAI, legal_now
from exchange.errors import Busy
from exchange.money import group_thousands
from exchange.rulebook.selectors import missing_years
from exchange.states import move
from exchange.sweeps import each
from listings.auctions.engine.closing import Result, result
from listings.auctions.engine.state import has_ended
from listings.auctions.instants import iso, to_instant
from listings.auctions.models import Auction, Deposit, HallEvent, Registration
from listings.auctions.services.reporting import report
from listings.auctions.services.scheduling import record_auction
from listings.auctions.services.writing import Pen
from listings.catalogue.models import Listing
from listings.catalogue.services import announcing
from listings.registry.models import Right

S = Auction.State


@transaction.atomic
def open_auction(*, auction_id: object, wait: bool = True) -> bool:
    """Open a hall whose time has come; False when it has not, or when it was opened before."""
    auction = _locked(auction_id, wait)
    if auction is None or auction.state != S.SCHEDULED:
        return False
    return _open(auction, legal_now())


@transaction.atomic
def close(*, auction_id: object, wait: bool = True) -> bool:
    """Close a hall that has ended (落槌), once; False when it has not ended, or was closed before.

    The result is the core's, a pure function of the hall's events. Sold: the winner is named and the listing
    is sold; else the listing has failed. Those who did not win get their deposits back by a reaction. A hall
    that nobody opened in its time is opened first. `wait=False` leaves alone what somebody else has locked.
    """
    auction = _locked(auction_id, wait)
    if auction is None or auction.state == S.CLOSED:
        return False
    now = legal_now()
    if auction.state == S.SCHEDULED and not _open(auction, now):
        return False
    state, rules = auction.hall_state, auction.parsed_rules
    pen = Pen(auction, now)
    if not has_ended(state, rules, to_instant(pen.at)):
        return False
    admitted = auction.registrations.filter(state=Registration.State.ADMITTED).count()
    end = result(state, rules, admitted=admitted)
    pen.add(
        HallEvent.Kind.CLOSE,
        public=True,
        outcome={
            "price": end.price,
            "leader": end.leader,
            "ends_at": iso(auction.ends_at),
            "outcome": end.outcome,
            "winner": end.winner,
            "admitted": admitted,
        },
    )
    pen.save(state)
    _end(auction, end, pen.at)
    return True


def catch_up(*, auction: Auction) -> Auction:
    """Open or close a hall that is read after its time, so that nobody sees it late; the hall as it stands then.

    A reader is never refused: where somebody else is at it, he sees the hall as it stands.
    """
    phase = auction.phase(legal_now())
    step = close if phase == "checking" else open_auction if _is_late(auction, phase) else None
    if step is None:
        return auction
    with suppress(Busy):
        step(auction_id=auction.pk, wait=False)
    auction.refresh_from_db()
    return auction


def _is_late(auction: Auction, phase: str) -> bool:
    return phase in {"free", "timed"} and auction.state == S.SCHEDULED


def open_due(*, limit: int = 100) -> int:
    """Open the halls whose time has come, each in its own transaction; return how many."""
    due = Auction.objects.filter(state=S.SCHEDULED, provisional=False, opens_at__lte=legal_now()).order_by("opens_at")
    return each(due.values_list("pk", flat=True)[:limit], lambda pk: open_auction(auction_id=pk, wait=False))


def close_due(*, limit: int = 100) -> int:
    """Close the halls that have ended, each in its own transaction; return how many. Any number may run."""
    due = Auction.objects.filter(state=S.OPEN, ends_at__lte=legal_now()).order_by("ends_at")
    return each(due.values_list("pk", flat=True)[:limit], lambda pk: close(auction_id=pk, wait=False))


def _locked(auction_id: object, wait: bool) -> Auction | None:
    """Lock right, listing and hall in that order; without waiting, None when somebody else has the right."""
    listing_id, right_id = Auction.objects.values_list("listing_id", "listing__right_id").get(pk=auction_id)
    if wait:
        Right.objects.lock(pk=right_id)
    elif not Right.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=right_id).exists():
        return None
    Listing.objects.lock(pk=listing_id)
    return Auction.objects.lock(pk=auction_id)


def _open(auction: Auction, now: datetime) -> bool:
    if auction.phase(now) == "before":
        return False
    pen = Pen(auction, now)
    pen.add(HallEvent.Kind.OPEN, public=True, outcome={"ends_at": iso(auction.ends_at)})
    pen.save(auction.hall_state)
    move(auction, S.OPEN)
    announcing.begin_bidding(listing_id=str(auction.listing_id))
    record_auction("auction.opened", auction, at=iso(pen.at))
    return True


def _end(auction: Auction, end: Result, at: datetime) -> None:
    """Name the winner, tell the bidders, and let the listing know, all in the closing transaction."""
    live = auction.registrations.filter(state__in=[Registration.State.ADMITTED, Registration.State.DEPOSIT_DUE])
    registrations = Registration.objects.lock_all(live.values_list("pk", flat=True))
    winner = next((one for one in registrations if one.paddle == end.winner), None)
    due_at, provisional = _refund_due(auction, at)
    for registration in registrations:
        _settle_registration(auction, registration, winner, at)
    report(auction=auction)
    refund = {"refund_due_at": due_at, "refund_provisional": provisional}
    move(auction, S.CLOSED, outcome=end.outcome, winner=winner, closed_at=at, **refund)
    if winner:
        announcing.mark_sold(listing_id=str(auction.listing_id))
    else:
        announcing.mark_failed(listing_id=str(auction.listing_id))
    record_auction(
        "auction.closed",
        auction,
        outcome=end.outcome,
        head=auction.head,
        number=auction.number,
        price_fen=end.price,
        winner=str(winner.pk) if winner else None,
        ends_at=iso(auction.ends_at),
    )


def _settle_registration(
    auction: Auction, registration: Registration, winner: Registration | None, at: datetime
) -> None:
    states = Registration.State
    address = reverse("auctions:room", kwargs={"listing_id": auction.listing_id})
    if registration.state == states.DEPOSIT_DUE:
        deposit = Deposit.objects.lock(registration=registration)
        move(deposit, Deposit.State.NOT_PAID, settled_at=at)
        move(registration, states.LAPSED)
    elif registration == winner:
        move(registration, states.WON)
        text = gettext_noop(
            "You have won “%(title)s” at ¥%(fen)s. The result is now made public; you will hear what is next."
        )
        words = {"title": auction.listing.title, "fen": group_thousands(auction.price_fen or 0)}
        notify(user=registration.user, text=text, words=words, url=address)
    else:
        move(registration, states.LOST)
        text = gettext_noop("“%(title)s” has ended; you have not won. Your deposit is on its way back.")
        notify(user=registration.user, text=text, words={"title": auction.listing.title}, url=address)


def _refund_due(auction: Auction, at: datetime) -> tuple[datetime, bool]:
    """Return by when the losers must have their deposits, by the rule frozen in the announcement; if provisional."""
    rule = auction.announcement.rules["refund_period"]
    return deadline(at.astimezone(SHANGHAI), Period(rule["value"], Unit(rule["unit"])))


@transaction.atomic
def settle_refund_dates(*, year: int) -> int:
    """Count the provisional dates of refunds anew, as a year of the calendar has come; return how many changed.

    Raises LookupError on a machine that has no file of that year yet: the journal then tries again.
    """
    if year not in known_years():
        raise LookupError(f"The calendar of {year} has not arrived on this machine.")
    due = Auction.objects.filter(state=S.CLOSED, refund_provisional=True).order_by("pk")
    return sum(settle_refund_date(auction_id=pk) for pk in list(due.values_list("pk", flat=True)))


def settle_refunds_waiting(*, limit: int = 100) -> int:
    """Sweep: `settle_refund_date` for halls whose date would now be another, as after a lost event.

    A machine that lacks the file of a year leaves all to those that have it.
    """
    if missing_years():
        return 0
    waiting = Auction.objects.filter(state=S.CLOSED, refund_provisional=True).select_related("announcement")
    due = (one.pk for one in waiting.order_by("pk") if _counted_anew(one))
    return each(islice(due, limit), lambda pk: settle_refund_date(auction_id=pk))


@transaction.atomic
def settle_refund_date(*, auction_id: object) -> bool:
    """Count the provisional last day of a closed hall's refunds anew, with the event `auction.refund_dates_settled`.

    False when it is not provisional, or the same as before.
    """
    auction = Auction.objects.lock(pk=auction_id)
    found = _counted_anew(auction)
    if found is None:
        return False
    before = auction.refund_due_at
    auction.refund_due_at, auction.refund_provisional = found
    auction.save(update_fields=["refund_due_at", "refund_provisional"])
    record_auction(
        "auction.refund_dates_settled",
        auction,
        refund_due_at=iso(found[0]),
        provisional=found[1],
        before=iso(before) if before else None,
    )
    return True


def _counted_anew(auction: Auction) -> tuple[datetime, bool] | None:
    """Return the provisional last day of refunds as it is counted now, and if provisional; None if as before."""
    if auction.closed_at is None or not auction.refund_provisional:
        return None
    found = _refund_due(auction, auction.closed_at)
    return None if found == (auction.refund_due_at, True) else found
