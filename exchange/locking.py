"""Row locks with names, one order and a limit of patience.

The order is right → listing → auction → deal → loan → ledger accounts by primary key. Lock what is used up,
not what is freed; late, but before the check.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import OperationalError, connection, models
from django.utils.translation import gettext_lazy as _

from exchange.clock import LegalNow
from exchange.errors import Busy
from exchange.identifiers import new_id

PATIENCE_MS = 3000
LOCK_NOT_AVAILABLE, DEADLOCK = "55P03", "40P01"

M = TypeVar("M", bound=models.Model)


def as_busy(error: OperationalError) -> Busy | None:
    """Return what a lock's time limit or a deadlock is to a person: a refusal to try again; None for other faults."""
    if getattr(error.__cause__, "sqlstate", "") not in (LOCK_NOT_AVAILABLE, DEADLOCK):
        return None
    return Busy(_("Somebody else is working on this right now. Please try again in a moment."))


@contextmanager
def patience() -> Iterator[None]:
    """Wait at most `PATIENCE_MS` for locks, then refuse with the code "busy".

    The limit holds for the rest of the transaction, whose later statements wait for locks too; a page and the
    API therefore make the same refusal of one that they meet (`as_busy`).
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = {PATIENCE_MS}")
    try:
        yield
    except OperationalError as error:
        if busy := as_busy(error):
            raise busy from error
        raise


class Lockable(models.Manager[M]):
    """Manager of rows that services lock: `lock(pk=…)` and `lock_all(pks)`."""

    def lock(self, **lookup: Any) -> M:
        """Return the one row, locked until the transaction ends; `DoesNotExist` if there is none."""
        with patience():
            return self.select_for_update(of=("self",)).get(**lookup)

    def lock_all(self, pks: Iterable[Any]) -> list[M]:
        """Lock rows in order of primary key, so that two callers can never wait for each other."""
        with patience():
            return list(self.select_for_update(of=("self",)).filter(pk__in=list(pks)).order_by("pk"))


class Row(models.Model):
    """Base of every row that has a public identifier: random, so that numbers never leak counts."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    created_at = models.DateTimeField(db_default=LegalNow(), editable=False)

    objects: Lockable[Any] = Lockable()

    class Meta:
        abstract = True
