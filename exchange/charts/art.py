"""Our own pictures, drawn from a seed: hills for listings without a photo, contour lines, small bars."""

import math
import random
from functools import lru_cache

from exchange.charts.svg import element, number, path

SKIES = {
    "dawn": ("#F8E4BC", "#F3C98B"),
    "clear": ("#DCEBE4", "#B9D8D2"),
    "mist": ("#EFEDE2", "#CFDCD2"),
    "dusk": ("#F3D3C1", "#CF8F83"),
}
TERRACES = {
    "field": ("#C9B24A", "#B7C468", "#93B65B", "#6FA257", "#4E8C4E", "#347546"),
    "orchard": ("#8FB668", "#79A85C", "#5F9650", "#4B8547", "#38733F", "#2A6238"),
    "forest": ("#3F8060", "#357556", "#2C6A4D", "#245F44", "#1C543B", "#154932"),
    "water": ("#8FBF8B", "#6FAE84", "#4C9A7C", "#38836B", "#2C735F", "#226352"),
    "build": ("#D8C690", "#C3B87D", "#A8AC6C", "#8B9E5E", "#6E8E52", "#557E49"),
    "house": ("#B9C27A", "#9DB568", "#80A659", "#66954E", "#4E8446", "#3A723F"),
}
FAR_HILLS = (("#A9C7BB", 0.42, 20), ("#7DAE9B", 0.5, 22), ("#4B8B76", 0.58, 20))
WIDTH, HEIGHT = 640, 360
RIDGE_POINTS = 25

Points = list[tuple[float, float]]


def _ridge(dice: random.Random, y: float, amplitude: float) -> Points:
    waves = [(dice.uniform(0.6, 2.6) * (k + 1), dice.uniform(0, math.tau), amplitude / (k + 1)) for k in range(3)]
    step = WIDTH / (RIDGE_POINTS - 1)
    return [
        (i * step, y + sum(a * math.sin(f * i * step / WIDTH * math.pi + p) for f, p, a in waves))
        for i in range(RIDGE_POINTS)
    ]


def _smooth(points: Points) -> str:
    data = f"M{points[0][0]:.0f} {points[0][1]:.0f}"
    for (x0, y0), (x1, y1) in zip(points, points[1:], strict=False):
        middle = (x0 + x1) / 2
        data += f"C{middle:.0f} {y0:.0f} {middle:.0f} {y1:.0f} {x1:.0f} {y1:.0f}"
    return data


def _height_at(points: Points, x: float) -> float:
    step = WIDTH / (RIDGE_POINTS - 1)
    i = min(int(x / step), RIDGE_POINTS - 2)
    (x0, y0), (x1, y1) = points[i], points[i + 1]
    return y0 + (y1 - y0) * (x - x0) / (x1 - x0)


def _tree(kind: str, layer: int, x: float, y: float) -> str:
    if kind == "orchard":
        crown = element("circle", cx=f"{x:.0f}", cy=f"{y:.0f}", r=5 + layer * 1.3, fill="#245C35")
        return crown + element("circle", cx=f"{x + 2:.0f}", cy=f"{y:.0f}", r=1.8, fill="#F0A83A")
    data = f"M{x:.0f} {y - 20 - layer * 3:.0f}l{7 + layer} {24 + layer * 3}h-{14 + 2 * layer}z"
    return path(data, fill="#0F3D2A", opacity=0.85)


def _terraces(dice: random.Random, kind: str) -> list[str]:
    base, y, drawn = _ridge(dice, 0, 13), HEIGHT * 0.64, []
    for layer, colour in enumerate(TERRACES[kind]):
        edge = [(x, y + dy * (1 - layer * 0.12)) for x, dy in base]
        line = _smooth(edge)
        drawn.append(path(f"{line}V{HEIGHT}H0Z", fill=colour))
        drawn.append(path(line, fill="none", stroke="#fff", stroke_opacity=0.38, stroke_width=1.6))
        if kind in ("orchard", "forest") and layer:
            for _ in range(7 + layer * 2):
                x = dice.uniform(0, WIDTH)
                drawn.append(_tree(kind, layer, x, _height_at(edge, x) + 7))
        y += HEIGHT * 0.06 * (0.72 + 0.1 * layer)
    return drawn


def _water() -> list[str]:
    h = HEIGHT
    shore = f"M90 {h - 78}C180 {h - 112} 420 {h - 118} 540 {h - 70}"
    shore += f"S420 {h - 18} 270 {h - 22} 40 {h - 42} 90 {h - 78}Z"
    gleam = f"M140 {h - 74}H420M210 {h - 56}H500M180 {h - 40}H360"
    return [path(shore, fill="#BFE0E2"), path(gleam, stroke="#fff", stroke_width=3, opacity=0.7)]


def _houses(kind: str) -> list[str]:
    count, wide, high = (3, 118, 48) if kind == "build" else (4, 74, 44)
    drawn = []
    for k in range(count):
        x, y = 110 + k * 140, HEIGHT - 112 + (k % 2) * 26
        roof = f"M{x - 9} {y}L{x + wide // 2} {y - 28}L{x + wide + 9} {y}Z"
        wall = element("rect", x=x, y=y, width=wide, height=high, fill="#F4EFE2")
        door = element("rect", x=round(x + wide * 0.42), y=y + high - 26, width=15, height=26, fill="#7A2E38")
        panes = "".join(
            element("rect", x=left, y=y + 12, width=16, height=13, fill="#8DA6A0") for left in (x + 10, x + wide - 26)
        )
        drawn += [wall, path(roof, fill="#5A4A48"), door, panes]
    return drawn


@lru_cache(maxsize=512)
def scene(seed: int, kind: str = "field") -> str:
    """A hill scene, always the same for the same seed. `kind` is a key of TERRACES; others become fields."""
    kind = kind if kind in TERRACES else "field"
    dice = random.Random(seed)
    low, high = SKIES[sorted(SKIES)[seed % len(SKIES)]]
    name = f"sky-{kind}-{seed}"
    stops = element("stop", stop_color=low) + element("stop", offset=1, stop_color=high)
    sky = element("defs", element("linearGradient", stops, id=name, x1=0, y1=1, x2=0, y2=0))
    drawn = [sky, element("rect", width=WIDTH, height=HEIGHT, fill=f"url(#{name})")]
    sun_x = dice.uniform(0.6, 0.85) * WIDTH
    drawn.append(element("circle", cx=f"{sun_x:.0f}", cy=90, r=30, fill="#FFF6DC", opacity=0.9))
    for colour, y, amplitude in FAR_HILLS:
        drawn.append(path(f"{_smooth(_ridge(dice, HEIGHT * y, amplitude))}V{HEIGHT}H0Z", fill=colour))
    drawn += _terraces(dice, kind)
    if kind == "water":
        drawn += _water()
    if kind in ("build", "house"):
        drawn += _houses(kind)
    return _decoration(WIDTH, HEIGHT, "".join(drawn))


def _decoration(width: float, height: float, content: str, css: str | None = None) -> str:
    return element(
        "svg",
        content,
        class_=css,
        viewBox=f"0 0 {number(width)} {number(height)}",
        preserveAspectRatio="xMidYMid slice",
        aria_hidden="true",
        focusable="false",
    )


def _field(seed: int, width: int, height: int, columns: int, rows: int) -> list[list[float]]:
    dice = random.Random(seed)
    hills = [
        (
            dice.uniform(0, width),
            dice.uniform(0, height),
            dice.uniform(0.12, 0.26) * width,
            dice.uniform(0.18, 0.4) * height,
            dice.uniform(0.5, 1.3),
        )
        for _ in range(8)
    ]
    dx, dy = width / (columns - 1), height / (rows - 1)

    def altitude(x: float, y: float) -> float:
        return sum(a * math.exp(-(((x - cx) / sx) ** 2) - ((y - cy) / sy) ** 2) for cx, cy, sx, sy, a in hills)

    return [[altitude(i * dx, j * dy) for i in range(columns)] for j in range(rows)]


Edge = tuple[int, int, int]
# Marching squares: which edges (0 top, 1 right, 2 bottom, 3 left) a line joins, by the corners above it.
JOINS: dict[int, tuple[tuple[int, int], ...]] = {
    1: ((3, 0),), 2: ((0, 1),), 3: ((3, 1),), 4: ((1, 2),), 5: ((3, 0), (1, 2)), 6: ((0, 2),), 7: ((3, 2),),
    8: ((2, 3),), 9: ((2, 0),), 10: ((0, 1), (2, 3)), 11: ((2, 1),), 12: ((1, 3),), 13: ((1, 0),),
    14: ((0, 3),),
}  # fmt: skip


def _edge(i: int, j: int, side: int) -> Edge:
    """The same edge has one name for both cells that share it: (column, row, 0 lying or 1 standing)."""
    return ((i, j, 0), (i + 1, j, 1), (i, j + 1, 0), (i, j, 1))[side]


def _segments(z: list[list[float]], level: float) -> dict[Edge, list[Edge]]:
    links: dict[Edge, list[Edge]] = {}
    for j in range(len(z) - 1):
        for i in range(len(z[0]) - 1):
            corners = (z[j][i], z[j][i + 1], z[j + 1][i + 1], z[j + 1][i])
            case = sum(1 << bit for bit, height in enumerate(corners) if height > level)
            for one, other in JOINS.get(case, ()):
                a, b = _edge(i, j, one), _edge(i, j, other)
                links.setdefault(a, []).append(b)
                links.setdefault(b, []).append(a)
    return links


def _chains(links: dict[Edge, list[Edge]]) -> list[list[Edge]]:
    """Join segments into lines: open ones from their ends first, rings after."""
    found = []
    for start in [*(e for e, n in links.items() if len(n) == 1), *links]:
        line, here = [start], start
        while links.get(here):
            there = links[here].pop()
            links[there].remove(here)
            line.append(there)
            here = there
        if len(line) > 8:
            found.append(line)
    return found


def _place(z: list[list[float]], edge: Edge, level: float, dx: float, dy: float) -> str:
    i, j, standing = edge
    a, b = z[j][i], (z[j + 1][i] if standing else z[j][i + 1])
    share = (level - a) / (b - a)
    x, y = (i, j + share) if standing else (i + share, j)
    return f"{x * dx:.0f} {y * dy:.0f}"


@lru_cache(maxsize=32)
def contours(seed: int, width: int = 900, height: int = 420, levels: int = 10) -> str:
    """Contour lines, the only ornament of the design; the sheet gives them colour by the class `contour`."""
    columns, rows = 64, 38
    z = _field(seed, width, height, columns, rows)
    low, high = min(map(min, z)), max(map(max, z))
    dx, dy = width / (columns - 1), height / (rows - 1)
    data = ""
    for k in range(levels):
        level = low + (high - low) * (k + 0.6) / levels
        for line in _chains(_segments(z, level)):
            data += "M" + "L".join(_place(z, edge, level, dx, dy) for edge in line)
    return _decoration(width, height, path(data), "contour")


EMPTY = (
    '<rect width="720" height="200" fill="#EEF5EF"/><circle cx="560" cy="58" r="24" fill="#FFF6DC"/>'
    '<path d="M0 96C120 60 250 110 380 84S620 60 720 88V200H0Z" fill="#C5DBC0"/>'
    '<path d="M0 122C140 92 260 136 400 112S630 96 720 116V200H0Z" fill="#DDE7C9"/>'
    '<path d="M0 146C140 120 280 160 420 138S640 126 720 142V200H0Z" fill="#E9E3C4"/>'
    '<path d="M0 170C150 148 290 182 440 164S650 154 720 166V200H0Z" fill="#F4EFDC"/>'
    '<g fill="none" stroke="#8FBF9E" stroke-width="2" stroke-dasharray="2 7" stroke-linecap="round">'
    '<path d="M0 134C140 106 270 148 410 125S635 112 720 130'
    'M0 158C145 134 285 170 430 152S645 140 720 154"/></g>'
    '<path d="M352 128V70" stroke="#7A2E38" stroke-width="4"/>'
    '<path d="M354 70h54l-12 14 12 14h-54z" fill="#7A2E38"/>'
)


def empty_scene() -> str:
    """Bare terraces with a flag: nothing here yet."""
    return _decoration(720, 200, EMPTY)


def terrace_edge() -> str:
    """Four steps that close the hero of the home page."""
    steps = (
        ("M0 34C180 6 330 50 560 34S980 0 1180 26s190 16 260 4v64H0Z", "#2F8F6D"),
        ("M0 52C200 26 360 68 600 50s400-30 600-6 170 10 240 0v50H0Z", "#6FB58E"),
        ("M0 68C220 46 380 84 640 66s420-22 590-2 150 6 210-2v32H0Z", "#C9DDBB"),
        ("M0 82C240 64 420 94 680 80s420-14 560 0 140 2 200-2v16H0Z", "#FAF8F1"),
    )
    drawn = "".join(path(data, fill=colour) for data, colour in steps)
    return element(
        "svg",
        drawn,
        class_="terrace",
        viewBox="0 0 1440 94",
        preserveAspectRatio="none",
        aria_hidden="true",
        focusable="false",
    )


def bar(share: float, colour: str = "#157A5C") -> str:
    """A thin bar for tables; `share` from 0 to 1. The number stands beside it, the bar is decoration."""
    share = min(1.0, max(0.0, float(share)))
    ground = element("rect", width=100, height=8, rx=2, class_="bar-ground")
    filled = element("rect", width=share * 100, height=8, rx=2, fill=colour)
    return element(
        "svg",
        ground + filled,
        class_="minib",
        viewBox="0 0 100 8",
        preserveAspectRatio="none",
        aria_hidden="true",
        focusable="false",
    )
