"""`{{ text|own_language }}`: of a text that was entered in two languages, the one that the reader speaks."""

from __future__ import annotations

import re

from django import template
from django.utils.translation import get_language

register = template.Library()

# Chinese up to its last sign, then at least three words in Latin letters up to the end.
_TWICE = re.compile(r"(?P<zh>.*[\u3001-\u303f\u4e00-\u9fff\uff01-\uff5e])\s*(?P<en>[A-Z][\x20-\x7e–—‘’“”]*)", re.DOTALL)


@register.filter
def own_language(text: str) -> str:
    """Return the reader's half of “中文。English.”; a text in one language is returned as it is."""
    said = _TWICE.fullmatch(text or "")
    if not said or said["en"].count(" ") < 2:
        return text
    return said["en"] if (get_language() or "").startswith("en") else said["zh"].strip()
