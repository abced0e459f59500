"""Every shared case comes out as expected, from the start and from any state on the way."""

import json
from typing import Any

import pytest

from listings.auctions.engine.closing import result
from listings.auctions.engine.record import record_from_json
from listings.auctions.engine.replay import differences, replay, report
from listings.auctions.engine.rules import rules_from_json, rules_to_json
from listings.auctions.engine.state import state_from_json, state_to_json
from tests.listings.auctions.engine.halls import shared_cases

CASES = shared_cases()
each_case = pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])


def there_and_back(value: Any) -> Any:
    return json.loads(json.dumps(value))


def test_there_are_cases_and_no_two_share_a_name():
    assert len(CASES) >= 93
    assert len({case["id"] for case in CASES}) == len(CASES)


@each_case
def test_a_case_comes_out_as_expected(case: dict[str, Any]):
    record = record_from_json(case)
    assert record.expect
    assert differences(record, report(record)) == []


@each_case
def test_a_hall_may_be_put_away_as_json_between_any_two_events(case: dict[str, Any]):
    record = record_from_json(case)
    whole, outcomes = replay(record.rules, record.events)
    for stop in range(len(record.events) + 1):
        before, first = replay(record.rules, record.events[:stop])
        woken = state_from_json(there_and_back(state_to_json(before)))
        assert woken == before
        after, rest = replay(record.rules, record.events[stop:], woken)
        assert (after, first + rest) == (whole, outcomes)
        assert result(after, record.rules, admitted=1) == result(whole, record.rules, admitted=1)


@each_case
def test_the_rules_of_a_hall_survive_being_written_out_in_full(case: dict[str, Any]):
    rules = rules_from_json(case["rules"])
    written = there_and_back(rules_to_json(rules))
    assert rules_from_json(written) == rules
    assert rules_to_json(rules_from_json(written)) == written
