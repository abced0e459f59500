"""The yearly cost of a loan by the actuarial method. FORMAT: "Loan rules", apr."""

from collections.abc import Sequence
from fractions import Fraction

MAX_PAYMENTS = 10_000


def apr_hundredths(
    amount_fen: int,
    payments: Sequence[tuple[int, int]],
    *,
    first_whole: int,
    first_part: Fraction,
    unit_periods_per_year: Fraction,
) -> int:
    """The yearly rate (年化综合融资成本) in hundredths of a percent, rounded half up.

    `payments` are (amount in fen, count), one unit period apart; the first one comes after `first_whole` unit
    periods and the fraction `first_part` of one. The rate is found by bisection over the rates at which
    rounding changes, each tried exactly, so that no digit is guessed. FORMAT: "Loan rules", apr.
    Raises ValueError where no single rate fits, or only one that rounds to the loss of everything.
    """
    flow = [amount for amount, count in payments for _ in range(count)]
    at_once = flow[0] if first_whole == 0 and first_part == 0 else 0
    if not amount_fen > at_once or not sum(flow) > at_once:
        raise ValueError("no yearly rate makes the payments worth the amount")

    def reaches(hundredths: int) -> bool:
        """Whether the rate, rounded half up, is at least that much."""
        rate = Fraction(2 * hundredths - 1, 20_000) / unit_periods_per_year
        return _worth_at_least(amount_fen, flow, first_whole, first_part, rate)

    floor = 1 - int(10_000 * unit_periods_per_year)
    low = max(-1, floor)
    high = low + 2
    while reaches(high):
        low, high = high, 2 * high
    while not reaches(low):
        if low <= floor:
            raise ValueError("no yearly rate that rounds to over -100 % makes the payments worth the amount")
        low, high = max(2 * low, floor), low
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if reaches(middle) else (low, middle)
    return low


def _worth_at_least(amount_fen: int, flow: list[int], first_whole: int, first_part: Fraction, rate: Fraction) -> bool:
    """Whether the payments, discounted at a rate per unit period (> -1), are worth the amount or more."""
    grown = rate.numerator + rate.denominator
    base = rate.denominator
    # Sum of payment / (grown / base)^t for t = 0, 1, ..., as worth / grown^(n - 1)
    worth, power = 0, 1
    for payment in flow:
        worth = worth * grown + payment * power
        power *= base
    start = 1 + first_part * rate
    owed = amount_fen * start.numerator * grown ** (len(flow) - 1 + first_whole)
    return worth * base**first_whole * start.denominator >= owed
