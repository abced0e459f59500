"""Dates as people say them, in Asia/Shanghai: `{{ t|moment }}` is 11 月 23 日 14:00; also `day`, `clock`, `term` …"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django import template
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

register = template.Library()

HERE = ZoneInfo("Asia/Shanghai")


def _local(value: datetime) -> datetime:
    return value.astimezone(HERE) if value.tzinfo else value


@register.filter
def term(months: int | None) -> str:
    """A length in months as people say it: 20 years, 18 months; "—" where none is set."""
    if not months:
        return "—"
    years, rest = divmod(months, 12)
    if rest:
        return ngettext("%(n)s month", "%(n)s months", months) % {"n": months}
    return ngettext("%(n)s year", "%(n)s years", years) % {"n": years}


@register.filter(expects_localtime=False)
def moment(value: datetime | None) -> str:
    """Day and minute without the year: 11 月 23 日 14:00, in Asia/Shanghai. Empty for None."""
    if not value:
        return ""
    # Translators: a moment, e.g. "Nov 23, 14:00"; uses Django's date format letters
    return date_format(_local(value), _("M j, H:i"))


@register.filter(expects_localtime=False)
def moment_full(value: datetime | None) -> str:
    """Year, day and second, for records that are kept: 2026 年 11 月 23 日 14:34:22."""
    if not value:
        return ""
    # Translators: a moment with its year and second; uses Django's date format letters
    return date_format(_local(value), _("M j, Y, H:i:s"))


@register.filter(expects_localtime=False)
def day(value: date | datetime | None) -> str:
    """Day with its year: 2026 年 11 月 23 日. A datetime is first taken to Asia/Shanghai."""
    if not value:
        return ""
    # Translators: a day with its year; uses Django's date format letters
    return date_format(_local(value) if isinstance(value, datetime) else value, _("M j, Y"))


@register.filter(expects_localtime=False)
def day_short(value: date | datetime | None) -> str:
    """Day without its year: 11 月 23 日."""
    if not value:
        return ""
    # Translators: a day without its year; uses Django's date format letters
    return date_format(_local(value) if isinstance(value, datetime) else value, _("M j"))


@register.filter(expects_localtime=False)
def clock(value: datetime | None) -> str:
    """Hour, minute, second: 14:34:22."""
    return _local(value).strftime("%H:%M:%S") if value else ""


@register.simple_tag
def time_tag(value: datetime | None, how: str = "moment") -> str:
    """`<time>` that machines read as well; `how` names one of the filters above."""
    if not value:
        return ""
    shown = {"moment": moment, "full": moment_full, "day": day, "day_short": day_short, "clock": clock}[how](value)
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), shown)


@register.filter
def span(value: timedelta | None) -> str:
    """A length of time in its two largest units, rounded down: 2 days 3 hours, 5 minutes 1 second."""
    if value is None:
        return ""
    left = max(0, int(value.total_seconds()))
    parts: list[str] = []
    for seconds, say in (
        (86400, lambda n: ngettext("%(n)s day", "%(n)s days", n)),
        (3600, lambda n: ngettext("%(n)s hour", "%(n)s hours", n)),
        (60, lambda n: ngettext("%(n)s minute", "%(n)s minutes", n)),
        (1, lambda n: ngettext("%(n)s second", "%(n)s seconds", n)),
    ):
        amount, left = divmod(left, seconds)
        if amount or (seconds == 1 and not parts):
            parts.append(say(amount) % {"n": amount})
        elif parts:
            break
    return " ".join(parts[:2])
