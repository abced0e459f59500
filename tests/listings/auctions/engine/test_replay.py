"""The command that anyone may run on a record, with bare Python."""

import copy
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from listings.auctions.engine.decide import decide
from listings.auctions.engine.replay import main
from listings.auctions.engine.rules import rules_from_json
from listings.auctions.engine.state import ADMITTED, Event, initial_state
from tests.listings.auctions.engine.halls import CASES, ROOT, clock, hall, shared_cases

RISING = ("10:00 Farmer bid 100", "10:01 Company bid 110", "10:02 pause")


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, list[Any], str]]:
    """Return run(content, *options) -> exit code, lines of standard output, standard error."""

    def command(content: Any, *options: str) -> tuple[int, list[Any], str]:
        file = tmp_path / "records.json"
        file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        code = main([str(file), *options])
        out, err = capsys.readouterr()
        return code, [json.loads(line) for line in out.splitlines()], err

    return command


def test_all_shared_cases_pass_on_bare_python():
    done = subprocess.run(
        [sys.executable, "-S", "-E", "-m", "listings.auctions.engine.replay", str(CASES), "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == f"Records looked at: {len(shared_cases())}.\n"


def test_without_check_every_record_gives_one_line_with_all_keys(run):
    code, lines, err = run([hall(*RISING), hall("10:00 Farmer bid 100.5") | {"id": "second"}])
    assert (code, err) == (0, "")
    assert lines[0] == {
        "id": "morning",
        "accepted": [True, True],
        "reasons": [None, None],
        "prices": ["100", "110"],
        "public_bids": [["Farmer", "100"], ["Company", "110"]],
        "price": "110",
        "leader": "Company",
        "next_min": "120",
        "ends_at": "2026-03-02T12:00:00+08:00",
        "extensions": 0,
        "outcome": "open",
        "winner": None,
    }
    assert [lines[1]["id"], lines[1]["price"], lines[1]["next_min"]] == ["second", "100.50", "110.50"]


def test_values_are_compared_not_their_spelling(run):
    record = hall("10:00 Farmer bid 100.50")
    record["expect"] = {
        "price": "100.5",
        "prices": ["100.500"],
        "public_bids": [["Farmer", "100.50"]],
        "ends_at": "2026-03-02T04:00:00Z",
    }
    assert run([record], "--check") == (0, [], "Records looked at: 1.\n")


def test_every_broken_expectation_of_the_shared_cases_is_found(run):
    others: dict[str, Any] = {
        "price": "0.07",
        "next_min": "0.07",
        "leader": "Nobody",
        "winner": "Nobody",
        "outcome": "lost",
        "extensions": 99,
        "ends_at": "2020-01-01T00:00:00+08:00",
        "accepted": [],
        "reasons": ["broken"],
        "prices": ["0.07"],
        "public_bids": [["Nobody", "0.07"]],
    }
    cases = [case for case in shared_cases() if case["expect"]]
    wanted = []
    for case in cases:
        for key in case["expect"]:
            other = others[key] if key != "accepted" else [not was for was in case["expect"][key]] or [True]
            case["expect"][key] = other
            wanted.append((case["id"], key, other))
    code, lines, err = run(cases, "--check")
    assert code == 1
    assert [(line["id"], line["key"], line["wanted"]) for line in lines] == wanted
    assert all(set(line) == {"id", "key", "wanted", "got"} and line["got"] != line["wanted"] for line in lines)
    assert err == f"Records looked at: {len(cases)}.\n"


def test_large_amounts_and_odd_spellings_of_a_time_are_exact(run):
    record = hall("10:00 Farmer bid 90071992547409930000.01")
    record["events"][0]["at"] = "20260302T020000.000001000Z"
    record["rules"]["ends_at"] = "2026-03-02T12:00:00.5+0800"
    record["expect"] = {"price": "90071992547409930000.01", "next_min": "90071992547409930010.010"}
    assert run([record], "--check") == (0, [], "Records looked at: 1.\n")
    assert run([record])[1][0]["ends_at"] == "2026-03-02T12:00:00.500000+08:00"


def test_a_list_without_records_checks_nothing_and_says_so(run):
    assert run([], "--check") == (1, [], "Records looked at: 0.\n")
    assert run([]) == (0, [], "")


def broken(path: str, value: Any, *, record: dict[str, Any] | None = None) -> dict[str, Any]:
    """The morning hall with one value put in, or taken out by `...`, at a path such as "rules.step"."""
    whole = copy.deepcopy(record or hall(*RISING))
    *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    place: Any = whole
    for part in way:
        place = place[part] if isinstance(part, int) else place.setdefault(part, {})
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return whole


SEALED = hall("10:00 Farmer seal 100", format="sealed")
FALLING = hall("09:00 Farmer take 100", format="descending")
CLOCK, NIGHT = "rules.descending", "rules.extension.night"
MALFORMED = [
    (broken("colour", "red"), "colour"),
    (broken("id", ...), "id"),
    (broken("id", 7), "id"),
    (broken("note", None), "note"),
    (broken("rules", ...), "rules"),
    (broken("rules", None), "rules"),
    (broken("bidders", ...), "bidders"),
    (broken("bidders", []), "bidders"),
    (broken("bidders.Farmer", None), "bidders.Farmer"),
    (broken("bidders.Farmer.qualified", 1), "bidders.Farmer.qualified"),
    (broken("bidders.Farmer.rich", True), "bidders.Farmer.rich"),
    (broken("events", ...), "events"),
    (broken("events", {}), "events"),
    (broken("events.0", "bid"), "events[0]"),
    (broken("events.1.at", clock("09:59:59")), "events[1].at"),
    (broken("events.0.at", "2026-03-02T10:00:00"), "events[0].at"),
    (broken("events.0.at", "2026-03-02"), "events[0].at"),
    (broken("events.0.at", "2026-02-30T10:00:00+08:00"), "events[0].at"),
    (broken("events.0.at", "2026-03-02 10:00:00+08:00"), "events[0].at"),
    (broken("events.0.at", "2026-03-02T10:00:00.0000001+08:00"), "events[0].at"),
    (broken("events.0.at", 1772416800), "events[0].at"),
    (broken("events.0.at", None), "events[0].at"),
    (broken("events.0.amount", ...), "events[0].amount"),
    (broken("events.0.amount", None), "events[0].amount"),
    (broken("events.0.amount", 100), "events[0].amount"),
    (broken("events.0.amount", "-100"), "events[0].amount"),
    (broken("events.0.amount", "1e3"), "events[0].amount"),
    (broken("events.0.amount", "100.005"), "events[0].amount"),
    (broken("events.0.amount", " 100"), "events[0].amount"),
    (broken("events.0.amount", "１００"), "events[0].amount"),
    (broken("events.0.amount", "9" * 5000), "events[0].amount"),
    (broken("events.0.bidder", ...), "events[0].bidder"),
    (broken("events.0.bidder", 3), "events[0].bidder"),
    (broken("events.0.colour", "red"), "events[0].colour"),
    (broken("events.0.type", "shout"), "events[0].type"),
    (broken("events.0.type", ...), "events[0].type"),
    (broken("events.0.type", "match"), "events[0].amount"),
    (broken("events.0.type", "max"), "events[0].type"),
    (broken("events.0.type", "seal"), "events[0].type"),
    (broken("events.0.type", "take"), "events[0].type"),
    (broken("events.2.amount", "100"), "events[2].amount"),
    (broken("events.2.bidder", "Farmer"), "events[2].bidder"),
    (broken("events.0.type", "bid", record=SEALED), "events[0].type"),
    (broken("events.0.type", "match", record=FALLING), "events[0].type"),
    (broken("rules.colour", "red"), "rules.colour"),
    (broken("rules.format", "english"), "rules.format"),
    (broken("rules.format", None), "rules.format"),
    (broken("rules.start", ...), "rules.start"),
    (broken("rules.start", 100), "rules.start"),
    (broken("rules.start", None), "rules.start"),
    (broken("rules.step", ...), "rules.step"),
    (broken("rules.step", None), "rules.step"),
    (broken("rules.step", "10"), "rules.step"),
    (broken("rules.step", {}), "rules.step"),
    (broken("rules.step", {"fixed": "1", "percent_of_start": "1"}), "rules.step"),
    (broken("rules.step", {"fixed": "1", "round_to": "1"}), "rules.step"),
    (broken("rules.step", {"fixed": "0"}), "rules.step.fixed"),
    (broken("rules.step", {"fixed": "0.00"}), "rules.step.fixed"),
    (broken("rules.step", {"table": []}), "rules.step.table"),
    (broken("rules.step", {"table": [["0"]]}), "rules.step.table[0]"),
    (broken("rules.step", {"table": [["0", "0"]]}), "rules.step.table[0][1]"),
    (broken("rules.step", {"table": [["9", "1"], ["5", "2"]]}), "rules.step.table[1][0]"),
    (broken("rules.step", {"percent_of_start": "0.001"}), "rules.step.percent_of_start"),
    (broken("rules.step", {"percent_of_start": 5}), "rules.step.percent_of_start"),
    (broken("rules.step", {"percent_of_price": "0", "at_least": "0"}), "rules.step.percent_of_price"),
    (broken("rules.step", {"percent_of_price": "5", "round_to": "0"}), "rules.step.round_to"),
    (broken("rules.step", {"fixed": "5"}, record=SEALED), "rules.step"),
    (broken("rules.step", {"fixed": "5"}, record=FALLING), "rules.step"),
    (broken("rules.whole_steps", "yes"), "rules.whole_steps"),
    (broken("rules.whole_steps", None), "rules.whole_steps"),
    (broken("rules.max_raise_steps", 1.5), "rules.max_raise_steps"),
    (broken("rules.max_raise_steps", True), "rules.max_raise_steps"),
    (broken("rules.min_bidders", -1), "rules.min_bidders"),
    (broken("rules.min_bidders", None), "rules.min_bidders"),
    (broken("rules.opens_at", ...), "rules.opens_at"),
    (broken("rules.ends_at", ...), "rules.ends_at"),
    (broken("rules.ends_at", clock("09:00:00")), "rules.ends_at"),
    (broken("rules.proxy", []), "rules.proxy"),
    (broken("rules.proxy", {"allowed": None}), "rules.proxy.allowed"),
    (broken("rules.proxy", {"tie": "latest"}), "rules.proxy.tie"),
    (broken("rules", hall()["rules"] | {"buy_now": "500", "proxy": {"allowed": True}}), "rules.buy_now"),
    (broken("rules.priority", {"mode": "always"}), "rules.priority.mode"),
    (broken("rules.priority", {"ranks": {"Holder": 0}}), "rules.priority.ranks.Holder"),
    (broken("rules.priority", {"ranks": {"Holder": "1"}}), "rules.priority.ranks.Holder"),
    (broken("rules.sealed", {"pricing": "third_price"}), "rules.sealed.pricing"),
    (broken("rules.sealed", {"tie": "latest"}), "rules.sealed.tie"),
    (broken("rules.descending", {"interval_s": 0}), "rules.descending.interval_s"),
    (
        broken("rules.descending", {"step_percent_of_start": "0"}, record=FALLING),
        "rules.descending.step_percent_of_start",
    ),
    (broken("rules.descending", {"floor": None}), "rules.descending.floor"),
    (broken("rules.extension.mode", "sometimes"), "rules.extension.mode"),
    (broken("rules.extension.window_s", "300"), "rules.extension.window_s"),
    (broken("rules.extension.length_s", None), "rules.extension.length_s"),
    (broken("rules.extension.max_count", -1), "rules.extension.max_count"),
    (broken("rules.extension.hard_end", clock("11:59:59")), "rules.extension.hard_end"),
    (broken(NIGHT, {"no_close_after": "20:00"}), f"{NIGHT}.resume_at"),
    (broken(NIGHT, {"no_close_after": "24:00", "resume_at": "09:00"}), f"{NIGHT}.no_close_after"),
    (broken(NIGHT, {"no_close_after": "09:00", "resume_at": "09:00"}), f"{NIGHT}.no_close_after"),
    (broken("expect", None), "expect"),
    (broken("expect.colour", "red"), "expect.colour"),
    (broken("expect.price", 100), "expect.price"),
    (broken("expect.accepted", [1]), "expect.accepted[0]"),
    (broken("expect.public_bids", [["Farmer"]]), "expect.public_bids[0]"),
    (broken("expect.ends_at", None), "expect.ends_at"),
    (broken("expect.extensions", True), "expect.extensions"),
]


@pytest.mark.parametrize(("record", "field"), MALFORMED, ids=[f"{n}-{field}" for n, (_, field) in enumerate(MALFORMED)])
@pytest.mark.parametrize("options", [(), ("--check",)], ids=["replay", "check"])
def test_a_record_that_breaks_the_text_stops_the_whole_file(run, record, field, options):
    code, lines, err = run([hall(*RISING) | {"id": "sound"}, record], *options)
    assert (code, lines) == (2, [])
    name = '"morning"' if isinstance(record.get("id"), str) else "number 2"
    assert err.startswith(f"Record {name}: {field} ")
    assert err.endswith(".\n")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "content",
    ["", "{}", "null", "[", '{"id": "x"}', "[NaN]", "[" * 100_000, "[1]", '["record"]', "[null]"],
    ids=range(10),
)
def test_a_file_that_is_no_list_of_records_is_refused(run, content):
    code, lines, err = run(content, "--check")
    assert (code, lines, err.count("\n")) == (2, [], 1)


def test_a_key_that_stands_twice_is_refused(run):
    text = json.dumps([hall(*RISING)]).replace('"start": "100"', '"start": "100", "start": "1"')
    code, lines, err = run(text)
    assert (code, lines, err) == (2, [], 'Record "morning": rules.start stands twice.\n')


def test_a_record_that_is_no_object_is_named_by_its_place(run):
    assert run([hall(), 7]) == (2, [], "Record number 2: it must be an object.\n")
    twice = json.dumps([hall()]).replace('"id"', '"id": "x", "id"')
    assert run(twice)[2] == 'Record "morning": id stands twice.\n'


def test_a_file_that_cannot_be_read_is_refused(tmp_path, capsys):
    (tmp_path / "latin.json").write_bytes(b'["\xe9"]')
    assert main([str(tmp_path / "latin.json")]) == 2
    assert main([str(tmp_path / "absent.json")]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 2)


def test_an_end_beyond_the_calendar_is_refused(run):
    record = hall("11:59 Farmer bid 100", extension={"mode": "from_end", "length_s": 10**12})
    code, lines, err = run([record])
    assert (code, lines, err.count("\n")) == (2, [], 1)


def test_null_stands_where_it_means_the_default(run):
    null = dict.fromkeys(("max_raise_steps", "ceiling", "reserve", "buy_now", "extension", "proxy", "priority"))
    record = hall(*RISING, **null, sealed=None, descending=None)
    record["events"][2] |= {"bidder": None, "amount": None}
    assert run([record]) == run([hall(*RISING)])
    for key in ("family", "source", "note", "expect"):
        record.pop(key, None)
    assert run([record]) == run([hall(*RISING)])


def test_decide_itself_refuses_a_type_that_the_hall_does_not_know():
    rules = rules_from_json(hall()["rules"])
    for kind in ("max", "seal", "take", "draw", ""):
        with pytest.raises(ValueError, match="knows no event"):
            decide(initial_state(rules), rules, Event(rules.opens_at, kind, "Farmer", 10000, ADMITTED))
