"""Halls with bidders, made through the services; time goes by moving the session's clock."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import Any

from django.db import connection
from django.test import override_settings

from exchange import clock
from exchange.accounts.models import User
from exchange.journal import delivery
from exchange.ledger.bank import StatementLine
from exchange.ledger.models import BankOrder
from exchange.ledger.services.orders import settle_order
from exchange.ledger.services.statements import receive_line
from listings.auctions.models import Auction, Registration
from listings.auctions.selectors import Press
from listings.auctions.services import closing, registration
from listings.auctions.services.bidding import press
from tests.factories import Cast, make_announcement

_lines = count(1)


def hear() -> None:
    """Deliver everything that has been recorded."""
    while delivery.deliver_pending():
        pass


def make_auction(cast: Cast, **changes: Any) -> Auction:
    """Announce a listing under the demonstration rules (minutes) and let its hall be scheduled."""
    with override_settings(DEMONSTRATION=True):
        announcement = make_announcement(cast, **{"rule_code": "demonstration", **changes})
    hear()
    return Auction.objects.get(listing=announcement.listing_id)


def pay(one: Registration, *, name: str = "", fen: int | None = None, account: str = "") -> None:
    """Let money arrive on a registration's sub-account, rightly unless told otherwise."""
    number = next(_lines)
    receive_line(
        line=StatementLine(
            line_number=number,
            bank_ref=f"T{number:06d}",
            number=one.deposit.sub_account.number,
            payer_name=name or one.name,
            payer_account=account or f"6228-{one.paddle}",
            amount_fen=one.deposit.amount_fen if fen is None else fen,
            reference="",
            booked_at=clock.legal_now(),
        )
    )
    hear()


def admit(auction: Auction, *users: User, **more: Any) -> list[Registration]:
    """Register people and let their deposits arrive."""
    made = [registration.register(auction_id=auction.pk, by=user, **more) for user in users]
    for one in made:
        pay(one)
        one.refresh_from_db()
    return made


def go_to(moment: datetime) -> None:
    """Let legal time of this session be `moment` now, and run on from there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (real,) = cursor.fetchone()
    clock.set_clock_offset(moment - real)


def open_hall(auction: Auction) -> Auction:
    """Go to the opening and open."""
    go_to(auction.opens_at)
    assert closing.open_auction(auction_id=auction.pk)
    return Auction.objects.get(pk=auction.pk)


def bid(auction: Auction, user: User, yuan: int, key: str = "") -> Press:
    """Press for so many yuan."""
    return press(auction_id=auction.pk, kind="bid", amount_fen=yuan * 100, by=user, request_key=key)


def close_hall(auction: Auction) -> Auction:
    """Go to the end, close, and let everybody hear of it."""
    auction.refresh_from_db()
    go_to(auction.ends_at)
    assert closing.close(auction_id=auction.pk)
    hear()
    return Auction.objects.get(pk=auction.pk)


def bank_pays() -> int:
    """Let the bank pay every order that is under way."""
    orders = list(BankOrder.objects.filter(state__in=["draft", "sent"]))
    for order in orders:
        settle_order(reference=order.reference, paid=True)
    hear()
    return len(orders)


def make_sold_auction(cast: Cast, yuan: int = 35_000) -> Auction:
    """A hall in which Farmer and Company bid and Company won; everything heard."""
    auction = make_auction(cast)
    admit(auction, cast.farmer)
    admit(auction, cast.company, organisation_id=str(cast.company_organisation.pk))
    open_hall(auction)
    bid(auction, cast.farmer, 30_000)
    bid(auction, cast.company, yuan)
    return close_hall(auction)
