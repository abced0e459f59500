"""Working days and legal periods in China.

Days off and make-up working days (调休) are read from one file per yearly notice of the State Council,
`data/workdays/YEAR.json`, each with its source. Adding a file (`manage.py import_workdays`) teaches the running
process that year; a corrected file needs a restart. Time spans: Civil Code arts. 200-204, the first day is not
counted, the last one ends at 24:00, and a last day on a day off moves to the next working day.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path
from tempfile import NamedTemporaryFile
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
FOLDER = Path(__file__).parent / "data" / "workdays"
_DAY = timedelta(days=1)


class Unit(StrEnum):
    """What a period is counted in."""

    WORKING_DAY = "working_day"
    CALENDAR_DAY = "calendar_day"
    HOUR = "hour"
    MINUTE = "minute"


_EXACT = {Unit.HOUR: timedelta(hours=1), Unit.MINUTE: timedelta(minutes=1)}


@dataclass(frozen=True)
class Period:
    """A legal period: a whole number, zero or more, and its unit."""

    count: int
    unit: Unit

    def __post_init__(self) -> None:
        object.__setattr__(self, "unit", Unit(self.unit))
        _require_count(self.count)


@dataclass(frozen=True)
class _Notice:
    off: frozenset[date]
    working: frozenset[date]


_notices: dict[int, _Notice] = {}


def known_years() -> list[int]:
    """The years whose notice is at hand, in order."""
    return sorted(int(path.stem) for path in FOLDER.glob("[0-9][0-9][0-9][0-9].json"))


def year_of_file(text: str) -> int:
    """The year that the text of a calendar file speaks for. Raises ValueError if the text cannot be one, or
    contradicts itself, or if another calendar of that year is known already."""
    year, notice = _understood(text)
    if _notice(year) not in (None, notice):
        raise ValueError(f"Another calendar of {year} is known already. A corrected one comes with a release.")
    return year


def keep_year(year: int, text: str) -> None:
    """Keep the text of a calendar file as that of `year`, at one stroke, unless it is there already."""
    path = FOLDER / f"{year}.json"
    if not path.is_file():
        with NamedTemporaryFile("w", dir=FOLDER, suffix=".new", delete=False, encoding="utf-8") as fresh:
            fresh.write(text)
        Path(fresh.name).chmod(0o644)
        Path(fresh.name).replace(path)


def is_working_day(day: date) -> bool:
    """Whether offices work on this day, make-up days included. Raises ValueError for an unknown year."""
    if _notice(_require_day(day).year) is None:
        raise ValueError(f"The working days of {day.year} are not known: its calendar has not been imported.")
    return _works(day)


def add_working_days(day: date, n: int) -> date:
    """The n-th working day after `day`, which is not counted; 0 gives the day itself.

    Raises ValueError for a negative n, and where the count meets an unknown year.
    """
    return _nth_working_day(day, n, is_working_day)


def period_end(first_day: date, days: int) -> date:
    """The last day of a period in calendar days; the first is not counted, and the last, if it is no
    working day, moves on to the next one. Raises ValueError where the end falls into an unknown year."""
    return _moved_on(first_day, days, is_working_day)


def provisional_add_working_days(day: date, n: int) -> tuple[date, bool]:
    """Like `add_working_days`, but an unknown year counts Monday to Friday and the answer is provisional.

    Also provisional: the last week of a year whose successor is unknown, which the next notice may still
    rearrange (that of 2019 did so with 29-31 December 2018). Take no step against anybody on such a day.
    """
    guess = _Guess()
    return _nth_working_day(day, n, guess), guess.provisional


def provisional_period_end(first_day: date, days: int) -> tuple[date, bool]:
    """Like `period_end`, guessing in unknown years as `provisional_add_working_days` does."""
    guess = _Guess()
    return _moved_on(first_day, days, guess), guess.provisional


def deadline(start: datetime, period: Period) -> tuple[datetime, bool]:
    """When a period that begins at `start` (aware) is over, in Shanghai time; True if that is provisional.

    Hours and minutes are added exactly. Days end at 24:00 of the last one, given as the midnight that
    follows: what comes before that moment is in time, what comes at it is late.
    """
    if start.tzinfo is None:
        raise ValueError("The start of a period needs a time zone.")
    if period.unit in _EXACT:
        return (start.astimezone(UTC) + period.count * _EXACT[period.unit]).astimezone(SHANGHAI), False
    count = provisional_add_working_days if period.unit == Unit.WORKING_DAY else provisional_period_end
    last_day, provisional = count(start.astimezone(SHANGHAI).date(), period.count)
    return datetime.combine(last_day + _DAY, time(), SHANGHAI), provisional


class _Guess:
    """Answers for any day, and remembers whether one of the answers was not settled by a notice."""

    def __init__(self) -> None:
        self.provisional = False

    def __call__(self, day: date) -> bool:
        last_week = day.month == 12 and day.day >= 25
        settled = _notice(day.year) and not (last_week and _notice(day.year + 1) is None)
        self.provisional = self.provisional or not settled
        return _works(day)


def _works(day: date) -> bool:
    for year in (day.year + 1, day.year):
        notice = _notice(year)
        if notice and day in notice.off:
            return False
        if notice and day in notice.working:
            return True
    return day.weekday() < 5


def _nth_working_day(day: date, n: int, works: Callable[[date], bool]) -> date:
    _require_day(day)
    for _ in range(_require_count(n)):
        day += _DAY
        while not works(day):
            day += _DAY
    return day


def _moved_on(first_day: date, days: int, works: Callable[[date], bool]) -> date:
    last_day = _require_day(first_day) + timedelta(days=_require_count(days))
    while not works(last_day):
        last_day += _DAY
    return last_day


def _require_day(day: date) -> date:
    # A moment is not a day: which day it belongs to depends on the time zone.
    if not isinstance(day, date) or isinstance(day, datetime):
        raise ValueError("Give a day without a time.")
    return day


def _require_count(count: int) -> int:
    if type(count) is not int or not 0 <= count <= 100_000:
        raise ValueError("A period is a whole number from 0 to 100,000.")
    return count


def _notice(year: int) -> _Notice | None:
    """The notice for a year, or None. A year once found is kept; a missing one is looked for again."""
    if year not in _notices:
        path = FOLDER / f"{year}.json"
        if not path.is_file():
            return None
        _notices[year] = _read(path, year)
    return _notices[year]


def _read(path: Path, year: int) -> _Notice:
    try:
        known, notice = _understood(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from error
    if known != year:
        raise ValueError(f"{path.name}: it speaks of {known}.")
    return notice


def _understood(text: str) -> tuple[int, _Notice]:
    try:
        data = json.loads(text)
        year, sources = int(data["year"]), data["sources"]
        off = frozenset(date.fromisoformat(day) for day in data["days_off"])
        working = frozenset(date.fromisoformat(day) for day in data["working_days"])
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"This is not a calendar file ({type(error).__name__}: {error}).") from error
    outside = [day for day in off | working if not date(year - 1, 12, 25) <= day <= date(year, 12, 31)]
    if not sources or not off or off & working or outside:
        raise ValueError(f"The calendar of {year} contradicts itself.")
    return year, _Notice(off, working)
