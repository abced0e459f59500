"""Write the calendar files of `exchange.calendar` from the package chinesecalendar (extra "data")."""

import json
from argparse import ArgumentParser
from datetime import date
from typing import Any

from chinese_calendar.constants import holidays, workdays
from django.core.management.base import BaseCommand, CommandError

from exchange.calendar import FOLDER

SOURCES = {
    2015: ["国办发明电〔2014〕28号", "国发明电〔2015〕1号"],
    2016: ["国办发明电〔2015〕18号"],
    2017: ["国办发明电〔2016〕17号"],
    2018: ["国办发明电〔2017〕12号"],
    2019: ["国办发明电〔2018〕15号", "国办发明电〔2019〕3号"],
    2020: ["国办发明电〔2019〕16号", "国办发明电〔2020〕1号"],
    2021: ["国办发明电〔2020〕27号"],
    2022: ["国办发明电〔2021〕11号"],
    2023: ["国办发明电〔2022〕16号"],
    2024: ["国办发明电〔2023〕7号"],
    2025: ["国办发明电〔2024〕12号"],
    2026: ["国办发明电〔2025〕7号"],
}


class Command(BaseCommand):
    help = "Write exchange/data/workdays/YEAR.json, one file per yearly notice of the State Council."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("years", nargs="*", type=int, help="by default every year with a named source")
        parser.add_argument("--source", action="append", help="number of the notice of a single new year")

    def handle(self, *args: Any, years: list[int], source: list[str] | None, **options: Any) -> None:
        if source and len(years) != 1:
            raise CommandError("Name exactly one year with --source.")
        FOLDER.mkdir(parents=True, exist_ok=True)
        for year in years or SOURCES:
            sources = source or SOURCES.get(year)
            if not sources:
                raise CommandError(f"Name the notice for {year} with --source.")
            self._write(year, sources)

    def _write(self, year: int, sources: list[str]) -> None:
        days_off, working_days = _of_notice(holidays, year), _of_notice(workdays, year)
        if not days_off:
            raise CommandError(f"The installed chinesecalendar does not know {year}.")
        content = {"year": year, "sources": sources, "days_off": days_off, "working_days": working_days}
        text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
        (FOLDER / f"{year}.json").write_text(text, encoding="utf-8")
        self.stderr.write(f"{year}: {len(days_off)} days off, {len(working_days)} make-up working days")


def _of_notice(days: dict[date, str], year: int) -> list[str]:
    # Days rearranged in December belong to New Year, so to the notice for the year that follows.
    return sorted(day.isoformat() for day in days if day.year + (day.month == 12) == year)
