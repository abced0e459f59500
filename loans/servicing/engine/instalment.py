"""The instalment, or the part of principal. FORMAT: "Rows" and "Worked out anew"."""

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

from loans.servicing.engine.amounts import whole
from loans.servicing.engine.dates import Period
from loans.servicing.engine.interest import year_part
from loans.servicing.engine.terms import PARTS_OF_PRINCIPAL, Terms


def work_out(
    terms: Terms,
    periods: Sequence[Period],
    n: int,
    *,
    owed_fen: int,
    interest: Fraction,
    waiting: Fraction,
    rate_percent: Fraction,
) -> int:
    """The instalment in fen from row `n` on, rounded to its multiple; for equal principal and flat the part.

    `owed_fen` is what row n finds, `interest` the unrounded interest of its period and `waiting` that of
    earlier rows not yet collected, both in fen; `rate_percent` holds in all later periods.
    """
    if terms.method in PARTS_OF_PRINCIPAL:
        num, den = owed_fen, terms.periods - max(n - 1, terms.principal_grace_periods)
    else:
        num, den = _annuity(terms, periods, n, owed_fen, interest, waiting, rate_percent)
    multiple = terms.instalment_multiple_fen
    return whole(num, den * multiple, terms.instalment_rounding or terms.rounding) * multiple


def is_nominal(terms: Terms) -> bool:
    """Whether the annuity is worked out as if each month had 30 days."""
    return terms.instalment_from == "equal_periods"


def total_interest_unrounded(terms: Terms, period: Period) -> int | None:
    """What a calculator shows that rounds nothing, in fen; None where FORMAT, "Expect", does not define it.

    `period` is any period of the loan. The caller sees to it that there are no events.
    """
    graces = terms.principal_grace_periods or terms.interest_grace_periods
    if terms.day_count != "30/360" or graces or terms.tranches:
        return None
    share = _share(terms, period, terms.annual_rate_percent)
    owed, rows = terms.principal_fen, terms.periods
    if terms.method == "equal_principal":
        total = owed * share * (rows + 1) / 2
        return whole(total.numerator, total.denominator, terms.rounding)
    if terms.method == "annuity":
        num, den = level_payment(owed, owed * share, [share] * (rows - 1))
        return whole(num * rows - owed * den, den, terms.rounding)
    return None


def level_payment(owed_fen: int, first_interest: Fraction, shares: Sequence[Fraction]) -> tuple[int, int]:
    """The equal amount, as num / den in fen, that clears a debt exactly when nothing is rounded.

    Row one finds `owed_fen` and collects `first_interest`; each later row collects its share of what is owed
    by then. A row whose interest is more than the amount pays that interest and no principal, in this sum
    as in the schedule, so that the loan keeps its length.
    """
    common = lcm(*(share.denominator for share in shares))
    ups = [share.numerator * (common // share.denominator) for share in shares]
    held: set[int] = set()
    while True:
        num, den = _clearing(owed_fen, first_interest, common, ups, held)
        now = _interest_only_rows(owed_fen, first_interest, common, ups, (num, den))
        if now == held:
            return num, den
        # What is left at the end is a concave, falling function of the amount, made of straight pieces:
        # this is Newton's step from above, and it ends, exactly, on the piece that crosses zero.
        held = now


def _clearing(owed_fen: int, first: Fraction, common: int, ups: list[int], held: set[int]) -> tuple[int, int]:
    """The amount a / b that clears the loan if the rows `held` pay no principal: rest = a - b * amount."""
    scale = first.denominator
    a, b = (owed_fen * scale, 0) if 0 in held else (owed_fen * scale + first.numerator, scale)
    for row, up in enumerate(ups, 1):
        scale *= common
        if row in held:
            a, b = a * common, b * common
        else:
            a, b = a * (common + up), b * (common + up) + scale
    return a, b


def _interest_only_rows(
    owed_fen: int, first: Fraction, common: int, ups: list[int], amount: tuple[int, int]
) -> set[int]:
    """The rows whose interest is more than the amount, by the unrounded course of the loan."""
    num, den = amount
    over_first = first.numerator * den > num * first.denominator
    if not over_first and owed_fen * max(ups, default=0) * den <= num * common:
        return set()
    # Both what is left and the amount, times den and one growing scale: big numbers meet only small ones.
    rest, paid = owed_fen * first.denominator * den, num * first.denominator
    held = {0} if over_first else set()
    if not over_first:
        rest += first.numerator * den - paid
    for row, up in enumerate(ups, 1):
        paid *= common
        if rest * up > paid:
            held.add(row)
            rest *= common
        else:
            rest = rest * (common + up) - paid
    return held


def _annuity(
    terms: Terms,
    periods: Sequence[Period],
    n: int,
    owed_fen: int,
    interest: Fraction,
    waiting: Fraction,
    rate_percent: Fraction,
) -> tuple[int, int]:
    shares = {period.n: _share(terms, period, rate_percent) for period in periods[n:]}
    first = max(n, terms.principal_grace_periods + 1)
    for row in range(n, first):
        waiting = waiting + interest if row <= terms.interest_grace_periods else Fraction(0)
        interest = owed_fen * shares[row + 1]
    return level_payment(owed_fen, waiting + interest, [shares[period.n] for period in periods[first:]])


def _share(terms: Terms, period: Period, rate_percent: Fraction) -> Fraction:
    """The interest of a whole period on what is owed at its start, as a share of it."""
    return rate_percent / 100 * year_part(terms, period, period.days, nominal=is_nominal(terms))
