"""`{% icon "search" %}` and `{% logo %}`: our own line icons, drawn in the colour of the text around them."""

import json
from functools import cache
from pathlib import Path

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

ICONS_FILE = Path(__file__).resolve().parent.parent / "data" / "icons.json"


@cache
def drawings() -> dict[str, str]:
    """Icon name → the inside of its 24 × 24 SVG."""
    return json.loads(ICONS_FILE.read_text("utf-8"))


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """One icon, hidden from screen readers: the words beside it carry the meaning. KeyError if unknown."""
    return format_html(
        '<svg class="ic{}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>',
        f" {css}" if css else "",
        mark_safe(drawings()[name]),  # noqa: S308 our own file
    )


@register.simple_tag
def logo() -> SafeString:
    """The mark of the exchange: hills, terraces and an ear of rice on purple soil."""
    return mark_safe(LOGO)  # noqa: S308 our own words


LOGO = (
    '<svg viewBox="0 0 56 56" aria-hidden="true" focusable="false">'
    '<rect width="56" height="56" rx="9" fill="#7A2E38"/>'
    '<path d="M8 41c8-7 14 3 22-3s12-5 18-2M8 34c8-8 14 2 22-5s12-5 18-1M10 26c7-7 13 1 20-5s12-4 17 0" '
    'fill="none" '
    'stroke="#FBF2F0" stroke-width="3" stroke-linecap="round"/>'
    '<path d="M8 48h40" stroke="#F5CE71" stroke-width="3" stroke-linecap="round"/>'
    '<path d="M17 18l9-9 5 5 4-4 6 7" fill="none" stroke="#F5CE71" stroke-width="3" stroke-linecap="round" '
    'stroke-linejoin="round"/></svg>'
)
