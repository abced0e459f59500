"""On which of his rights a person could borrow, and why not on the others; shown on more than one page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from exchange.accounts.models import User
from exchange.clock import legal_day
from listings.registry.models import Right
from loans.origination import selectors
from loans.origination.services.security import obstacle

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Chance:
    """A right without a loan: its name, its certificate's number if any, until when, and what stands in the way."""

    right: Right
    name: str
    certificate: str
    until: date | None
    obstacle: Any


def chances(user: User) -> list[Chance]:
    """Return the person's rights on which no loan is under way, newest first."""
    today = legal_day()
    return [_chance(right, today) for right in selectors.rights_without_loan(user)[:SHOWN]]


def _chance(right: Right, today: date) -> Chance:
    certificates = sorted(right.certificates.all(), key=lambda certificate: -certificate.version)
    refusal = obstacle(right=right, day=today)
    return Chance(
        right=right,
        name=", ".join(parcel.name for parcel in right.parcels.all()) or right.holder_name,
        certificate=certificates[0].number if certificates else "",
        until=right.term_to,
        obstacle=refusal.message if refusal else "",
    )
