"""Months on the calendar: a day so many months later, and whole months between two days."""

from __future__ import annotations

from calendar import monthrange
from datetime import date


def months_later(day: date, months: int) -> date:
    """Return the same day of the month `months` later (or before, if negative); its last day if there is none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def whole_months(first: date, last: date) -> int:
    """Return how many whole months fit between two days, 0 when `last` is not later."""
    months = (last.year - first.year) * 12 + last.month - first.month
    return max(0, months - (months_later(first, months) > last))
