"""Stand-in until the pure functions land."""

from decimal import Decimal


def fen_to_yuan(fen: int) -> str:
    return str(Decimal(fen) / 100)


def yuan_to_fen(text: str) -> int:
    return int(Decimal(text) * 100)
