"""Thin tags over `exchange.charts`: `{% scene seed "field" %}`, `{% contours 5 %}`, `{% bar 0.4 %}` …"""

from django import template
from django.utils.safestring import SafeString, mark_safe

from exchange.charts import art

register = template.Library()


@register.simple_tag
def scene(seed: int | str = 1, kind: str = "field") -> SafeString:
    """A hill scene for a listing without a photo; words are taken as a seed too."""
    number = seed if isinstance(seed, int) else sum(map(ord, str(seed)))
    return mark_safe(art.scene(number % 9973, kind))  # noqa: S308 drawn by us, attributes escaped


@register.simple_tag
def contours(seed: int = 5, width: int = 900, height: int = 420) -> SafeString:
    """Contour lines as ground of a dark panel (`class="ct"` on the panel)."""
    return mark_safe(art.contours(seed, width, height))  # noqa: S308


@register.simple_tag
def empty_scene() -> SafeString:
    """Bare terraces with a flag."""
    return mark_safe(art.empty_scene())  # noqa: S308


@register.simple_tag
def terrace_edge() -> SafeString:
    """The steps that close the hero."""
    return mark_safe(art.terrace_edge())  # noqa: S308


@register.simple_tag
def bar(share: float, colour: str = "#157A5C") -> SafeString:
    """A thin bar; `share` from 0 to 1."""
    return mark_safe(art.bar(share, colour))  # noqa: S308
