"""The closer and the check of halls."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from listings.auctions.models import Auction, HallEvent
from listings.auctions.verifying import differences
from tests.factories import Cast
from tests.listings.auctions.hall import admit, bid, go_to, make_auction, make_sold_auction, open_hall

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_time")]


def check() -> str:
    said = io.StringIO()
    call_command("check_halls", stderr=said, stdout=said)
    return said.getvalue()


def test_the_check_counts_and_finds_nothing(cast: Cast) -> None:
    make_sold_auction(cast)
    assert "1 halls, 2 presses, 0 differences" in check()


def test_the_check_fails_when_there_is_nothing_to_look_at(cast: Cast) -> None:
    with pytest.raises(CommandError):
        check()


def test_the_check_reads_a_live_hall(cast: Cast) -> None:
    auction = make_auction(cast)
    admit(auction, cast.farmer)
    open_hall(auction)
    bid(auction, cast.farmer, 30_000)
    assert "1 halls, 1 presses, 0 differences" in check()


@pytest.mark.parametrize(
    "forgery",
    [
        "UPDATE auctions_hallevent SET amount_fen = amount_fen + 1 WHERE number = 3",
        "UPDATE auctions_hallevent SET at = at + interval '1 microsecond' WHERE number = 2",
        "UPDATE auctions_hallevent SET hash = repeat('0', 64) WHERE number = 4",
        "DELETE FROM auctions_hallevent WHERE number = 3",
        "UPDATE auctions_auction SET price_fen = price_fen + 50000",
        "UPDATE auctions_auction SET ends_at = ends_at - interval '1 second'",
        "UPDATE auctions_auction SET winner_id = (SELECT id FROM auctions_registration WHERE state = 'lost')",
    ],
)
def test_a_forgery_behind_the_triggers_is_found(cast: Cast, forgery: str) -> None:
    make_sold_auction(cast)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(forgery)
        assert cursor.rowcount == 1
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    assert list(differences(Auction.objects.get()))
    with pytest.raises(CommandError):
        check()


def test_the_closer_opens_and_closes_what_is_due(cast: Cast) -> None:
    auction = make_auction(cast)
    said = io.StringIO()
    go_to(auction.opens_at)
    call_command("close_auctions", "--once", stdout=said)
    go_to(auction.ends_at - timedelta(seconds=1))
    call_command("close_auctions", "--once", stdout=said)
    assert HallEvent.objects.count() == 1
    go_to(auction.ends_at)
    call_command("close_auctions", "--once", stdout=said)
    assert said.getvalue().split("\n") == ["1 opened, 0 closed", "0 opened, 1 closed", ""]
    assert Auction.objects.get().state == Auction.State.CLOSED
