"""Values of the rulebook in words."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from exchange.templatetags.dates import term
from exchange.templatetags.money import percent


def in_own_language(text: str) -> str:
    """Return the source or note of a rule, which is kept in Chinese, as its reader speaks.

    The English stands beside the product's own rules in `data/english.json`; what an operator has added is shown
    as it was entered.
    """
    return _english().get(text, text) if (get_language() or "").startswith("en") else text


@cache
def _english() -> dict[str, str]:
    path = Path(__file__).parent / "data" / "english.json"
    return dict(json.loads(path.read_text(encoding="utf-8")))


def in_words(value: Any, unit: str) -> str:
    """Return a parameter's value as people say it: 10 working days, 30%, yes, no limit."""
    if value is None:
        return _("no limit")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        organs = {"assembly": _("members' assembly"), "delegates": _("delegates' assembly")}
        return _(" or ").join(str(organs.get(item, item)) for item in value)
    if unit == "bp":
        return percent(value)
    return term(value) if unit == "month" and value else _counted(value, unit)


def _counted(n: int, unit: str) -> str:
    forms = {
        "working_day": ngettext("%(n)s working day", "%(n)s working days", n),
        "calendar_day": ngettext("%(n)s calendar day", "%(n)s calendar days", n),
        "hour": ngettext("%(n)s hour", "%(n)s hours", n),
        "month": ngettext("%(n)s month", "%(n)s months", n),
        "minute": ngettext("%(n)s minute", "%(n)s minutes", n),
        "bidder": ngettext("%(n)s bidder", "%(n)s bidders", n),
        "step": ngettext("%(n)s step", "%(n)s steps", n),
        "time": ngettext("%(n)s time", "%(n)s times", n),
    }
    return forms[unit] % {"n": n} if unit in forms else str(n)
