"""Charts over time: a line with bars, a price that climbs in steps, a spark beside a figure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from exchange.charts.svg import element, line_through, nice_ticks, number, path, picture, text, tick_label


@dataclass(frozen=True, slots=True)
class Frame:
    """A drawing area inside a picture, and how values become places in it."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    css: str = ""

    @property
    def floor(self) -> float:
        """The y of the horizontal axis."""
        return self.height - self.bottom

    @property
    def edge(self) -> float:
        """The x where the drawing area ends on the right."""
        return self.width - self.right

    def x(self, share: float) -> float:
        """The x at a share 0…1 of the drawing area."""
        return self.left + share * (self.edge - self.left)

    def y(self, share: float) -> float:
        """The y at a share 0…1 of the drawing area's height, from below."""
        return self.floor - share * (self.floor - self.top)

    def grid(self, ticks: Sequence[float], unit: str) -> list[str]:
        """Horizontal lines with their values on the left; the unit above them."""
        top = ticks[-1] or 1
        drawn = [text(self.left - 8, 14, unit, text_anchor="end")] if unit else []
        for tick in ticks:
            y = self.y(tick / top)
            drawn.append(path(f"M{number(self.left)} {number(y)}H{number(self.edge)}", class_="gl"))
            drawn.append(text(self.left - 8, y + 5, tick_label(tick), text_anchor="end"))
        return drawn

    def axis(self) -> str:
        """The line at the foot."""
        return path(f"M{number(self.left)} {number(self.floor)}H{number(self.edge)}", class_="ax")


def box(width: float, pictures: Iterable[str]) -> str:
    """The sizes of one chart together; the sheet shows the one that fits the room."""
    return element("div", "".join(pictures), class_="chartbox small" if width < 500 else "chartbox")


def two_sizes(width: float, height: float, left: float, right: float) -> tuple[Frame, Frame]:
    """The same drawing for much room and for little: a shrunk drawing has letters too small to read."""
    return (
        Frame(width, height, left, right, 28, 32, "ch roomy"),
        Frame(350, 240, min(left, 46), min(right, 34), 28, 32, "ch tight"),
    )


def line_and_bars(
    labels: Sequence[str],
    line: Sequence[float],
    bars: Sequence[float],
    sentence: str,
    *,
    line_unit: str = "",
    bar_unit: str = "",
    last_open: bool = False,
    width: float = 800,
    height: float = 360,
) -> str:
    """A line (left axis) over bars (right axis), in two sizes. `last_open`: the last period still runs, dashed."""
    if not labels:
        return ""
    roomy, tight = two_sizes(width, height, 62, 46)
    drawn = []
    for frame, every in ((roomy, 1 if width > 500 else 2), (tight, 3)):
        content = _line_and_bars(frame, labels, line, bars, (line_unit, bar_unit), last_open, every)
        drawn.append(picture(frame.width, frame.height, sentence, content, frame.css))
    return box(width, drawn)


def _line_and_bars(
    frame: Frame,
    labels: Sequence[str],
    line: Sequence[float],
    bars: Sequence[float],
    units: tuple[str, str],
    last_open: bool,
    every: int,
) -> list[str]:
    ticks, bar_ticks = nice_ticks(max(line, default=0)), nice_ticks(max(bars, default=0), 3)
    drawn = frame.grid(ticks, units[0])
    drawn.append(text(frame.edge + 8, 14, units[1], text_anchor="middle") if units[1] else "")
    # Bars fill the lower part only, so that the line stays clear of them.
    low = 0.55
    for tick in bar_ticks:
        drawn.append(text(frame.edge + 10, frame.y(tick / bar_ticks[-1] * low) + 5, tick_label(tick)))
    count = len(labels)
    bar_width = min(26, (frame.edge - frame.left) / count * 0.5)
    for i, (label, value) in enumerate(zip(labels, bars, strict=True)):
        x, top = frame.x((i + 0.5) / count), frame.y(value / bar_ticks[-1] * low)
        css = "b1 open" if last_open and i == count - 1 else "b1"
        drawn.append(
            element("rect", class_=css, x=x - bar_width / 2, y=top, width=bar_width, height=frame.floor - top, rx=2)
        )
        if i % every == (count - 1) % every:
            drawn.append(text(x, frame.height - 10, label, text_anchor="middle"))
    points = [(frame.x((i + 0.5) / count), frame.y(value / ticks[-1])) for i, value in enumerate(line)]
    solid = points[:-1] if last_open else points
    if len(solid) > 1:
        drawn.append(path(line_through(solid), class_="ln"))
    if last_open and len(points) > 1:
        drawn.append(path(line_through(points[-2:]), class_="ln", stroke_dasharray="4 4"))
    drawn += [element("circle", class_="pt", cx=x, cy=y, r=3.5) for x, y in points]
    highest = max(range(count), key=lambda i: line[i])
    x, y = points[highest]
    drawn.append(text(x, y - 10, tick_label(round(line[highest])), class_="s", text_anchor="middle"))
    return [*drawn, frame.axis()]


def steps(
    points: Sequence[tuple[float, float]],
    sentence: str,
    *,
    x_ticks: Sequence[tuple[float, str]] = (),
    end: float | None = None,
    marks: Sequence[float] = (),
    unit: str = "",
    width: float = 780,
    height: float = 230,
) -> str:
    """A price that stays until the next bid: `points` are (seconds, price) in order; `marks` are extensions."""
    if not points:
        return ""
    roomy, tight = two_sizes(width, height, 66, 14)
    last = max(points[-1][0] if end is None else end, points[-1][0])
    span = (points[0][0], max(last, points[0][0] + 1))
    drawn = [
        picture(frame.width, frame.height, sentence, _steps(frame, points, span, x_ticks, marks, unit), frame.css)
        for frame in (roomy, tight)
    ]
    return box(width, drawn)


def _steps(
    frame: Frame,
    points: Sequence[tuple[float, float]],
    span: tuple[float, float],
    x_ticks: Sequence[tuple[float, str]],
    marks: Sequence[float],
    unit: str,
) -> list[str]:
    low, high = points[0][1], max(price for _, price in points)
    room = (high - low) or high or 1
    bottom = max(0.0, low - room * 0.15)

    def x(at: float) -> float:
        return frame.x((at - span[0]) / (span[1] - span[0]))

    def y(price: float) -> float:
        return frame.y((price - bottom) / (high + room * 0.12 - bottom))

    drawn = [text(frame.left - 8, 14, unit, text_anchor="end")] if unit else []
    for price in dict.fromkeys((low, (low + high) / 2, high)):
        drawn.append(path(f"M{number(frame.left)} {number(y(price))}H{number(frame.edge)}", class_="gl"))
        drawn.append(text(frame.left - 8, y(price) + 5, tick_label(round(price)), text_anchor="end"))
    for mark in marks:
        drawn.append(path(f"M{number(x(mark))} {number(frame.top)}V{number(frame.floor)}", class_="mk"))
    data = f"M{number(x(points[0][0]))} {number(y(points[0][1]))}"
    data += "".join(f"H{number(x(at))}V{number(y(price))}" for at, price in points[1:]) + f"H{number(x(span[1]))}"
    drawn.append(path(f"{data}V{number(frame.floor)}H{number(x(points[0][0]))}Z", class_="area"))
    drawn.append(path(data, class_="ln"))
    drawn += [element("circle", class_="pt", cx=x(at), cy=y(price), r=4.0) for at, price in points]
    shown = x_ticks if "roomy" in frame.css else x_ticks[:: max(1, len(x_ticks) // 3)]
    drawn += [text(x(at), frame.height - 10, label, text_anchor="middle") for at, label in shown]
    return [*drawn, frame.axis()]


def spark(values: Sequence[float]) -> str:
    """A small line beside a figure; the figure says it, so the line is decoration. Empty for fewer than two values."""
    if len(values) < 2:
        return ""
    top = max(values) or 1
    points = [(2 + i * 84 / (len(values) - 1), 30 - value / top * 26) for i, value in enumerate(values)]
    line = line_through(points)
    return picture(88, 34, "", [path(f"{line}V34H2Z", class_="spark-area"), path(line, class_="spark-line")], "spark")
