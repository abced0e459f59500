"""Interest without rounding, by what was owed day by day. FORMAT: `day_count`, "Rows", "Inside a period"."""

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

from loans.servicing.engine.dates import Period
from loans.servicing.engine.events import Change
from loans.servicing.engine.terms import MONTHS, Terms

Rates = Sequence[tuple[date, Fraction]]


def year_part(terms: Terms, period: Period, days: int, *, nominal: bool = False) -> Fraction:
    """The part of a year that `days` days of a period count as, exactly. FORMAT: `day_count`.

    30/360: the period counts as 30 days a month, a part of it by its share of the real days.
    act/360, act/365: the real days over 360 or 365. `nominal` counts these too as 30 days a month, over 360
    or 365, as "equal_periods" wants it when an instalment is worked out.
    """
    base = 365 if terms.day_count == "act/365" else 360
    if terms.day_count != "30/360" and not nominal:
        return Fraction(days, base)
    months = MONTHS[terms.interval] * (terms.periods if terms.method == "bullet" else 1)
    return Fraction(30 * months * days, base * period.days)


def accrued(
    terms: Terms,
    period: Period,
    owed_fen: int,
    changes: Sequence[Change],
    rates: Rates,
    *,
    stop: date | None = None,
    nominal: bool = False,
) -> Fraction:
    """The interest of a period up to and including the day `stop` (or its end) in fen, without rounding.

    `owed_fen` is what is owed at its start, `changes` happen inside it and count from the following day,
    `rates` are (day, percent a year) in order and count from that day on. Flat loans bear interest on the
    original principal whatever is owed. FORMAT: "Rows", "Inside a period".
    """
    stop = stop or period.end
    if terms.method == "flat":
        owed_fen, changes = terms.principal_fen, ()
    total = Fraction(0)
    for start, end in pairwise(_cuts(period.start, stop, changes, rates)):
        owed = owed_fen + sum(c.drawn_fen - c.prepaid_fen for c in changes if c.on <= start)
        part = year_part(terms, period, (end - start).days, nominal=nominal)
        total += owed * rate_on(rates, end) * part
    return total / 100


def rate_on(rates: Rates, day: date) -> Fraction:
    """The yearly rate in percent on a day; a change counts from its own day."""
    return [rate for on, rate in rates if on <= day][-1]


def _cuts(start: date, stop: date, changes: Sequence[Change], rates: Rates) -> list[date]:
    """The days after which rate or debt are different: that of a change, and the day before a new rate."""
    days = [change.on for change in changes] + [on - timedelta(days=1) for on, _ in rates[1:]]
    return sorted({start, stop, *(day for day in days if start < day < stop)})
