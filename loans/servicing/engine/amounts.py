"""Exact amounts: decimal strings in, whole fen inside, one rounding at the end. FORMAT: "Money and rates".

Nothing here is a binary fraction: a value is an `int`, a `Fraction`, or two integers `num / den`.
"""

import re
from fractions import Fraction

MAX_LENGTH = 200

_DECIMAL = re.compile(r"[0-9]+(\.[0-9]+)?")
_SIGNED = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_QUOTIENT = re.compile(r"([0-9]+)/([0-9]+)")


def decimal(text: str, *, signed: bool = False) -> Fraction:
    """The exact value of a decimal string such as "3.45". ValueError with a plain reason otherwise."""
    if len(text) > MAX_LENGTH:
        raise ValueError(f"has more than {MAX_LENGTH} characters")
    if not (_SIGNED if signed else _DECIMAL).fullmatch(text):
        raise ValueError('must be a decimal string like "3.45", not negative')
    return Fraction(text)


def quotient(text: str) -> Fraction:
    """The exact value of a decimal string or of a fraction such as "19/30". ValueError otherwise."""
    parts = _QUOTIENT.fullmatch(text) if len(text) <= MAX_LENGTH else None
    if parts is None:
        return decimal(text)
    if int(parts[2]) == 0:
        raise ValueError("divides by zero")
    return Fraction(int(parts[1]), int(parts[2]))


def fen(text: str) -> int:
    """Yuan as a decimal string to whole fen. ValueError where the value is not in whole fen."""
    value = decimal(text) * 100
    if value.denominator != 1:
        raise ValueError("must be in whole cents, that is, with at most two decimals")
    return value.numerator


def yuan(amount_fen: int) -> str:
    """Fen to yuan with two decimals: 427016 -> "4270.16"."""
    sign = "-" if amount_fen < 0 else ""
    whole, cents = divmod(abs(amount_fen), 100)
    return f"{sign}{whole}.{cents:02d}"


def whole(num: int, den: int, how: str = "half_up") -> int:
    """The exact value num / den (den > 0) as an integer, rounded "half_up", "half_even" or "up".

    The tie is decided on the whole fraction, never on a quotient that was cut off.
    """
    if how == "up":
        return -(-num // den)
    low, rest = divmod(num, den)
    if how == "half_even" and 2 * rest == den:
        return low + low % 2
    return low + (2 * rest >= den)


def whole_fen(value: Fraction, how: str = "half_up") -> int:
    """An exact number of fen rounded to whole fen."""
    return whole(value.numerator, value.denominator, how)
