"""Years of the working-day calendar for tests that must not depend on the day they are run."""

from __future__ import annotations

import json
from datetime import date


def calendar_file(year: int, *off: date, sources: tuple[str, ...] = ("a test",)) -> str:
    """Return the text of a calendar file: 1 January and `off` are days off, nothing is rearranged."""
    days = sorted({date(year, 1, 1).isoformat(), *(day.isoformat() for day in off)})
    return json.dumps({"year": year, "sources": list(sources), "days_off": days, "working_days": []})
