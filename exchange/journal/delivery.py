"""From an event to the reactions of later stages, each in its own transaction, each exactly once.

The one module that starts tasks. A task is only a nudge: what it would do stands in `Delivery` rows, and a
sweep finds whatever a crash, or a missing Valkey, left behind.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta

from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from exchange.clock import legal_now
from exchange.journal.models import Delivery, Event

log = logging.getLogger(__name__)
Reaction = Callable[[Event], object]
_reactions: dict[str, dict[str, Reaction]] = defaultdict(dict)

LONGEST_PAUSE_S = 300


def on(kind: str) -> Callable[[Reaction], Reaction]:
    """Register a reaction to events of `kind`: one line that calls one service."""

    def register(reaction: Reaction) -> Reaction:
        _reactions[kind][f"{reaction.__module__}.{reaction.__qualname__}"] = reaction
        return reaction

    return register


def reactions_to(kind: str) -> list[str]:
    """Return the names of the reactions to `kind`."""
    return list(_reactions.get(kind, {}))


def nudge(event_id: int) -> None:
    """Tell a worker that `event_id` has deliveries; losing the nudge only costs time."""
    if settings.JOURNAL_DELIVERY != "celery":
        return
    try:
        current_app.send_task("exchange.journal.tasks.deliver_event", [event_id], retry=False)
    except (KombuError, RedisError, OSError) as error:
        log.warning("no nudge for event %s, the sweep will find it: %s", event_id, error)


def deliver(delivery_id: int) -> bool:
    """Run one delivery if nobody else does; True when it is done, now or before."""
    try:
        with transaction.atomic():
            row = Delivery.objects.select_for_update(skip_locked=True).filter(pk=delivery_id).first()
            if row is None:
                return False
            if row.done_at is None:
                event = Event.objects.get(pk=row.event_id)
                _reactions[event.kind][row.reaction](event)
                Delivery.objects.filter(pk=row.pk).update(done_at=legal_now(), attempts=row.attempts + 1, last_error="")
    except Exception as error:  # a reaction's fault must not stop the others; it is kept and shown
        log.exception("delivery %s failed", delivery_id)
        _postpone(delivery_id, error)
        return False
    return True


def _postpone(delivery_id: int, error: Exception) -> None:
    row = Delivery.objects.get(pk=delivery_id)
    pause = timedelta(seconds=min(2**row.attempts, LONGEST_PAUSE_S))
    Delivery.objects.filter(pk=delivery_id, done_at=None).update(
        attempts=row.attempts + 1,
        next_try_at=legal_now() + pause,
        last_error=f"{type(error).__name__}: {error}"[:2000],
    )


def deliver_event(event_id: int) -> None:
    """Run all pending deliveries of one event."""
    for pk in Delivery.objects.filter(event_id=event_id, done_at=None).order_by("pk").values_list("pk", flat=True):
        deliver(pk)


def deliver_pending(limit: int = 500) -> int:
    """Run up to `limit` deliveries that are due, oldest first; return how many are done."""
    due = Delivery.objects.filter(done_at=None, next_try_at__lte=legal_now()).order_by("pk")
    return sum(deliver(pk) for pk in list(due.values_list("pk", flat=True)[:limit]))
