"""Reading a file of cases and checking all of it first. FORMAT: the first paragraph, "Quoting"."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from loans.servicing.engine.events import Event, events_from_json
from loans.servicing.engine.expects import OF_RULE, QUOTE, check_expect
from loans.servicing.engine.rule_cases import RULES, rule_answer
from loans.servicing.engine.shapes import Fields, FormatError, text
from loans.servicing.engine.terms import Terms, terms_from_json

_FOR_THE_READER = ("family", "source", "note")
_KEYS = ("id", *_FOR_THE_READER, "expect", "terms", "events", "rule", "given")


class BrokenFile(ValueError):
    """A file that breaks FORMAT; its text is one sentence that names the case and the field."""

    @classmethod
    def at(cls, case: str, error: FormatError) -> "BrokenFile":
        """The sentence for a case."""
        return cls(f"Case {case}, field {error.field}: {error.reason}.")


@dataclass(frozen=True, kw_only=True)
class Case:
    """One case: a quote request (`terms`, `events`), or a loan rule with its answer (`terms` is None)."""

    id: str
    expect: dict[str, Any]
    terms: Terms | None = None
    events: Sequence[Event] = ()
    rule_answer: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The case in a sentence."""
        return json.dumps(self.id)


def read_cases(path: str | Path) -> list[Case]:
    """The cases of a file, all of them checked. Raises BrokenFile for the first that breaks FORMAT."""
    try:
        found = json.loads(Path(path).read_text(encoding="utf-8"), object_pairs_hook=_object, parse_constant=_constant)
    except OSError as error:
        raise BrokenFile(f"The file {json.dumps(str(path))} cannot be read: {error.strerror}.") from None
    except (ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise BrokenFile(f"The file {json.dumps(str(path))} is not JSON: {reason}.") from None
    if not isinstance(found, list):
        raise BrokenFile(f"The file {json.dumps(str(path))} is not a JSON array of cases.")
    return [_numbered(value, place) for place, value in enumerate(found, 1)]


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {json.dumps(twice)} stands twice in one object")
    return found


def _constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON value")


def _numbered(value: Any, place: int) -> Case:
    given = value.get("id") if isinstance(value, dict) else None
    name = json.dumps(given) if isinstance(given, str) and given else f"number {place}"
    try:
        return case_from_json(value)
    except FormatError as error:
        raise BrokenFile.at(name, error) from None


def case_from_json(value: Any) -> Case:
    """One case from its JSON object. Raises FormatError where it breaks FORMAT."""
    read = Fields(value, "", _KEYS)
    case_id = read.read("id", text)
    if ("terms" in read.value) == ("rule" in read.value):
        raise FormatError("terms", "must be there or rule must be, and not both")
    expect = read.value.get("expect", {})
    if "terms" in read.value:
        read = Fields(value, "", ("id", *_FOR_THE_READER, "expect", "terms", "events"))
        return Case(
            id=case_id,
            expect=check_expect(expect, QUOTE),
            terms=terms_from_json(read.value["terms"]),
            events=events_from_json(read.value.get("events", [])),
        )
    read = Fields(value, "", ("id", *_FOR_THE_READER, "expect", "rule", "given"))
    rule = read.choice("rule", tuple(RULES))
    return Case(
        id=case_id,
        expect=check_expect(expect, OF_RULE[rule]),
        rule_answer=rule_answer(rule, read.value.get("given", {})),
    )
