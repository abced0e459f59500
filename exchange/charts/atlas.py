"""The map of Chongqing's districts as shapes on one drawing grid, by the day for which one asks."""

import json
import math
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

DISTRICTS_FILE = Path(__file__).resolve().parent.parent / "data" / "districts.json"
WEST, NORTH, MIDDLE = 105.2, 32.3, 30.2
UNITS_PER_DEGREE = 200
WIDTH, HEIGHT = 880, 845


@dataclass(frozen=True, slots=True)
class Unit:
    """A district on the map: its code and names, where its label stands, its outline as path data."""

    code: str
    name: str
    short: str
    x: int
    y: int
    path: str


def project(longitude: float, latitude: float) -> tuple[float, float]:
    """Return the place of a point on the drawing of 880 × 845 units (plain cylinder, true at 30.2° north)."""
    x = (longitude - WEST) * math.cos(math.radians(MIDDLE)) * UNITS_PER_DEGREE
    return x, (NORTH - latitude) * UNITS_PER_DEGREE


@cache
def _file() -> dict[str, Any]:
    return json.loads(DISTRICTS_FILE.read_text("utf-8"))


@cache
def _units() -> tuple[Unit, ...]:
    return tuple(Unit(**unit) for unit in _file()["units"])


def units(on: date | None = None) -> list[Unit]:
    """Return the districts in force on a day: 38 until 24 January 2026, 37 since (also for None, today's map)."""
    joined: dict[str, list[str]] = _file()["joined"]
    if on is not None and on < date.fromisoformat(_file()["reformed_on"]):
        return [unit for unit in _units() if unit.code not in joined]
    gone = {code for codes in joined.values() for code in codes}
    return [unit for unit in _units() if unit.code not in gone]


def unit(code: str) -> Unit:
    """Return one district by its code, of whichever time. KeyError when the map has none such."""
    return {known.code: known for known in _units()}[code]


def outline() -> str:
    """Return the outline of the whole municipality as path data."""
    return _file()["outline"]
