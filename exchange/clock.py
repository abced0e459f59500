"""Legal time (法定时间): the database's clock, the only one that decides anything.

`legal_now()` is an SQL function. In production it is plain `clock_timestamp()`. The demonstration and test
databases replace it by one that adds an offset for everybody and the session setting `yutianqi.clock_offset`,
so that a history can be played in its own time; a production start refuses that version. There is no other way
to move time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection, models

SHANGHAI = ZoneInfo("Asia/Shanghai")

PLAIN_CLOCK = """
CREATE OR REPLACE FUNCTION legal_now() RETURNS timestamptz LANGUAGE sql VOLATILE PARALLEL SAFE
AS $$ SELECT clock_timestamp() $$
"""
MOVABLE_CLOCK = """
CREATE OR REPLACE FUNCTION legal_now() RETURNS timestamptz LANGUAGE sql VOLATILE PARALLEL SAFE
AS $$ SELECT clock_timestamp() + interval '{everybody} seconds'
           + coalesce(nullif(current_setting('yutianqi.clock_offset', true), ''), '0')::interval $$
"""


class LegalNow(models.Func):
    """`legal_now()` as a query expression and column default."""

    function = "legal_now"
    template = "%(function)s()"
    output_field = models.DateTimeField()


def legal_now() -> datetime:
    """Return the legal time, aware, in UTC. Inside a service: read it after the row is locked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT legal_now()")
        (now,) = cursor.fetchone()
    return now


def legal_day(moment: datetime | None = None) -> date:
    """Return the calendar day in Asia/Shanghai of `moment`, or of now."""
    return (moment or legal_now()).astimezone(SHANGHAI).date()


def install_movable_clock(everybody: timedelta = timedelta()) -> None:
    """Make this database's clock movable, moved by `everybody` in all sessions, also those open now.

    For demonstration and test databases only.
    """
    with connection.cursor() as cursor:
        cursor.execute(MOVABLE_CLOCK.format(everybody=everybody.total_seconds()))


def clock_is_movable() -> bool:
    """Say whether this database carries the movable version."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc LIKE '%%clock_offset%%' FROM pg_proc WHERE proname = 'legal_now'")
        row = cursor.fetchone()
    return bool(row and row[0])


def set_clock_offset(offset: timedelta) -> None:
    """Move this database session's legal time by `offset` (kept until set again)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('yutianqi.clock_offset', %s, false)", [f"{offset.total_seconds()} seconds"])


@contextmanager
def clock_at(moment: datetime) -> Iterator[None]:
    """Let this session's legal time start from `moment` and run on from there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting('yutianqi.clock_offset', true), ''), clock_timestamp()")
        before, real = cursor.fetchone()
    set_clock_offset(moment - real)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('yutianqi.clock_offset', %s, false)", [before])
