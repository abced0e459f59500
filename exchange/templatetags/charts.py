"""Thin tags over `exchange.charts`: `{% scene seed "field" %}`, `{% contours 5 %}`, `{% bar 0.4 %}` …"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from exchange.charts import art, bars, maps, trend

register = template.Library()

Numbers = Sequence[float]
Shades = Mapping[str, maps.Shade]


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


@register.simple_tag
def line_and_bars(labels: Sequence[str], line: Numbers, bars: Numbers, sentence: str, **options: Any) -> SafeString:
    """A line over bars, wide and narrow; options: line_unit, bar_unit, last_open, width, height."""
    return mark_safe(trend.line_and_bars(labels, line, bars, sentence, **options))  # noqa: S308


@register.simple_tag
def price_steps(points: Sequence[tuple[float, float]], sentence: str, **options: Any) -> SafeString:
    """A price in steps; options: x_ticks, end, marks, unit, width, height."""
    return mark_safe(trend.steps(points, sentence, **options))  # noqa: S308


@register.simple_tag
def spark(values: Numbers) -> SafeString:
    """A small line beside a figure."""
    return mark_safe(trend.spark(values))  # noqa: S308


@register.simple_tag
def bar_groups(
    labels: Sequence[str], series: Sequence[bars.Series], sentence: str, unit: str = "", width: float = 420
) -> SafeString:
    """Bars side by side; series: pairs (name, values), colours k1, k2 … in the legend."""
    return mark_safe(bars.groups(labels, series, sentence, unit=unit, width=width))  # noqa: S308


@register.simple_tag
def histogram(edges: Numbers, counts: Sequence[int], sentence: str, **options: Any) -> SafeString:
    """How many fell between the edges; options: middle, here (value, words), unit, width."""
    return mark_safe(bars.histogram(edges, counts, sentence, **options))  # noqa: S308


@register.simple_tag
def stacked(parts: Sequence[tuple[str, float]], sentence: str, css: str = "c", width: float = 420) -> SafeString:
    """One bar of several parts (name, amount); css "g" gives the colours of the five classes of loans."""
    return mark_safe(bars.stacked(parts, sentence, css=css, width=width))  # noqa: S308


@register.simple_tag
def funnel(stages: Sequence[tuple[str, int]], sentence: str, width: float = 300) -> SafeString:
    """What was left after each stage (name, count)."""
    return mark_safe(bars.funnel(stages, sentence, width=width))  # noqa: S308


@register.simple_tag
def bullet(average: float, most: float, limit: float) -> SafeString:
    """Average and nine tenths against a limit, beside a table's numbers."""
    return mark_safe(bars.bullet(average, most, limit))  # noqa: S308


@register.simple_tag
def ring(share: float, words: str, sentence: str) -> SafeString:
    """A ring full to a share with words in its middle."""
    return mark_safe(bars.ring(share, words, sentence))  # noqa: S308


@register.simple_tag
def choropleth(shades: Shades, limits: Numbers, sentence: str, on: date | None = None) -> SafeString:
    """The districts in five classes; shades: code → `maps.Shade`; limits: four numbers, rising."""
    return mark_safe(maps.choropleth(shades, limits, sentence, on=on))  # noqa: S308


@register.simple_tag
def district_points(
    code: str, places: Sequence[maps.Place], sentence: str, width: float = 560, height: float = 440
) -> SafeString:
    """One district with its places (`maps.Place`) as circles."""
    return mark_safe(maps.points(code, places, sentence, width=width, height=height))  # noqa: S308


@register.simple_tag
def wall_map(
    shades: Shades, limits: Numbers, live: Sequence[str], sentence: str, callouts: Sequence[tuple[str, str, str]] = ()
) -> SafeString:
    """The map of the big screen; live: codes where an auction runs; callouts: up to three (code, figure, detail)."""
    return mark_safe(maps.wall(shades, limits, live, sentence, callouts))  # noqa: S308


@register.inclusion_tag("shared/_map_key.html")
def map_key(limits: Numbers, unit: str) -> dict[str, object]:
    """The legend of a choropleth and the source of its ground."""
    return {"classes": maps.key(limits), "unit": unit}
