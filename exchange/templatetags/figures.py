"""Figures as a wall shows them: `{{ fen|whole_wan }}` is 10,118."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from django import template

register = template.Library()

FEN_PER_WAN = 1_000_000


@register.filter
def whole_wan(fen: int | None) -> str:
    """Fen in whole ten thousands of yuan (万元), half up; empty for None. The page writes the unit."""
    if fen is None:
        return ""
    return f"{(Decimal(fen) / FEN_PER_WAN).quantize(Decimal(1), ROUND_HALF_UP):,}"
