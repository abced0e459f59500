"""Writes: the figures follow the journal."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from exchange.journal.models import Seal
from exchange.stats.cells import COLUMNS, KEY, SEALED_BETWEEN, cells_of
from exchange.stats.models import Figure, FoldCursor

_FOLDER_LOCK = 7_115_420
BATCH = 5000


def _mine(wait: bool) -> bool:
    ask = "pg_advisory_xact_lock(%s) IS NOT NULL" if wait else "pg_try_advisory_xact_lock(%s)"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {ask}", [_FOLDER_LOCK])
        (mine,) = cursor.fetchone()
    return bool(mine)


def _execute(sql: str, parameters: tuple[Any, ...]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.rowcount


def _add(after: int, up_to: int) -> None:
    """Add the events sealed after one number and up to another to the table, in one statement."""
    cells, parameters = cells_of(SEALED_BETWEEN, (after, up_to))
    _execute(
        f"""
        INSERT INTO stats_figure ({COLUMNS}) {cells}
        ON CONFLICT ({KEY}) DO UPDATE SET count = stats_figure.count + excluded.count,
            amount_fen = stats_figure.amount_fen + excluded.amount_fen,
            area_m2 = stats_figure.area_m2 + excluded.area_m2
        """,  # noqa: S608 - only our own constants
        parameters,
    )


@transaction.atomic
def fold(*, limit: int = BATCH) -> int:
    """Fold up to `limit` sealed events into the figures, in the order of their seals; return how many.

    One folder at a time (0 when another one is at it); each event exactly once, because the cursor moves in
    the same transaction. What is not sealed or not folded yet is added by the reads.
    """
    if not _mine(wait=False):
        return 0
    cursor, _ = FoldCursor.objects.get_or_create(pk=1)
    sealed = Seal.objects.aggregate(last=Max("number"))["last"] or 0
    up_to = min(cursor.number + limit, sealed)
    if up_to <= cursor.number:
        return 0
    _add(cursor.number, up_to)
    folded = up_to - cursor.number
    cursor.number = up_to
    cursor.save(update_fields=["number"])
    return folded


@transaction.atomic
def rebuild() -> int:
    """Make the figures anew from the journal, up to the last sealed event; return the number of cells.

    Needed after a declaration has changed. Readers see the old figures until it commits.
    """
    _mine(wait=True)
    sealed = Seal.objects.aggregate(last=Max("number"))["last"] or 0
    Figure.objects.all().delete()
    _add(0, sealed)
    FoldCursor.objects.update_or_create(pk=1, defaults={"number": sealed})
    return Figure.objects.count()


@transaction.atomic
def differences() -> tuple[int, list[tuple[Any, ...]]]:
    """Compare the table, cell for cell, with what the journal gives up to the cursor.

    Returns the number of cells compared and each difference as (measure, day, division, kind of right,
    origin, part, kept (count, amount_fen, area_m2) or None, right one or None).
    """
    _mine(wait=True)
    folded = FoldCursor.objects.filter(pk=1).values_list("number", flat=True).first() or 0
    kept = _cells(f"SELECT {COLUMNS} FROM stats_figure", ())  # noqa: S608 - only our own constants
    right = _cells(*cells_of(SEALED_BETWEEN, (0, folded)))
    keys = sorted(kept.keys() | right.keys(), key=str)
    return len(keys), [(*key, kept.get(key), right.get(key)) for key in keys if kept.get(key) != right.get(key)]


def _cells(sql: str, parameters: tuple[Any, ...]) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return {row[:6]: row[6:] for row in cursor.fetchall()}
