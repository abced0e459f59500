"""The nearest rule applies, on its day, with its source; a new version ends the one before."""

from __future__ import annotations

import json
from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from exchange.accounts.models import Division, Role
from exchange.calendar import Period, Unit
from exchange.clock import legal_day
from exchange.errors import NotAllowed, Refused
from exchange.journal.models import Event
from exchange.rulebook import selectors
from exchange.rulebook.keys import Key, is_sound
from exchange.rulebook.management.commands.load_rulebook import DATA
from exchange.rulebook.models import RightKind, RuleSet, RuleValue
from exchange.rulebook.services import publish_rule_set
from tests.factories import Divisions, make_user

KIND = "construction_land"
DAY = date(2026, 3, 2)


def value(key: str, what: Any, unit: str) -> dict[str, Any]:
    return {"key": key, "value": what, "unit": unit, "source": "test", "evidence": "U", "note": ""}


def publish(division: Division, values: list[dict[str, Any]], **changes: Any) -> RuleSet:
    said = {"code": "standard", "right_kind": None, "valid_from": date(2026, 1, 1), "source": "test", "by": None}
    return publish_rule_set(division=division, values=values, **(said | changes))


def test_every_kind_of_right_is_in_the_journal_once(rulebook: Divisions) -> None:
    call_command("load_rulebook", stderr=StringIO())
    told = Event.objects.filter(kind="right_kind.defined").values_list("subject_id", flat=True)
    assert sorted(told) == sorted(RightKind.objects.values_list("code", flat=True))
    assert len(told) == 14


def test_every_parameter_has_a_default_with_source_and_evidence(rulebook: Divisions) -> None:
    found = selectors.snapshot(right_kind=KIND, division=rulebook.wuxing, day=DAY)
    assert list(found) == list(Key.values)
    assert all(entry["source"] and entry["evidence"] in "SKMU" for entry in found.values())
    json.dumps(found)


def test_the_defaults_say_what_the_law_and_practice_say(rulebook: Divisions) -> None:
    def said(key: str, kind: str = KIND) -> Any:
        return selectors.rule(key, right_kind=kind, division=rulebook.wuxing, day=DAY).value

    assert said("lease_term_max_months") == 240
    assert said("deposit_cap_bp") == 3000
    assert said("resolution_organs") == ["assembly", "delegates"]
    assert said("resolution_organs", "homestead") == ["assembly"]
    assert said("max_extensions") is None


def test_a_rule_for_the_kind_goes_before_one_for_all_kinds(rulebook: Divisions) -> None:
    wuxing = rulebook.wuxing
    land = selectors.period("announcement_period", right_kind=KIND, division=wuxing, day=DAY)
    other = selectors.period("announcement_period", right_kind="facility", division=wuxing, day=DAY)
    assert (land, other) == (Period(20, Unit.CALENDAR_DAY), Period(10, Unit.WORKING_DAY))


def test_the_nearest_division_wins_and_inherits_the_rest(rulebook: Divisions) -> None:
    publish(rulebook.nanchuan, [value("min_bidders", 2, "bidder")])
    publish(rulebook.shixi, [value("min_bidders", 3, "bidder")])

    def said(division: Division) -> tuple[int, str]:
        rule = selectors.rule("min_bidders", right_kind=KIND, division=division, day=DAY)
        return rule.value, rule.division

    assert said(rulebook.wuxing) == (3, "500119118")
    assert said(rulebook.nanchuan) == (2, "500119")
    assert said(rulebook.liangping) == (1, "500000")
    assert selectors.rule("deposit_cap_bp", right_kind=KIND, division=rulebook.wuxing, day=DAY).value == 3000


def test_a_leased_right_may_be_mortgaged_in_nanchuan_only(rulebook: Divisions) -> None:
    here = selectors.rule("lease_right_mortgageable", right_kind=KIND, division=rulebook.wuxing, day=DAY)
    there = selectors.rule("lease_right_mortgageable", right_kind=KIND, division=rulebook.nanhua, day=DAY)
    assert (here.value, there.value) == (True, False)
    assert here.note


def test_the_demonstration_set_counts_in_minutes_and_inherits_limits(rulebook: Divisions) -> None:
    publish(rulebook.nanchuan, [value("announcement_period", 15, "working_day")])
    found = selectors.snapshot(right_kind=KIND, division=rulebook.wuxing, day=DAY, code="demonstration")
    shown = {key: (found[key]["value"], found[key]["unit"]) for key in found}
    assert shown["announcement_period"] == (4, "minute")
    assert shown["extension_window"] == shown["extension_length"] == (1, "minute")
    assert shown["deposit_cap_bp"] == (3000, "bp")
    assert found["lease_right_mortgageable"]["value"] is True
    assert {found[key]["code"] for key in found if found[key]["unit"] == "minute"} == {"demonstration"}


def test_an_unknown_rule_or_a_day_before_all_rules_is_a_lookup_error(rulebook: Divisions) -> None:
    with pytest.raises(LookupError):
        selectors.rule("colour_of_the_ink", right_kind=KIND, division=rulebook.wuxing)
    with pytest.raises(LookupError):
        selectors.rule("min_bidders", right_kind=KIND, division=rulebook.wuxing, day=date(1999, 1, 1))
    with pytest.raises(ValueError):
        selectors.period("deposit_cap_bp", right_kind=KIND, division=rulebook.wuxing)


def test_reads_cost_one_query(rulebook: Divisions, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        selectors.snapshot(right_kind=KIND, division=rulebook.wuxing, day=DAY)
    with django_assert_num_queries(1):
        selectors.period("refund_period", right_kind=KIND, division=rulebook.wuxing, day=DAY)


def test_a_new_version_ends_the_one_before_and_both_keep_their_days(rulebook: Divisions) -> None:
    first = publish(rulebook.nanchuan, [value("min_bidders", 2, "bidder")])
    second = publish(rulebook.nanchuan, [value("min_bidders", 3, "bidder")], valid_from=date(2026, 7, 1))
    first.refresh_from_db()
    assert (first.version, first.valid_to) == (1, date(2026, 7, 1))
    assert (second.version, second.valid_to) == (2, None)

    def said(day: date) -> int:
        return selectors.rule("min_bidders", right_kind=KIND, division=rulebook.wuxing, day=day).value

    assert [said(date(2026, 6, 30)), said(date(2026, 7, 1))] == [2, 3]
    event = Event.objects.filter(kind="rules.published").latest("pk")
    assert event.data == {"code": "standard", "version": 2, "valid_from": "2026-07-01"}


def test_only_the_rule_administrator_of_the_place_publishes(rulebook: Divisions) -> None:
    here = make_user("rules_here", Role.ADMINISTRATOR, rulebook.nanchuan)
    for refused in [make_user("stranger"), make_user("reviewer", Role.REVIEWER, rulebook.nanchuan), here]:
        before = RuleSet.objects.count()
        with pytest.raises(NotAllowed):
            publish(rulebook.liangping, [value("min_bidders", 2, "bidder")], by=refused, valid_from=legal_day())
        assert RuleSet.objects.count() == before
    made = publish(rulebook.shixi, [value("min_bidders", 2, "bidder")], by=here, valid_from=legal_day())
    assert made.version == 1


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ([], "no_values"),
        ([value("colour", 1, "")], "impossible_value"),
        ([value("deposit_cap_bp", 10_001, "bp")], "impossible_value"),
        ([value("refund_period", 3, "bp")], "impossible_value"),
        ([value("refund_period", -1, "minute")], "impossible_value"),
        ([value("refund_period", True, "minute")], "impossible_value"),
        ([value("lease_right_mortgageable", 1, "")], "impossible_value"),
        ([value("resolution_organs", ["mayor"], "")], "impossible_value"),
        ([value("min_bidders", 2, "bidder"), value("min_bidders", 3, "bidder")], "given_twice"),
    ],
)
def test_impossible_values_are_refused_and_nothing_changes(
    rulebook: Divisions, values: list[dict[str, Any]], code: str
) -> None:
    before = (RuleSet.objects.count(), RuleValue.objects.count())
    with pytest.raises(Refused) as refused:
        publish(rulebook.nanchuan, values)
    assert (refused.value.code, refused.value.field) == (code, "values")
    assert (RuleSet.objects.count(), RuleValue.objects.count()) == before


def test_rules_never_work_backwards(rulebook: Divisions) -> None:
    administrator = make_user("rules", Role.ADMINISTRATOR, rulebook.city)
    yesterday = legal_day() - timedelta(days=1)
    with pytest.raises(Refused) as refused:
        publish(rulebook.city, [value("min_bidders", 2, "bidder")], by=administrator, valid_from=yesterday)
    assert (refused.value.code, refused.value.field) == ("begins_in_the_past", "valid_from")
    with pytest.raises(Refused) as refused:
        publish(rulebook.city, [value("min_bidders", 2, "bidder")], valid_from=date(2021, 1, 1))
    assert refused.value.code == "begins_too_early"
    assert RuleSet.objects.get(code="standard", right_kind=None, division=rulebook.city).valid_to is None


def test_the_database_itself_refuses_two_versions_in_force(rulebook: Divisions) -> None:
    publish(rulebook.nanchuan, [value("min_bidders", 2, "bidder")])
    with pytest.raises(IntegrityError), transaction.atomic():
        RuleSet.objects.create(
            code="standard", division=rulebook.nanchuan, version=2, valid_from=date(2026, 5, 1), source="test"
        )


def test_loading_twice_changes_nothing(rulebook: Divisions) -> None:
    before = (RightKind.objects.count(), RuleSet.objects.count(), RuleValue.objects.count())
    assert before[0] == 14
    said = StringIO()
    call_command("load_rulebook", stderr=said)
    assert (RightKind.objects.count(), RuleSet.objects.count(), RuleValue.objects.count()) == before
    assert f"0 kinds added, 0 rule sets added, {before[1]} as before" in said.getvalue()


def test_a_file_that_changed_without_a_new_version_is_refused(rulebook: Divisions) -> None:
    RuleValue.objects.filter(key="min_bidders").update(value=7)
    with pytest.raises(CommandError, match="new version"):
        call_command("load_rulebook", stderr=StringIO())


def test_every_value_of_the_data_files_is_sound_and_of_a_known_kind() -> None:
    names = {kind["code"] for kind in json.loads((DATA / "right_kinds.json").read_text("utf-8"))}
    sets = json.loads((DATA / "standard.json").read_text("utf-8"))
    sets += json.loads((DATA / "demonstration.json").read_text("utf-8"))
    assert len(sets) == 14
    assert {entry["right_kind"] for entry in sets} <= names | {None}
    assert all(is_sound(v["key"], v["value"], v["unit"]) for entry in sets for v in entry["values"])
