"""Working days, periods and deadlines."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange import calendar
from exchange.calendar import (
    SHANGHAI,
    Period,
    Unit,
    add_working_days,
    deadline,
    is_working_day,
    known_years,
    period_end,
    provisional_add_working_days,
    provisional_period_end,
)

KNOWN = st.dates(date(2015, 1, 1), date(2026, 11, 1))


@pytest.fixture
def another_year(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of calendars with the known years, to which a test adds one."""
    for path in calendar.FOLDER.glob("*.json"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(calendar, "FOLDER", tmp_path)
    monkeypatch.setattr(calendar, "_notices", {})
    yield tmp_path


def write_2027(folder: Path, off: list[str], working: list[str], **other: object) -> None:
    content = {"year": 2027, "sources": ["a test"], "days_off": off, "working_days": working} | other
    (folder / "2027.json").write_text(json.dumps(content), encoding="utf-8")


def test_the_years_2015_to_2026_are_known_with_their_sources():
    assert known_years() == list(range(2015, 2027))
    for year in known_years():
        data = json.loads((calendar.FOLDER / f"{year}.json").read_text(encoding="utf-8"))
        assert all("发明电〔" in source for source in data["sources"])
        # A make-up working day is a weekend day, by what the word means.
        assert all(date.fromisoformat(day).weekday() >= 5 for day in data["working_days"])
        assert len(data["days_off"]) >= 23


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2015-01-04", True),  # a Sunday worked for 2 January
        ("2015-09-03", False),  # 70 years after the war
        ("2015-09-06", True),
        ("2018-12-29", True),  # by the notice for 2019
        ("2018-12-31", False),
        ("2019-05-02", False),  # by the second notice of that spring
        ("2020-01-31", False),  # Spring Festival made longer by the epidemic
        ("2020-02-01", False),
        ("2020-02-03", True),
        ("2022-12-31", False),
        ("2023-10-06", False),
        ("2023-10-07", True),
        ("2023-10-28", False),
        ("2024-02-18", True),
        ("2025-01-28", False),
        ("2025-09-28", True),
        ("2025-10-08", False),
        ("2025-11-24", True),
        ("2026-01-01", False),
        ("2026-01-04", True),
        ("2026-02-14", True),
        ("2026-02-15", False),
        ("2026-02-23", False),
        ("2026-02-28", True),
        ("2026-05-09", True),
        ("2026-06-19", False),
        ("2026-09-20", True),
        ("2026-10-10", True),
        ("2026-12-31", True),
    ],
)
def test_days_off_and_make_up_days(day: str, works: bool):
    assert is_working_day(date.fromisoformat(day)) is works


@pytest.mark.parametrize(
    ("year", "working_days"),
    # Days of the year less weekends and weekday holidays, plus make-up days, as the payroll calendars give them.
    [(2019, 250), (2020, 249), (2021, 250), (2022, 249), (2023, 249), (2024, 251), (2025, 248), (2026, 248)],
)
def test_a_year_has_its_number_of_working_days(year: int, working_days: int):
    first = date(year, 1, 1)
    days = (date(year + 1, 1, 1) - first).days
    assert sum(is_working_day(first + timedelta(days=n)) for n in range(days)) == working_days


@pytest.mark.parametrize(
    ("start", "n", "end"),
    [
        ("2025-09-30", 0, "2025-09-30"),
        ("2025-10-01", 0, "2025-10-01"),
        ("2025-09-30", 1, "2025-10-09"),
        ("2025-09-26", 1, "2025-09-28"),
        ("2025-09-26", 3, "2025-09-30"),
        ("2025-10-04", 1, "2025-10-09"),
        ("2023-10-28", 10, "2023-11-10"),
        ("2014-12-31", 1, "2015-01-04"),
        ("2026-02-13", 1, "2026-02-14"),
        ("2026-02-14", 1, "2026-02-24"),
        ("2018-12-28", 2, "2019-01-02"),
    ],
)
def test_working_days_are_counted_without_the_first(start: str, n: int, end: str):
    assert add_working_days(date.fromisoformat(start), n) == date.fromisoformat(end)


@pytest.mark.parametrize(
    ("first_day", "days", "end"),
    [
        ("2025-09-30", 0, "2025-09-30"),
        ("2025-10-01", 0, "2025-10-09"),
        ("2025-09-11", 20, "2025-10-09"),
        ("2025-09-10", 18, "2025-09-28"),
        ("2025-09-10", 19, "2025-09-29"),
        ("2025-09-10", 20, "2025-09-30"),
        ("2023-10-08", 20, "2023-10-30"),
        ("2026-01-26", 20, "2026-02-24"),
        ("2014-12-20", 15, "2015-01-04"),
    ],
)
def test_a_period_ends_on_a_working_day(first_day: str, days: int, end: str):
    assert period_end(date.fromisoformat(first_day), days) == date.fromisoformat(end)


@given(KNOWN, st.integers(0, 40))
def test_no_period_ends_on_a_day_off(first_day: date, days: int):
    end = period_end(first_day, days)
    assert is_working_day(end)
    assert end >= first_day + timedelta(days=days)
    late = first_day + timedelta(days=days)
    assert not any(is_working_day(late + timedelta(days=n)) for n in range((end - late).days))
    assert provisional_period_end(first_day, days) == (end, end >= date(2026, 12, 25))


@given(KNOWN, st.integers(0, 30))
def test_so_many_working_days_lie_after_the_first(day: date, n: int):
    end = add_working_days(day, n)
    between = (end - day).days
    assert sum(is_working_day(day + timedelta(days=k)) for k in range(1, between + 1)) == n
    assert n == 0 or is_working_day(end)
    assert provisional_add_working_days(day, n) == (end, end >= date(2026, 12, 25))


@given(KNOWN, st.integers(0, 15), st.integers(0, 15))
def test_counting_on_gives_the_same_day(day: date, first: int, more: int):
    assert add_working_days(add_working_days(day, first), more) == add_working_days(day, first + more)


@pytest.mark.parametrize("day", [date(2014, 12, 31), date(2027, 1, 1), date(1990, 6, 1)])
def test_an_unknown_year_is_refused(day: date):
    with pytest.raises(ValueError, match=f"working days of {day.year} are not known"):
        is_working_day(day)
    with pytest.raises(ValueError, match="not known"):
        add_working_days(day - timedelta(days=1) if day.year == 2027 else day - timedelta(days=9), 1)
    with pytest.raises(ValueError, match="not known"):
        period_end(day - timedelta(days=1), 1)


def test_counting_into_an_unknown_year_is_refused_but_guessed_for_services():
    with pytest.raises(ValueError, match="2027"):
        add_working_days(date(2026, 12, 31), 1)
    assert provisional_add_working_days(date(2026, 12, 31), 1) == (date(2027, 1, 1), True)
    assert provisional_add_working_days(date(2026, 12, 18), 2) == (date(2026, 12, 22), False)
    assert provisional_period_end(date(2026, 12, 13), 20) == (date(2027, 1, 4), True)
    assert provisional_period_end(date(2026, 12, 1), 20) == (date(2026, 12, 21), False)
    assert provisional_period_end(date(2030, 1, 5), 0) == (date(2030, 1, 7), True)


def test_the_last_week_waits_for_the_next_notice():
    assert provisional_period_end(date(2026, 12, 1), 23) == (date(2026, 12, 24), False)
    assert provisional_period_end(date(2026, 12, 1), 24) == (date(2026, 12, 25), True)
    assert provisional_period_end(date(2025, 12, 1), 24) == (date(2025, 12, 25), False)


def test_a_year_that_is_added_is_known_at_once(another_year: Path):
    assert provisional_period_end(date(2026, 12, 12), 20) == (date(2027, 1, 1), True)
    write_2027(another_year, ["2026-12-31", "2027-01-01"], ["2026-12-27", "2027-01-02"])
    assert known_years()[-1] == 2027
    assert period_end(date(2026, 12, 12), 20) == date(2027, 1, 2)
    assert provisional_period_end(date(2026, 12, 12), 20) == (date(2027, 1, 2), False)
    assert not is_working_day(date(2026, 12, 31))
    assert is_working_day(date(2026, 12, 27))


@pytest.mark.parametrize(
    ("off", "working", "other"),
    [
        (["2027-01-01"], ["2027-01-01"], {}),
        (["2026-12-24"], [], {}),
        (["2028-01-01"], [], {}),
        ([], [], {}),
        (["2027-01-01"], [], {"year": 2026}),
        (["2027-01-01"], [], {"sources": []}),
        (["1 January"], [], {}),
    ],
)
def test_a_calendar_file_that_contradicts_itself_is_refused(
    another_year: Path, off: list[str], working: list[str], other: dict[str, object]
):
    write_2027(another_year, off, working, **other)
    with pytest.raises(ValueError, match=r"2027.json: (The calendar of 20.. contradicts|This is not|it speaks)"):
        is_working_day(date(2027, 3, 1))


@pytest.mark.parametrize("n", [-1, 1.0, "3", None, True, 100_001])
def test_a_count_that_is_no_count_is_refused(n: object):
    for count in (add_working_days, period_end, provisional_add_working_days, provisional_period_end):
        with pytest.raises(ValueError, match="whole number"):
            count(date(2025, 3, 3), n)  # type: ignore[operator]
    with pytest.raises(ValueError, match="whole number"):
        Period(n, Unit.HOUR)  # type: ignore[arg-type]


@pytest.mark.parametrize("moment", [datetime(2025, 3, 3, 12), datetime(2025, 3, 3, tzinfo=UTC), "2025-03-03"])
def test_a_moment_is_no_day(moment: object):
    for ask in (is_working_day, lambda day: add_working_days(day, 0), lambda day: period_end(day, 3)):
        with pytest.raises(ValueError, match="without a time"):
            ask(moment)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("start", "period", "end"),
    [
        ("2025-09-30T18:00", Period(5, Unit.MINUTE), "2025-09-30T18:05"),
        ("2025-09-30T18:00", Period(24, Unit.HOUR), "2025-10-01T18:00"),
        ("2025-09-30T18:00", Period(0, Unit.MINUTE), "2025-09-30T18:00"),
        ("2025-09-30T18:00", Period(1, Unit.WORKING_DAY), "2025-10-10T00:00"),
        ("2025-09-30T00:00", Period(0, Unit.WORKING_DAY), "2025-10-01T00:00"),
        ("2025-09-11T23:59", Period(20, Unit.CALENDAR_DAY), "2025-10-10T00:00"),
        ("2025-09-10T08:00", Period(20, Unit.CALENDAR_DAY), "2025-10-01T00:00"),
    ],
)
def test_when_a_period_is_over(start: str, period: Period, end: str):
    begins = datetime.fromisoformat(start).replace(tzinfo=SHANGHAI)
    expected = datetime.fromisoformat(end).replace(tzinfo=SHANGHAI)
    assert deadline(begins, period) == (expected, False)
    assert deadline(begins.astimezone(UTC), period) == (expected, False)
    assert deadline(begins, period)[0].tzinfo is SHANGHAI


def test_the_first_day_is_the_one_in_shanghai():
    late_evening = datetime(2025, 9, 29, 16, 30, tzinfo=UTC)
    assert deadline(late_evening, Period(1, Unit.WORKING_DAY))[0] == datetime(2025, 10, 10, tzinfo=SHANGHAI)


def test_a_deadline_in_an_unknown_year_is_provisional_but_hours_never_are():
    start = datetime(2026, 12, 30, 9, tzinfo=SHANGHAI)
    assert deadline(start, Period(3, Unit.WORKING_DAY)) == (datetime(2027, 1, 5, tzinfo=SHANGHAI), True)
    assert deadline(start, Period(72, Unit.HOUR)) == (datetime(2027, 1, 2, 9, tzinfo=SHANGHAI), False)


def test_a_period_takes_the_unit_as_text_and_refuses_another():
    assert Period(3, "hour") == Period(3, Unit.HOUR)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="week"):
        Period(3, "week")  # type: ignore[arg-type]


def test_a_start_without_a_time_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        deadline(datetime(2025, 3, 3), Period(1, Unit.HOUR))
