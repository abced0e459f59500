"""The chain over all events: numbers and hashes given to committed events by one sealer at a time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection, transaction

from exchange.journal.models import Event, Seal

GENESIS = "0" * 64
_SEALER_LOCK = 7_115_401


def body(event: Event) -> bytes:
    """Return the canonical bytes of an event: UTF-8 JSON, keys sorted, no spaces."""
    fields = {
        "id": event.pk,
        "kind": event.kind,
        "at": event.at.isoformat(),
        "day": event.day.isoformat(),
        "by": str(event.by_id) if event.by_id else None,
        "division": event.division_id,
        "subject": f"{event.subject_type}:{event.subject_id}",
        "right_kind": event.right_kind,
        "amount_fen": event.amount_fen,
        "area_m2": None if event.area_m2 is None else f"{event.area_m2:.2f}",
        "sign": event.sign,
        "origin": event.origin,
        "data": event.data,
    }
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def link(before: str, event: Event) -> str:
    """Return the hash of `event` on top of the hash before it: SHA-256(0x00 ‖ before ‖ body)."""
    return hashlib.sha256(b"\x00" + bytes.fromhex(before) + body(event)).hexdigest()


@transaction.atomic
def seal_pending(limit: int = 5000) -> int:
    """Give up to `limit` committed events their number and hash; return how many. One sealer at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_SEALER_LOCK])
        (mine,) = cursor.fetchone()
    if not mine:
        return 0
    last = Seal.objects.filter(number__isnull=False).order_by("-number").first()
    number, head = (last.number or 0, last.hash) if last else (0, GENESIS)
    pending = list(Seal.objects.filter(number=None).select_related("event").order_by("event_id")[:limit])
    for seal in pending:
        number += 1
        head = link(head, seal.event)
        seal.number, seal.hash = number, head
    Seal.objects.bulk_update(pending, ["number", "hash"], batch_size=500)
    return len(pending)


@dataclass(frozen=True, slots=True)
class Fault:
    """Where the chain does not hold, and what is wrong there."""

    number: int | None
    event_id: int
    what: str


def faults() -> Iterator[Fault]:
    """Recompute the whole chain from its first event and yield every place where it does not hold."""
    head, expected = GENESIS, 0
    for seal in Seal.objects.filter(number__isnull=False).select_related("event").order_by("number").iterator(2000):
        expected += 1
        if seal.number != expected:
            yield Fault(seal.number, seal.event_id, f"number {expected} is missing")
            expected = seal.number or expected
        wanted = link(head, seal.event)
        if seal.hash != wanted:
            yield Fault(seal.number, seal.event_id, "the hash does not fit the event and the seal before it")
        head = seal.hash
    unsealable = Event.objects.filter(seal=None).values_list("pk", flat=True)
    for pk in unsealable.iterator():
        yield Fault(None, pk, "the event has no place for a seal")
