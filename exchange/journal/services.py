"""Recording: one call, in the transaction that makes the fact true."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import connection, models, transaction

from exchange.bulk import copy_in, reserve_ids
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
    _require_transaction()
    event = _event(
        kind,
        subject=subject,
        by=by,
        division=division,
        day=day or legal_day(),
        right_kind=right_kind,
        amount_fen=amount_fen,
        area_m2=area_m2,
        sign=sign,
        origin=origin,
        data=data,
    )
    event.save(force_insert=True)
    Seal.objects.create(event=event)
    reactions = delivery.reactions_to(kind)
    if reactions:
        Delivery.objects.bulk_create(Delivery(event=event, reaction=name) for name in reactions)
        transaction.on_commit(lambda: delivery.nudge(event.pk), robust=True)
    return event


def record_all(*, kind: str, facts: Sequence[dict[str, Any]], by: AbstractBaseUser | None) -> int:
    """Record many events of one kind at once, for imports; return how many.

    Each fact holds the arguments of `record`, with its `day`. Reactions hear of them by the sweep.
    """
    _require_transaction()
    events = [_event(kind, by=by, **fact) for fact in facts]
    for event, number in zip(events, reserve_ids(Event, len(events)), strict=True):
        event.pk = number
    copy_in(events)
    copy_in([Seal(event_id=event.pk) for event in events])
    reactions = delivery.reactions_to(kind)
    Delivery.objects.bulk_create(Delivery(event=event, reaction=name) for event in events for name in reactions)
    return len(events)


def _require_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("an event belongs into the transaction that makes the fact true")


def _event(
    kind: str,
    *,
    subject: models.Model,
    by: AbstractBaseUser | None,
    division: models.Model | None,
    day: date,
    right_kind: str = "",
    amount_fen: int | None = None,
    area_m2: Decimal | None = None,
    sign: int = 1,
    origin: str = Origin.PLATFORM,
    data: dict[str, Any] | None = None,
) -> Event:
    return Event(
        kind=kind,
        day=day,
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
