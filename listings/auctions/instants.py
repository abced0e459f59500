"""Times of the core (microseconds since 1970 UTC) as datetimes, exactly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_instant(moment: datetime) -> int:
    """Return an aware datetime as microseconds since 1970 UTC."""
    return (moment - _EPOCH) // _MICROSECOND


def from_instant(instant: int) -> datetime:
    """Return microseconds since 1970 UTC as an aware datetime in UTC."""
    return _EPOCH + timedelta(microseconds=instant)


def iso(moment: datetime) -> str:
    """Return a time as it stands in events and streams: ISO 8601, UTC, microseconds."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
