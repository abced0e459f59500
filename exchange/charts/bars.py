"""Charts that compare amounts: bars side by side, a histogram, one stacked bar, a funnel, a limit, a ring."""

from collections.abc import Sequence
from itertools import pairwise

from exchange.charts.svg import element, nice_ticks, number, path, picture, text, tick_label
from exchange.charts.trend import Frame, box, two_sizes

Series = tuple[str, Sequence[float]]


def groups(
    labels: Sequence[str], series: Sequence[Series], sentence: str, *, unit: str = "", width: float = 420
) -> str:
    """Bars of several series side by side under each label; the legend is the page's (`class="lg"`, k1…k7)."""
    if not labels:
        return ""
    roomy, tight = two_sizes(width, 230, 58, 8)
    drawn = [
        picture(frame.width, frame.height, sentence, _groups(frame, labels, series, unit), frame.css)
        for frame in (roomy, tight)
    ]
    return box(width, drawn)


def _groups(frame: Frame, labels: Sequence[str], series: Sequence[Series], unit: str) -> list[str]:
    ticks = nice_ticks(max((max(values, default=0) for _, values in series), default=0), 3)
    drawn = frame.grid(ticks, unit)
    slot = 1 / len(labels)
    each = min(24.0, (frame.edge - frame.left) * slot * 0.8 / len(series))
    for i, label in enumerate(labels):
        middle = frame.x((i + 0.5) * slot)
        for k, (_, values) in enumerate(series):
            top = frame.y(values[i] / ticks[-1])
            left = middle + (k - len(series) / 2) * each
            drawn.append(
                element("rect", class_=f"c{k + 1}", x=left, y=top, width=each - 2, height=frame.floor - top, rx=2)
            )
        drawn.append(text(middle, frame.height - 10, label, text_anchor="middle"))
    return [*drawn, frame.axis()]


def histogram(
    edges: Sequence[float],
    counts: Sequence[int],
    sentence: str,
    *,
    middle: tuple[float, str] | None = None,
    here: tuple[float, str] | None = None,
    unit: str = "",
    width: float = 760,
) -> str:
    """How many fell between the edges; `middle` (median) and `here` (this one) are a value with its words."""
    if not counts:
        return ""
    frames = (Frame(width, 200, 12, 12, 40, 50, "ch roomy"), Frame(350, 220, 8, 8, 44, 50, "ch tight"))
    drawn = [
        picture(frame.width, frame.height, sentence, _histogram(frame, edges, counts, middle, here, unit), frame.css)
        for frame in frames
    ]
    return box(width, drawn)


def _histogram(
    frame: Frame,
    edges: Sequence[float],
    counts: Sequence[int],
    middle: tuple[float, str] | None,
    here: tuple[float, str] | None,
    unit: str,
) -> list[str]:
    low, high, top = edges[0], edges[-1], max(counts) or 1

    def x(value: float) -> float:
        return frame.x(min(1.0, max(0.0, (value - low) / (high - low))))

    drawn = []
    for i, ((start, end), count) in enumerate(zip(pairwise(edges), counts, strict=True)):
        y = frame.y(count / top)
        css = "here" if here and start <= here[0] < end else "b1"
        drawn.append(
            element("rect", class_=css, x=x(start), y=y, width=x(end) - x(start) - 4, height=frame.floor - y, rx=2)
        )
        if i % (1 if "roomy" in frame.css else 3) == 0:
            drawn.append(text(x(start), frame.floor + 20, tick_label(start), text_anchor="middle" if i else "start"))
    for found, css, y in ((middle, "mid", 14), (here, "s", 32)):
        if found:
            drawn.append(path(f"M{number(x(found[0]))} {y + 4}V{number(frame.floor)}", class_=f"{css}-line"))
            right = x(found[0]) > frame.width / 2
            anchor, shift = ("end", -6) if right else ("start", 6)
            drawn.append(text(x(found[0]) + shift, y, found[1], class_=css, text_anchor=anchor))
    return [*drawn, frame.axis(), text(frame.width / 2, frame.height - 6, unit, text_anchor="middle")]


def stacked(parts: Sequence[tuple[str, float]], sentence: str, *, css: str = "c", width: float = 420) -> str:
    """One bar of several parts; `css` is the first letter of the colour classes (c: series, g: classes of loans)."""
    whole = sum(amount for _, amount in parts)
    if whole <= 0:
        return ""
    drawn, x = [], 0.0
    for k, (_, amount) in enumerate(parts):
        wide = amount / whole * width
        if amount > 0:
            shown = max(wide - 1.5, 1.5)
            drawn.append(element("rect", class_=f"{css}{k + 1}", x=x, width=shown, height=20, rx=2))
        x += wide
    return picture(width, 20, sentence, drawn, "ch stack", stretch=True)


def funnel(stages: Sequence[tuple[str, int]], sentence: str, *, width: float = 300) -> str:
    """How many were left after each stage, with their share of the first."""
    first = stages[0][1] if stages else 0
    if first <= 0:
        return ""
    names = max(width * 0.313, *(_room_for(name) for name, _count in stages))
    step, widest = 52, min(width * 0.44, width - names - 70)
    middle = names + widest / 2
    drawn = []
    for i, (name, count) in enumerate(stages):
        wide, y = max(count / first * widest, 2.0), i * step
        drawn.append(
            element("rect", class_=f"fn{i + 1}", x=middle - wide / 2, y=y + 4, width=wide, height=step - 15, rx=3)
        )
        if i + 1 < len(stages):
            below = max(stages[i + 1][1] / first * widest, 2.0)
            data = f"M{number(middle - wide / 2)} {y + step - 11}L{number(middle - below / 2)} {y + step + 4}"
            data += f"H{number(middle + below / 2)}L{number(middle + wide / 2)} {y + step - 11}Z"
            drawn.append(path(data, class_="fall"))
        inside = wide > 14 * len(f"{count:,}")
        drawn.append(text(0, y + 27, name, class_="i2"))
        x, css, anchor = (middle, "w", "middle") if inside else (middle + wide / 2 + 6, "b", "start")
        drawn.append(text(x, y + 27, f"{count:,}", class_=css, text_anchor=anchor))
        drawn.append(text(width, y + 27, f"{count / first:.1%}", text_anchor="end"))
    return picture(width, len(stages) * step, sentence, drawn, "ch fun")


def _room_for(name: str) -> float:
    """Return how wide a name of a stage is in units of the drawing: a Chinese sign is as wide as two letters."""
    return sum(18 if ord(sign) > 0x2E80 else 9.2 for sign in name) + 6


def bullet(average: float, most: float, limit: float) -> str:
    """Average and nine tenths against a limit; decoration beside the numbers of a table."""

    def x(value: float) -> float:
        return min(value / limit, 1.25) * 120 if limit else 0.0

    late = "late" if most > limit else "b1"
    drawn = [
        element("rect", class_="bar-ground", y=6, width=150, height=8, rx=2),
        element("rect", class_=late, y=6, width=x(most), height=8, rx=2),
        element("rect", class_="c1", y=6, width=x(average), height=8, rx=2),
        path("M120 1V19", class_="s-line"),
    ]
    return picture(152, 20, "", drawn, "ch")


def ring(share: float, words: str, sentence: str) -> str:
    """A ring that is full to `share` (0…1) with words in its middle."""
    share = min(1.0, max(0.0, share))
    arc = {"cx": 60, "cy": 60, "r": 50, "fill": "none", "stroke_width": 12}
    drawn = [
        element("circle", class_="ring-ground", **arc),
        element(
            "circle",
            class_="ring-full",
            pathLength=100,
            stroke_dasharray=f"{number(share * 100)} 100",
            transform="rotate(-90 60 60)",
            **arc,
        ),
        text(60, 66, words, class_="ring-words", text_anchor="middle"),
    ]
    return picture(120, 120, sentence, drawn, "ch ring-chart")
