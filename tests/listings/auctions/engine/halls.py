"""Halls for the tests of the engine: the shared cases, and one small morning hall to vary."""

import json
from pathlib import Path
from typing import Any

from listings.auctions.engine.record import record_from_json
from listings.auctions.engine.replay import report

ROOT = Path(__file__).parents[4]
CASES = ROOT.parent / "shared" / "cases" / "auction" / "cases.json"
ADMITTED = {"qualified": True, "deposit_paid": True}


def shared_cases() -> list[dict[str, Any]]:
    """All shared cases. They are no part of this tree: without them the engine is unproven, so this fails."""
    if not CASES.is_file():
        raise FileNotFoundError(f"The shared auction cases are missing: {CASES}. Nothing stands in for them.")
    return json.loads(CASES.read_text(encoding="utf-8"))


def clock(time: str) -> str:
    """A time of the one day on which all these halls are held."""
    return f"2026-03-02T{time}+08:00"


def arrivals(*lines: str) -> list[dict[str, str]]:
    """Events from lines such as "10:00 Farmer bid 100", "10:01 Holder match" and "10:02 pause"."""
    events = []
    for line in lines:
        at, *words = line.split()
        event = {"at": clock(at if at.count(":") == 2 else f"{at}:00")}
        if len(words) > 1:
            event["bidder"] = words.pop(0)
        event["type"] = words[0]
        if len(words) > 1:
            event["amount"] = words[1]
        events.append(event)
    return events


def hall(*lines: str, bidders: tuple[str, ...] = ("Farmer", "Company", "Holder"), **rules: Any) -> dict[str, Any]:
    """A record of a rising hall from 9 to 12, start 100, step 10, unless the rules say otherwise."""
    basic: dict[str, Any] = {"start": "100", "opens_at": clock("09:00:00"), "ends_at": clock("12:00:00")}
    if rules.get("format", "ascending") == "ascending":
        basic["step"] = {"fixed": "10"}
    return {
        "id": "morning",
        "rules": basic | rules,
        "bidders": {bidder: dict(ADMITTED) for bidder in bidders},
        "events": arrivals(*lines),
        "expect": {},
    }


def played(*lines: str, **rules: Any) -> dict[str, Any]:
    """All keys of `expect` for such a hall."""
    return report(record_from_json(hall(*lines, **rules)))
