"""The living market goes through the public API of a real server, and what it makes is marked simulated."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from exchange import clock
from exchange.ledger.services.statements import poll_bank
from listings.auctions.management.commands.simulate_bidders import Market
from listings.auctions.models import Auction, HallEvent, Registration
from listings.auctions.services import closing
from listings.catalogue.models import Listing
from tests.bank import SandboxBank


@contextmanager
def everybody_at(moment: datetime) -> Iterator[None]:
    """Let legal time begin at `moment` for every session of the test database, and so for the server's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s - clock_timestamp()", [moment])
        (offset,) = cursor.fetchone()
    clock.install_movable_clock(offset)
    try:
        yield
    finally:
        clock.install_movable_clock()


def test_a_round_of_the_market_files_announces_registers_and_bids(
    live_server: Any, sandbox_bank: SandboxBank, deliver: Callable[[], int], settings: Any, real_time: None
) -> None:
    settings.DEMONSTRATION = True
    cache.clear()
    call_command("import_divisions", "--bundled", verbosity=0)
    for name in ("load_rulebook", "load_demo_accounts", "load_demo_registry"):
        call_command(name, verbosity=0)

    people = Market(live_server.url)

    def market() -> None:
        people.round()
        poll_bank()
        deliver()

    market()
    auction = Auction.objects.get()
    assert (auction.origin, auction.listing.rule_code) == ("simulated", "demonstration")
    market()
    assert Registration.objects.filter(auction=auction, state=Registration.State.ADMITTED).count() == 5
    assert Listing.objects.filter(state=Listing.State.ANNOUNCED).count() == 1, "no second offer while one is to come"

    with everybody_at(auction.opens_at):
        assert closing.open_due() == 1
        for _round in range(6):
            market()
    bids = HallEvent.objects.filter(auction=auction, kind="bid")
    assert bids.filter(accepted=True).count() >= 1
    assert Auction.objects.count() == 1 + Auction.objects.filter(state=Auction.State.SCHEDULED).count()


def test_there_is_no_market_outside_a_demonstration(settings: Any) -> None:
    settings.DEMONSTRATION = False
    with pytest.raises(CommandError):
        call_command("simulate_bidders", url="http://127.0.0.1:1", rounds=1)
