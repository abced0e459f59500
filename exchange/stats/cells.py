"""The one statement that turns events into cells; folding, rebuilding and reading all use it."""

from __future__ import annotations

from functools import cache
from typing import Any

from exchange.stats.figures import MEASURES, SUMS

COLUMNS = "measure, day, division_id, right_kind, origin, part, count, amount_fen, area_m2"
KEY = "measure, division_id, day, right_kind, origin, part"

# Sealed after the cursor, or not sealed yet: what the table does not hold.
NOT_FOLDED = """
    SELECT event_id FROM journal_seal WHERE number > coalesce((SELECT max(number) FROM stats_foldcursor), 0)
    UNION ALL SELECT event_id FROM journal_seal WHERE number IS NULL
"""
SEALED_BETWEEN = "SELECT event_id FROM journal_seal WHERE number > %s AND number <= %s"


@cache
def _declared() -> tuple[str, tuple[Any, ...]]:
    """Return the declarations as rows of a VALUES list with their parameters."""
    rows = [
        (measure.name, kind, measure.sums, measure.where, list(measure.values), measure.part)
        for measure in MEASURES
        for kind in measure.kinds
    ]
    row = "(%s::varchar, %s::varchar, %s::varchar, %s::varchar, %s::varchar[], %s::varchar)"
    return ", ".join([row] * len(rows)), tuple(value for values in rows for value in values)


def cells_of(events: str, parameters: tuple[Any, ...] = ()) -> tuple[str, tuple[Any, ...]]:
    """Return (SQL, parameters) of the cells, as `COLUMNS`, that the events chosen by the query `events` make.

    A reversal (sign −1) takes away what it took away the event of; its cell stays, perhaps with zeros.
    """
    declared, values = _declared()
    summed = " ".join(f"WHEN '{name}' THEN {expression}" for name, expression in SUMS.items())
    sql = f"""
        SELECT m.measure, e.day, e.division_id, e.right_kind, e.origin,
               left(CASE m.part WHEN '' THEN '' ELSE coalesce(e.data->>m.part, '') END, 120) AS part,
               sum(e.sign)::bigint AS count,
               sum(e.sign * coalesce(CASE m.sums {summed} END, 0))::bigint AS amount_fen,
               sum(e.sign * coalesce(e.area_m2, 0))::numeric(20, 2) AS area_m2
        FROM (WITH chosen AS ({events}) SELECT event.* FROM journal_event event JOIN chosen ON event_id = event.id) e
        JOIN (VALUES {declared}) AS m(measure, kind, sums, data_key, data_values, part)
          ON m.kind = e.kind AND (m.data_key = '' OR coalesce(e.data->>m.data_key, '') = ANY(m.data_values))
        GROUP BY 1, 2, 3, 4, 5, 6
    """  # noqa: S608 - only our own constants are written into it
    return sql, (*parameters, *values)
