"""The bidders of the living market: they register, pay their deposits at the sandbox bank, and bid."""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from zlib import crc32

from listings.auctions.simulation.client import Answer, Client

PayIn = Callable[..., Any]
# A bidder stops at a price of his own, this many times the start price at most.
NERVE = (Decimal("1.05"), Decimal("1.60"))


class Bidder:
    """One person with a purse: a limit per hall that nobody else knows."""

    def __init__(self, client: Client, pay_in: PayIn, dice: random.Random) -> None:
        self.client, self.pay_in, self.dice = client, pay_in, dice
        self.limits: dict[str, Decimal] = {}
        self.paddles: dict[str, str] = {}

    def join(self, hall: dict[str, Any]) -> None:
        """Register for a hall once, and pay the deposit from an account in one's own name."""
        if hall["id"] in self.paddles:
            return
        mine = self.client.get(f"auctions/{hall['id']}/registrations/")
        own = mine[0] if mine else self.client.post(f"auctions/{hall['id']}/registrations/", {})
        self.paddles[hall["id"]] = own["bidder"]
        low, high = NERVE
        nerve = low + (high - low) * Decimal(self.dice.randrange(101)) / 100
        self.limits[hall["id"]] = Decimal(hall["start_price"]) * nerve
        if own["state"] == "deposit_due":
            deposit = own["deposit"]
            self.pay_in(
                number=deposit["sub_account"],
                payer_name=deposit["payer_name"] or own["name"],
                payer_account=f"62284800{crc32(self.client.username.encode()) % 10**8:08d}",
                amount_fen=int(Decimal(deposit["amount"]) * 100),
                by=None,
            )

    def maybe_bid(self, hall: dict[str, Any]) -> bool:
        """Bid one, two or three steps when one does not lead and the price is within one's limit."""
        paddle = self.paddles.get(hall["id"])
        if paddle is None or hall["leader"] == paddle or self.dice.random() < 0.55:
            return False
        price = Decimal(hall["price"]) if hall["price"] else None
        step = Decimal(hall["step"]) * self.dice.choice([1, 1, 1, 2, 3])
        amount = Decimal(hall["start_price"]) if price is None else price + step
        if amount > self.limits[hall["id"]]:
            return False
        try:
            self.client.post(f"auctions/{hall['id']}/bids/", {"amount": f"{amount:.2f}"})
        except Answer as no:
            if no.status >= 500:
                raise
            return False
        return True
