"""`manage.py simulate_bidders --url URL`: the living market of a demonstration, through the public API."""

from __future__ import annotations

import logging
import random
import signal
import threading
from argparse import ArgumentParser
from datetime import datetime
from typing import Any
from urllib.error import URLError

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from exchange.accounts.demo import MARKET, PASSWORD
from exchange.ledger.bank import BankAway
from exchange.ledger.services.sandbox import pay_in
from listings.auctions.simulation.bidders import Bidder
from listings.auctions.simulation.client import Answer, Client
from listings.auctions.simulation.officers import Officers

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Keep one simulated auction live: file, announce, register, pay in and bid like anybody, at a bounded pace."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--url", required=True, help="the exchange's address, such as http://127.0.0.1:8000")
        parser.add_argument("--pause", type=float, default=3.0, help="seconds between two rounds")
        parser.add_argument("--rounds", type=int, default=0, help="stop after so many rounds (0: go on)")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMONSTRATION:
            raise CommandError("Only a demonstration has a simulated market. Set DEMONSTRATION=1.")
        ended = threading.Event()
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: ended.set())
        market = Market(options["url"])
        rounds = 0
        while not ended.is_set() and (not options["rounds"] or rounds < options["rounds"]):
            rounds += 1
            try:
                market.round()
            except (Answer, URLError, OSError, BankAway) as error:
                log.warning("this round of the market was cut short: %s", error)
            ended.wait(options["pause"])


class Market:
    """Officers and bidders, each with a token of his own, and one round of what they do."""

    def __init__(self, url: str) -> None:
        people = {person.username: Client(url, person.username, PASSWORD) for person in MARKET}
        self.people = list(people.values())
        self.officers = Officers(
            [client for name, client in people.items() if name.startswith("market-village")],
            people["market-town"],
            people["market-district"],
            people["market-organiser"],
        )
        self.bidders = [
            Bidder(client, pay_in, random.Random(name))
            for name, client in people.items()
            if name.startswith("market-bidder")
        ]

    def round(self) -> None:
        """Log in who is not, tend the succession, let bidders join halls to come and bid in the live ones."""
        for client in self.people:
            if not client.token:
                client.log_in()
        organiser = self.officers.organiser
        now = datetime.fromisoformat(str(organiser.get("auth/me/")["now"]))
        self.officers.tend(now)
        for hall in organiser.get("auctions/?state=scheduled")["results"]:
            if hall["origin"] == "simulated" and datetime.fromisoformat(hall["registration_closes_at"]) > now:
                for bidder in self.bidders:
                    bidder.join(hall)
        for hall in organiser.get("auctions/?state=open")["results"]:
            for bidder in random.sample(self.bidders, len(self.bidders)):
                if hall["origin"] == "simulated" and bidder.maybe_bid(hall):
                    break
