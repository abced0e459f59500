"""Money, areas, rates: `{{ fen|yuan }}`, `|capitals`, `|wan`, `|yi`, `{{ m2|mu }}`, `{{ bp|percent }}`."""

from decimal import ROUND_HALF_UP, Decimal

from django import template

from exchange import money

register = template.Library()

FEN_PER_YUAN = 100
CENT = Decimal("0.01")


def _yuan(fen: int) -> Decimal:
    return Decimal(fen) / FEN_PER_YUAN


def _half_up(value: Decimal, step: Decimal = CENT) -> Decimal:
    return value.quantize(step, ROUND_HALF_UP)


def _short(value: Decimal, places: int) -> str:
    rounded = _half_up(value, Decimal(1).scaleb(-places))
    shown = f"{rounded:,f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


@register.filter
def yuan(fen: int | None) -> str:
    """Fen as ¥128,600, with decimals only when there are fen: ¥14,728.65. Empty for None."""
    if fen in (None, ""):
        return ""
    sign = "−" if fen < 0 else ""
    whole, rest = divmod(abs(int(fen)), FEN_PER_YUAN)
    return f"{sign}¥{whole:,}.{rest:02d}" if rest else f"{sign}¥{whole:,}"


@register.filter
def yuan_exact(fen: int | None) -> str:
    """Fen as ¥14,728.00: always with two decimals, for accounts and schedules."""
    if fen in (None, ""):
        return ""
    sign = "−" if fen < 0 else ""
    whole, rest = divmod(abs(int(fen)), FEN_PER_YUAN)
    return f"{sign}¥{whole:,}.{rest:02d}"


@register.filter
def plain_yuan(fen: int | None) -> str:
    """Fen as 14728.00, for copying into a bank's form."""
    return "" if fen in (None, "") else f"{_yuan(int(fen)):.2f}"


@register.filter
def capitals(fen: int | None) -> str:
    """Fen in capital amounts (大写): 人民币壹拾贰万捌仟陆佰元整."""
    return "" if fen in (None, "") else money.in_capitals(int(fen))


@register.filter
def wan(fen: int | None) -> str:
    """Fen in ten thousands of yuan (万元), at most two decimals: 125.87. The page writes the unit."""
    return "" if fen in (None, "") else _short(_yuan(int(fen)) / 10_000, 2)


@register.filter
def yi(fen: int | None) -> str:
    """Fen in hundred millions of yuan (亿元), always two decimals: 1.80. The page writes the unit."""
    return "" if fen in (None, "") else f"{_half_up(_yuan(int(fen)) / 100_000_000):,}"


@register.filter
def mu(area_m2: Decimal | None) -> str:
    """Square metres as mu (亩) with two decimals: 86.00. The page writes the unit."""
    return "" if area_m2 is None or area_m2 == "" else f"{_half_up(money.square_metres_to_mu(Decimal(area_m2))):,}"


@register.filter
def m2(area_m2: Decimal | None) -> str:
    """Square metres without needless decimals: 57,333.3."""
    return "" if area_m2 is None or area_m2 == "" else _short(Decimal(area_m2), 2)


@register.filter
def percent(rate_bp: int | None) -> str:
    """Basis points as per cent: 385 → 3.85%, 2000 → 20%."""
    return "" if rate_bp is None or rate_bp == "" else f"{_short(Decimal(rate_bp) / 100, 2)}%"


@register.filter
def thousands(value: int | Decimal | None) -> str:
    """A plain number with separators: 6,143."""
    return "" if value is None or value == "" else f"{value:,}"
