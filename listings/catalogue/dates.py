"""The dates of an announcement, worked out from the rules and the working-day calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from exchange.calendar import Period, Unit, deadline, provisional_add_working_days
from exchange.clock import SHANGHAI

OPENING = time(9, 0)


@dataclass(frozen=True, slots=True)
class Dates:
    """When registration closes, bidding opens and the hall would end without a bid; aware, Asia/Shanghai.

    `provisional` says that one of them lies in a year whose working days are not yet known.
    """

    registration_closes_at: datetime
    opens_at: datetime
    ends_at: datetime
    provisional: bool


def announcement_dates(
    announced_at: datetime, announcement: Period, closes_before: Period, free_bidding: Period, cycle: Period
) -> Dates:
    """Return the dates of a listing announced at `announced_at`.

    The announcement runs for `announcement` (start day not counted, Civil Code 201). Counted in days, bidding
    opens at 9:00 of the next working day, and registration closes `closes_before` earlier; in hours or minutes
    everything is exact. The hall ends after the free phase and one cycle of timed bidding.
    """
    over, provisional = deadline(announced_at, announcement)
    opens_at = over
    if announcement.unit in (Unit.WORKING_DAY, Unit.CALENDAR_DAY):
        day, guessed = provisional_add_working_days(over.date() - timedelta(days=1), 1)
        opens_at, provisional = datetime.combine(day, OPENING, SHANGHAI), provisional or guessed
    closes_at, guessed = _before(opens_at, closes_before)
    ends_at = opens_at + _exact(free_bidding) + _exact(cycle)
    return Dates(max(closes_at, announced_at), opens_at, ends_at, provisional or guessed)


def _before(moment: datetime, period: Period) -> tuple[datetime, bool]:
    if period.unit in (Unit.HOUR, Unit.MINUTE):
        return moment - _exact(period), False
    if period.unit == Unit.CALENDAR_DAY:
        return moment - timedelta(days=period.count), False
    provisional, day = False, moment.date()
    for _step in range(period.count):
        day -= timedelta(days=1)
        while True:
            next_working, guessed = provisional_add_working_days(day - timedelta(days=1), 1)
            provisional = provisional or guessed
            if next_working == day:
                break
            day -= timedelta(days=1)
    return datetime.combine(day, moment.timetz()), provisional


def _exact(period: Period) -> timedelta:
    if period.unit == Unit.MINUTE:
        return timedelta(minutes=period.count)
    if period.unit == Unit.HOUR:
        return timedelta(hours=period.count)
    return timedelta(days=period.count)
