"""Due dates and the periods between them. FORMAT: "Due dates"."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import MAXYEAR, date
from itertools import pairwise

from loans.servicing.engine.shapes import FormatError
from loans.servicing.engine.terms import MONTHS, Terms


@dataclass(frozen=True)
class Period:
    """One period: interest runs from the day after `start` up to and including `end`, when row `n` is due."""

    n: int
    start: date
    end: date

    @property
    def days(self) -> int:
        """The real number of days."""
        return (self.end - self.start).days


def due_dates(terms: Terms) -> list[date]:
    """The due dates, strictly rising, counted from the first one; of a bullet loan only the maturity.

    Raises FormatError where they run out of the calendar or do not rise, which only `matures_on` can cause.
    FORMAT: "Due dates", "Limits".
    """
    places = [terms.periods] if terms.method == "bullet" else range(1, terms.periods + 1)
    if _year(terms, terms.periods) > MAXYEAR:
        raise FormatError("terms.periods", f"leads to due dates after the year {MAXYEAR}")
    dues = [_due(terms, n) for n in places]
    if terms.matures_on is not None:
        dues[-1] = terms.matures_on
    for before, after in pairwise([terms.disbursed_on, *dues]):
        if after <= before:
            raise FormatError("terms.matures_on", f"must lie after {before}, not on {after}")
    return dues


def periods_of(terms: Terms) -> list[Period]:
    """The periods of a loan in order, numbered from 1; one single period for a bullet loan."""
    days = [terms.disbursed_on, *due_dates(terms)]
    return [Period(n, start, end) for n, (start, end) in enumerate(pairwise(days), 1)]


def _month_index(terms: Terms, n: int) -> int:
    """Months since the year 0 of the month that due date n is counted into."""
    if terms.first_due_on is None:
        anchor, steps = terms.disbursed_on, n
    else:
        anchor, steps = terms.first_due_on, n - 1
    return anchor.year * 12 + anchor.month - 1 + steps * MONTHS[terms.interval]


def _year(terms: Terms, n: int) -> int:
    return _month_index(terms, n) // 12


def _due(terms: Terms, n: int) -> date:
    if n == 1 and terms.first_due_on is not None:
        return terms.first_due_on
    year, month = divmod(_month_index(terms, n), 12)
    wanted = terms.due_day or (terms.first_due_on or terms.disbursed_on).day
    last = monthrange(year, month + 1)[1]
    if wanted <= last:
        return date(year, month + 1, wanted)
    if terms.month_end == "clamp":
        return date(year, month + 1, last)
    return date(year, month + 2, 1)
