"""Maps: districts coloured by a figure, points inside one district. The page names the source of the ground."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from exchange.charts import atlas
from exchange.charts.svg import element, path, text

# Too small for a label at this scale: the inner city.
UNLABELLED = {"500103", "500104", "500105", "500106", "500107", "500108"}


@dataclass(frozen=True, slots=True)
class Shade:
    """What the map says of one district: its figure, the sentence for its link, the address (or nothing)."""

    value: float
    words: str
    address: str = ""


def colour_class(value: float, limits: Sequence[float]) -> int:
    """Return 0 for nothing, else 1 to 5: one more than the number of limits reached (four limits, five classes)."""
    return 0 if value <= 0 else 1 + sum(value >= limit for limit in limits)


def choropleth(shades: Mapping[str, Shade], limits: Sequence[float], sentence: str, *, on: date | None = None) -> str:
    """Chongqing's districts in five classes; districts that `shades` does not know are drawn as empty."""
    drawn, labels = [], []
    for unit in atlas.units(on):
        shade = shades.get(unit.code, Shade(0, unit.name))
        level = colour_class(shade.value, limits)
        shape = path(unit.path, class_=f"q{level}")
        if shade.address:
            drawn.append(element("a", shape, href=shade.address, aria_label=shade.words))
        else:
            drawn.append(shape)
        if unit.code not in UNLABELLED:
            css = f"{'on' if level > 3 else ''}{'' if level > 2 else ' minor'}".strip() or None
            labels.append(text(unit.x, unit.y + 5, unit.short, class_=css, aria_hidden="true"))
    return _map("".join([*drawn, *labels]), "map", f"0 0 {atlas.WIDTH} {atlas.HEIGHT}", sentence)


def _map(content: str, css: str, view: str, sentence: str) -> str:
    drawn = element("svg", content, class_=css, viewBox=view, role="group", aria_label=sentence)
    return element("div", drawn, class_="mapbox")


@dataclass(frozen=True, slots=True)
class Place:
    """A point: where it is, how much it stands for, what its label and its link say."""

    name: str
    longitude: float
    latitude: float
    value: float
    words: str
    address: str = ""


def points(code: str, places: Sequence[Place], sentence: str, *, width: float = 560, height: float = 440) -> str:
    """One district, its surroundings faint, its places as circles whose area grows with their value."""
    own = atlas.unit(code)
    zoom, left, top = _window(own.path, width, height)
    ground = [path(unit.path, class_="me" if unit.code == code else "base") for unit in atlas.units() if unit != own]
    # The lines keep their strength although the map is drawn larger.
    shapes = element(
        "g",
        "".join([*ground, path(own.path, class_="me")]),
        transform=f"scale({zoom:.3f}) translate({-left:.1f} {-top:.1f})",
    )
    drawn = [element("rect", width=width, height=height, class_="sea"), shapes]
    top_value = max((place.value for place in places), default=0) or 1
    for place in sorted(places, key=lambda place: -place.value):
        drawn.append(_circle(place, top_value, zoom, left, top))
    inset = "".join(path(unit.path, class_="on" if unit.code == code else None) for unit in atlas.units())
    drawn.append(element("g", inset, class_="inset", transform=f"translate({width - 105} {height - 100}) scale(.11)"))
    clip = element("clipPath", element("rect", width=width, height=height, rx=6), id=f"clip-{code}")
    content = element("defs", clip) + element("g", "".join(drawn), clip_path=f"url(#clip-{code})")
    return _map(content, "ch tmap", f"0 0 {width:g} {height:g}", sentence)


def _circle(place: Place, top_value: float, zoom: float, left: float, top: float) -> str:
    x, y = atlas.project(place.longitude, place.latitude)
    x, y = (x - left) * zoom, (y - top) * zoom
    radius = 4 + 16 * math.sqrt(max(place.value, 0) / top_value)
    circle = element("circle", cx=x, cy=y, r=radius, class_=None if place.value > 0 else "z")
    label = ""
    if place.value >= top_value / 6:
        label = text(x, y + radius + 14, place.name, text_anchor="middle", aria_hidden="true")
    if place.address:
        return element("a", circle, href=place.address, aria_label=place.words) + label
    return circle + label


def _window(data: str, width: float, height: float) -> tuple[float, float, float]:
    """Return zoom and upper left corner so that the outline fills the picture with a small margin."""
    x = y = 0.0
    xs, ys = [], []
    for ring in data.split("M")[1:]:
        start, steps = ring.rstrip("z").split("l")
        x, y = map(float, start.split())
        numbers = [float(step) for step in steps.split()]
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + dx, y + dy
            xs.append(x)
            ys.append(y)
    zoom = min(width / (max(xs) - min(xs)), height / (max(ys) - min(ys))) * 0.86
    left = (max(xs) + min(xs)) / 2 - width / zoom / 2
    top = (max(ys) + min(ys)) / 2 - height / zoom / 2
    return zoom, left, top


def key(limits: Sequence[float]) -> list[tuple[int, float | None, float | None]]:
    """Return the five classes as (class, from, below) for the legend; None: no bound."""
    bounds = [None, *limits, None]
    return [(i + 1, bounds[i], bounds[i + 1]) for i in range(len(limits) + 1)]


# Where the lines of the callouts lead: first district, second, third (steps right and down, in map units).
CALLOUTS = ((-230, -150), (-150, -130), (62, 176))


def wall(
    shades: Mapping[str, Shade],
    limits: Sequence[float],
    live: Sequence[str],
    sentence: str,
    callouts: Sequence[tuple[str, str, str]] = (),
) -> str:
    """The map of the big screen: a raised slab, districts in five dark classes, a beat where an auction runs.

    `callouts` are up to three districts with a figure and a detail: (code, figure, detail).
    """
    rim = atlas.outline()
    drawn = [path(rim, transform=f"translate(0 {k})", class_=f"slab s{i}") for i, k in enumerate((34, 26, 18, 10), 1)]
    shapes, labels, beats = [], [], []
    for unit in atlas.units():
        level = max(1, colour_class(shades.get(unit.code, Shade(0, "")).value, limits))
        shapes.append(path(unit.path, class_=f"d{level}"))
        running = unit.code in live
        if unit.code not in UNLABELLED and (running or level > 2):
            css = "lb dk" if level > 3 else "lb"
            labels.append(text(unit.x, unit.y + (27 if running else 6), unit.short, class_=css))
        if running:
            beats.append(element("circle", cx=unit.x, cy=unit.y, r=5.5, class_="dot"))
            beats.append(element("circle", cx=unit.x, cy=unit.y, r=12, class_="pulse"))
    drawn += [element("g", "".join(shapes), class_="ds"), path(rim, class_="rim"), *beats, *labels]
    drawn += _callouts(callouts, [(unit.x, unit.y) for unit in atlas.units() if unit.code in live])
    view = f"-250 6 {atlas.WIDTH + 350} {atlas.HEIGHT + 27}"
    return element("svg", "".join(drawn), class_="mp", viewBox=view, role="img", aria_label=sentence)


def _callouts(callouts: Sequence[tuple[str, str, str]], taken: list[tuple[float, float]]) -> list[str]:
    """Draw each callout at its own place, or mirrored where its words would cover a beat or another callout."""
    drawn = []
    for (code, figure, detail), (right, down) in zip(callouts, CALLOUTS, strict=False):
        places = [(right, down), (-right, down), (right, -down), (-right, -down)]
        chosen = next((place for place in places if _is_clear(code, *place, taken)), places[0])
        drawn.append(_callout(code, figure, detail, *chosen))
        taken = [*taken, _words_at(code, *chosen)]
    return drawn


def _words_at(code: str, right: int, down: int) -> tuple[float, float]:
    unit = atlas.unit(code)
    return unit.x + right + (66 if right > 0 else -66), unit.y + down + 10


def _is_clear(code: str, right: int, down: int, taken: Sequence[tuple[float, float]]) -> bool:
    x, y = _words_at(code, right, down)
    on_the_wall = -200 < x < atlas.WIDTH + 50 and 40 < y < atlas.HEIGHT - 20
    return on_the_wall and all(abs(x - other) > 96 or abs(y - below) > 74 for other, below in taken)


def _callout(code: str, figure: str, detail: str, right: int, down: int) -> str:
    unit = atlas.unit(code)
    line = path(f"M{unit.x} {unit.y}l{right * 0.55:g} {down}h{right * 0.45:g}", class_="ld")
    x, y = unit.x + right + (8 if right > 0 else -8), unit.y + down
    words = text(0, -6, unit.name, class_="cn") + text(0, 24, figure, class_="cv") + text(0, 46, detail, class_="cs")
    anchor = "start" if right > 0 else "end"
    return line + element("g", words, transform=f"translate({x} {y})", text_anchor=anchor)
