"""Years of the working-day calendar are taken in once, with their event, and kept as files."""

from __future__ import annotations

from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from exchange import calendar
from exchange.errors import NotAllowed, Refused
from exchange.journal.models import Event
from exchange.rulebook.models import WorkYear
from exchange.rulebook.services import import_work_year, take_in_years
from tests.factories import Cast
from tests.workdays import calendar_file

pytestmark = pytest.mark.django_db


def imported() -> list[int]:
    return [event.data["year"] for event in Event.objects.filter(kind="calendar.year_imported").order_by("pk")]


def test_a_year_is_taken_in_once_with_its_event_and_its_file(no_calendars: Path) -> None:
    text = calendar_file(2031, date(2031, 3, 4))
    for _again in range(2):
        assert import_work_year(text=text, by=None).year == 2031
    assert (imported(), WorkYear.objects.get().sources) == ([2031], ["a test"])
    assert calendar.known_years() == [2031]
    assert not calendar.is_working_day(date(2031, 3, 4))


def test_another_calendar_of_a_known_year_is_refused_and_so_is_nonsense(no_calendars: Path) -> None:
    import_work_year(text=calendar_file(2031), by=None)
    for text in (calendar_file(2031, date(2031, 5, 5)), calendar_file(2032, date(2034, 1, 1)), "{}", "no JSON"):
        with pytest.raises(Refused) as refusal:
            import_work_year(text=text, by=None)
        assert (refusal.value.code, refusal.value.field) == ("bad_calendar", "file")
    assert (imported(), [path.name for path in no_calendars.iterdir()]) == ([2031], ["2031.json"])


def test_only_the_citys_rule_administrator_imports_a_year(cast: Cast, no_calendars: Path) -> None:
    for who in (cast.village, cast.district, cast.organiser, cast.bank):
        with pytest.raises(NotAllowed):
            import_work_year(text=calendar_file(2031), by=who)
    assert (WorkYear.objects.count(), list(no_calendars.iterdir())) == (0, [])
    import_work_year(text=calendar_file(2031), by=cast.city)
    assert Event.objects.get(kind="calendar.year_imported").by == cast.city


def test_years_that_came_with_a_release_are_taken_in_by_the_sweep(no_calendars: Path) -> None:
    for year in (2031, 2032):
        (no_calendars / f"{year}.json").write_text(calendar_file(year), encoding="utf-8")
    assert (take_in_years(), take_in_years()) == (2, 0)
    assert imported() == [2031, 2032]


def test_the_command_takes_in_files(no_calendars: Path, tmp_path: Path) -> None:
    path = tmp_path / "2031-from-the-notice.json"
    path.write_text(calendar_file(2031), encoding="utf-8")
    call_command("import_workdays", path, stderr=StringIO())
    assert imported() == [2031]
    path.write_text("[]", encoding="utf-8")
    with pytest.raises(CommandError, match="not a calendar file"):
        call_command("import_workdays", path, stderr=StringIO())
