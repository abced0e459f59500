"""Replays auction records by the rules of docs/record.md, with the standard library alone.

python -m listings.auctions.engine.replay FILE [--check]
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from listings.auctions.engine.closing import Result, result
from listings.auctions.engine.decide import decide
from listings.auctions.engine.expect import same
from listings.auctions.engine.reading import moment_to_json, money_to_json
from listings.auctions.engine.record import Record, read_records
from listings.auctions.engine.rising import next_minimum
from listings.auctions.engine.rules import OFFICE_TYPES, Rules
from listings.auctions.engine.state import Event, Outcome, State, initial_state


def replay(rules: Rules, events: tuple[Event, ...], state: State | None = None) -> tuple[State, list[Outcome]]:
    """Settle all events in order, from the beginning or from a given state; one outcome per event."""
    state = initial_state(rules) if state is None else state
    outcomes = []
    for event in events:
        state, outcome = decide(state, rules, event)
        outcomes.append(outcome)
    return state, outcomes


def report(record: Record) -> dict[str, Any]:
    """All keys of `expect`, computed, with money and times as a record writes them."""
    rules = record.rules
    state, outcomes = replay(rules, record.events)
    end = _end(record, state)
    by_bidders = [
        outcome for event, outcome in zip(record.events, outcomes, strict=True) if event.type not in OFFICE_TYPES
    ]
    public_bids = [bid for outcome in outcomes for bid in outcome.public_bids]
    return {
        "id": record.id,
        "accepted": [outcome.accepted for outcome in by_bidders],
        "reasons": [outcome.reason for outcome in by_bidders],
        "prices": [money_to_json(outcome.price) for outcome in by_bidders],
        "public_bids": [[bidder, money_to_json(amount)] for bidder, amount in public_bids],
        "price": money_to_json(end.price),
        "leader": end.leader,
        "next_min": money_to_json(next_minimum(state, rules)),
        "ends_at": moment_to_json(state.ends_at, rules.offset),
        "extensions": state.extensions,
        "outcome": end.outcome,
        "winner": end.winner,
    }


def differences(record: Record, computed: dict[str, Any]) -> list[dict[str, Any]]:
    """One entry per key that the record expects otherwise than it was computed."""
    return [
        {"id": record.id, "key": key, "wanted": wanted, "got": computed[key]}
        for key, wanted in record.expect.items()
        if not same(key, wanted, computed[key])
    ]


def main(arguments: list[str] | None = None) -> int:
    """The command. 0: done, or all as expected; 1: a difference, or nothing to check; 2: a bad file."""
    parser = argparse.ArgumentParser(prog="replay", description="Replays auction records (竞价记录).")
    parser.add_argument("file", type=Path, help="a JSON array of auction records")
    parser.add_argument("--check", action="store_true", help="compare with what each record expects")
    options = parser.parse_args(arguments)
    try:
        records = read_records(options.file)
        computed = [_report(record) for record in records]
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if not options.check:
        _write_lines(computed)
        return 0
    found = [line for pair in zip(records, computed, strict=True) for line in differences(*pair)]
    _write_lines(found)
    sys.stderr.write(f"Records looked at: {len(records)}.\n")
    return 1 if found or not records else 0


def _end(record: Record, state: State) -> Result:
    """Open at a last `close_check` if the hall has not ended then; otherwise as if time had run past the end."""
    last = record.events[-1] if record.events else None
    asked_at = last.at if last is not None and last.type == "close_check" else None
    return result(state, record.rules, admitted=record.admitted, at=asked_at)


def _report(record: Record) -> dict[str, Any]:
    try:
        return report(record)
    except OverflowError:
        raise ValueError(f"Record {json.dumps(record.id)}: rules.extension leads beyond the year 9999.") from None


def _write_lines(lines: list[dict[str, Any]]) -> None:
    for line in lines:
        sys.stdout.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    sys.exit(main())
