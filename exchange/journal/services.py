"""Recording: one call, in the transaction that makes the fact true."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import connection, models, transaction

from exchange.clock import legal_day
from exchange.journal import delivery
from exchange.journal.models import Delivery, Event, Origin, Seal

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser


def record(
    kind: str,
    *,
    subject: models.Model,
    by: AbstractBaseUser | None,
    division: models.Model | None,
    day: date | None = None,
    right_kind: str = "",
    amount_fen: int | None = None,
    area_m2: Decimal | None = None,
    sign: int = 1,
    origin: str = Origin.PLATFORM,
    data: dict[str, Any] | None = None,
) -> Event:
    """Insert an event, one pending delivery per reaction to its kind, and its empty seal.

    `by` is None for the system itself; `day` defaults to the legal day of now. Only inserts; must run inside
    a transaction, and the nudge to the worker goes out after its commit.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("record() belongs into the transaction that makes the fact true")
    event = Event.objects.create(
        kind=kind,
        day=day or legal_day(),
        by_id=by.pk if by else None,
        division_id=division.pk if division else None,
        subject_type=subject._meta.label,
        subject_id=str(subject.pk),
        right_kind=right_kind,
        amount_fen=amount_fen,
        area_m2=area_m2,
        sign=sign,
        origin=origin,
        data=data or {},
    )
    Seal.objects.create(event=event)
    reactions = delivery.reactions_to(kind)
    if reactions:
        Delivery.objects.bulk_create(Delivery(event=event, reaction=name) for name in reactions)
        transaction.on_commit(lambda: delivery.nudge(event.pk), robust=True)
    return event
