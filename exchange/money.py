"""Money in whole fen, rates in basis points, areas in square metres.

Every function is pure and needs the standard library alone, so the engines may use it. Amounts are
integers of fen (分, 1/100 yuan); nothing here touches binary fractions. Nonsense raises ValueError
with a sentence that says what is wrong.
"""

import re
from decimal import Decimal
from fractions import Fraction

# Marks a sentence for the translation catalogue; whoever shows it translates it: gettext(str(error)).
_ = str

# Sixteen places of yuan (仟万亿) is what Chinese capitals can say, and fits a 64-bit column.
MAX_FEN = 10**18 - 1

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_YUAN = re.compile(r"(-?)([0-9]{1,16})(?:\.([0-9]{1,2}))?", re.ASCII)


def divide_half_up(numerator: int, denominator: int) -> int:
    """The one rounding rule (四舍五入): the nearest integer, halves away from zero."""
    if denominator == 0:
        raise ValueError("Nothing can be divided by zero.")
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    rounded = (2 * abs(numerator) + denominator) // (2 * denominator)
    return rounded if numerator >= 0 else -rounded


def share_bp(amount_fen: int, bp: int) -> int:
    """The given share of an amount, in fen; 10,000 basis points are the whole. Rounded once, half up."""
    return divide_half_up(_whole_fen(amount_fen) * bp, 10_000)


def largest_remainder(total_fen: int, weights: list[int]) -> list[int]:
    """Split a total by weights so that the rows add up to it to the fen (最大余数法).

    Every row first gets its share rounded down; the fen left over go one each to the largest
    remainders, the earlier row first where they are equal. A row of weight 0 gets nothing. A negative
    total (a reversal) is split exactly as the positive one, with the sign turned.
    Raises ValueError for no weights, a negative weight, or weights that are all zero.
    """
    _whole_fen(total_fen)
    if any(type(weight) is not int or weight < 0 for weight in weights):
        raise ValueError(_("Every weight must be a whole number, zero or more."))
    whole = sum(weights)
    if whole == 0:
        raise ValueError(_("Nobody has a weight above zero, so there is nobody to share among."))
    shares = [divmod(abs(total_fen) * weight, whole) for weight in weights]
    rows = [down for down, rest in shares]
    left_over = abs(total_fen) - sum(rows)
    by_remainder = sorted(range(len(rows)), key=lambda row: -shares[row][1])
    for row in by_remainder[:left_over]:
        rows[row] += 1
    return rows if total_fen >= 0 else [-row for row in rows]


def yuan_to_fen(text: str | Decimal) -> int:
    """Read an amount of yuan, such as "35000", "35000.5" or "-0.05", into fen, exactly.

    Raises ValueError for anything else: grouping commas, exponents, signs of currency, more than two
    decimals (even zeros), or an amount beyond MAX_FEN. Nothing is rounded away.
    """
    if isinstance(text, Decimal):
        if not text.is_finite() or text.adjusted() > 15:
            raise ValueError(_("The amount is not a number, or too large."))
        text = f"{text:f}"
    if not isinstance(text, str):
        raise ValueError("Give the amount as text or Decimal: a binary fraction cannot hold fen exactly.")
    found = _YUAN.fullmatch(text.strip())
    if found is None:
        raise ValueError(_("Write the amount in yuan with digits and at most two decimals, such as 35000.00."))
    sign, yuan, decimals = found.groups()
    fen = int(yuan) * 100 + int((decimals or "").ljust(2, "0"))
    return -fen if sign else fen


def fen_to_yuan(fen: int) -> str:
    """The money format of the API: yuan with exactly two decimals, such as "35000.00"."""
    yuan, rest = divmod(abs(_whole_fen(fen)), 100)
    return f"{'-' if fen < 0 else ''}{yuan}.{rest:02d}"


def group_thousands(fen: int) -> str:
    """Yuan for people to read: "128,600", or "128,600.50" where there are fen."""
    yuan, rest = divmod(abs(_whole_fen(fen)), 100)
    return f"{'-' if fen < 0 else ''}{yuan:,}" + (f".{rest:02d}" if rest else "")


def in_capitals(fen: int) -> str:
    """An amount in Chinese capitals (大写金额), by annex 1 of the PBOC payment rules.

    Where the rules leave a choice: no optional 零 (a 仟 after an empty 万 place, a 角 after an empty
    元 place), and 整 after 角. Raises ValueError for a negative amount and beyond MAX_FEN.
    """
    if _whole_fen(fen) < 0:
        raise ValueError(_("A negative amount cannot be written in capitals."))
    if fen > MAX_FEN:
        raise ValueError(_("The amount is too large to be written in capitals."))
    yuan, rest = divmod(fen, 100)
    jiao, cents = divmod(rest, 10)
    text = "人民币"
    if yuan or not rest:
        text += _integer_in_capitals(yuan) + "元"
    if jiao:
        text += _DIGITS[jiao] + "角"
    elif cents and yuan:
        text += "零"
    return text + (_DIGITS[cents] + "分" if cents else "整")


def square_metres_to_mu(area: Decimal) -> Decimal:
    """Square metres in mu (亩), 1 mu = 2000/3 m², to two decimals, half up.

    For show only: never convert back from the rounded figure.
    """
    return _two_decimals(_exact(area) * 3 / 2000)


def mu_to_square_metres(area: Decimal) -> Decimal:
    """Mu (亩) as entered by a person in square metres, to two decimals, half up."""
    return _two_decimals(_exact(area) * 2000 / 3)


def _whole_fen(fen: int) -> int:
    if type(fen) is not int:
        raise ValueError("An amount must be a whole number of fen.")
    return fen


def _exact(area: Decimal) -> Fraction:
    if type(area) not in (Decimal, int) or not Decimal(area).is_finite():
        raise ValueError("Give the area as a Decimal number.")
    return Fraction(area)


def _two_decimals(value: Fraction) -> Decimal:
    hundredths = divide_half_up(value.numerator * 100, value.denominator)
    digits = tuple(int(digit) for digit in str(abs(hundredths)))
    # Built from its digits: arithmetic on Decimal would round to the context's precision.
    return Decimal((1 if hundredths < 0 else 0, digits, -2))


def _integer_in_capitals(yuan: int) -> str:
    if yuan == 0:
        return "零"
    digits = [int(digit) for digit in reversed(str(yuan))]
    text, gap = "", False
    for place in reversed(range(len(digits))):
        if digits[place]:
            # A 仟 right after an empty 万 place is where the rules leave the 零 to us.
            optional = place % 8 == 3 and gap
            text += "零" if gap and not optional else ""
            text += _DIGITS[digits[place]] + _PLACES[place % 4]
        gap = digits[place] == 0
        text += _mark(yuan, place)
    return text


def _mark(yuan: int, place: int) -> str:
    """万 or 亿 after the last place of its group, if anything stands in that group."""
    if place == 8:
        return "亿"
    return "万" if place % 8 == 4 and yuan // 10**place % 10_000 else ""
