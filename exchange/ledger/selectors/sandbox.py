"""What the sandbox bank shows at its counter."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from exchange.ledger import bank
from exchange.ledger.models import BankOrder


@dataclass(frozen=True, slots=True)
class Counter:
    """The bank's own view: newest lines and orders first; `away` when it does not answer."""

    away: bool
    balance_fen: int = 0
    lines: list[dict[str, Any]] = field(default_factory=list)
    orders: list[dict[str, Any]] = field(default_factory=list)


def counter() -> Counter:
    """Ask the sandbox bank for its last 20 lines and orders; a bank that is away shows nothing."""
    try:
        seen = bank.overview()
    except bank.BankAway:
        return Counter(away=True)
    states = dict(BankOrder.State.choices) | {"accepted": BankOrder.State.SENT.label}
    lines = [line | {"at": datetime.fromisoformat(line["booked_at"])} for line in seen["lines"]]
    orders = [order | {"label": states.get(order["state"], order["state"])} for order in seen["orders"]]
    return Counter(False, seen["balance_fen"], lines, orders)
