"""Writes: kinds of rights, new versions of the rules, years of the working-day calendar."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from exchange import calendar
from exchange.accounts.models import Division, User
from exchange.clock import legal_day
from exchange.errors import Refused, require
from exchange.journal.repeats import repeatable
from exchange.journal.services import record, record_all
from exchange.locking import patience
from exchange.rulebook import policies
from exchange.rulebook.keys import Key, is_sound
from exchange.rulebook.models import RightKind, RuleSet, RuleValue, WorkYear
from exchange.sweeps import each


@transaction.atomic
def define_right_kinds(*, kinds: list[dict[str, Any]]) -> int:
    """Enter the kinds of rights of the product's own data file; return how many are new. Set-up only."""
    known = set(RightKind.objects.values_list("code", flat=True))
    fresh = [RightKind(**kind) for kind in kinds if kind["code"] not in known]
    RightKind.objects.bulk_create(fresh)
    today = legal_day()
    facts = [{"subject": kind, "division": None, "day": today, "right_kind": kind.code} for kind in fresh]
    return record_all(kind="right_kind.defined", facts=facts, by=None)


@repeatable
@transaction.atomic
def publish_rule_set(
    *,
    code: str,
    right_kind: str | None,
    division: Division,
    valid_from: date,
    values: list[dict[str, Any]],
    source: str,
    by: User | None,
    note: str = "",
    request_key: str = "",
) -> RuleSet:
    """Publish a version of the rules; the one before it ends the day this one begins.

    `values`: `{"key", "value", "unit", "source", "evidence", "note"}` each. Only a rule administrator of the
    division (`by` None is the set-up itself). Refused: a first day that is past, since rules never work
    backwards; a day not after the first day of the version before; an unknown parameter or impossible value.
    """
    require(
        by is None or policies.may_publish(by, division),
        _("Only the rule administrator of this division publishes rules. Ask that person to do it."),
    )
    _check_values(values)
    if by is not None and valid_from < legal_day():
        raise Refused(
            _("Rules cannot begin in the past. Choose today or a later day."), "begins_in_the_past", "valid_from"
        )
    with patience():
        # One publisher at a time per division: also the first version needs somebody to wait for.
        Division.objects.select_for_update().get(pk=division.pk)
    before = RuleSet.objects.filter(code=code, right_kind=right_kind, division=division).order_by("-version").first()
    _end(before, valid_from)
    made = RuleSet.objects.create(
        code=code,
        right_kind_id=right_kind,
        division=division,
        version=before.version + 1 if before else 1,
        valid_from=valid_from,
        source=source,
        note=note,
    )
    RuleValue.objects.bulk_create(RuleValue(rule_set=made, **value) for value in values)
    record(
        "rules.published",
        subject=made,
        by=by,
        division=division,
        right_kind=right_kind or "",
        data={"code": code, "version": made.version, "valid_from": valid_from.isoformat()},
    )
    return made


def _end(before: RuleSet | None, day: date) -> None:
    if before is None:
        return
    if day <= before.valid_from:
        raise Refused(
            _("Version %(version)s begins on %(day)s. A newer version must begin after that day.")
            % {"version": before.version, "day": before.valid_from},
            "begins_too_early",
            "valid_from",
        )
    before.valid_to = day
    before.save(update_fields=["valid_to"])


def _check_values(values: list[dict[str, Any]]) -> None:
    if not values:
        raise Refused(_("A set of rules needs at least one parameter."), "no_values", "values")
    keys = [value["key"] for value in values]
    for value in values:
        key = value["key"]
        if keys.count(key) > 1:
            raise Refused(_("“%(key)s” is given twice. Keep one.") % {"key": key}, "given_twice", "values")
        if not is_sound(key, value["value"], value["unit"]):
            label = dict(Key.choices).get(key, key)
            raise Refused(
                _("“%(label)s” cannot be %(value)s %(unit)s. Correct the value or its unit.")
                % {"label": label, "value": value["value"], "unit": value["unit"]},
                "impossible_value",
                "values",
            )


@transaction.atomic
def import_work_year(*, text: str, by: User | None) -> WorkYear:
    """Take in a year of the working-day calendar (节假日安排) from the text of its file; a repeat changes nothing.

    The file is kept beside the others, and `calendar.year_imported` (data `year`) lets every stage work its
    provisional dates out anew. Refused: a file that contradicts itself, another calendar of a known year.
    `by` None is the set-up or the sweep.
    """
    require(by is None or policies.may_import_years(by), _("Only a rule administrator of the city imports calendars."))
    try:
        year = calendar.year_of_file(text)
    except ValueError as error:
        raise Refused(str(error), "bad_calendar", "file") from error
    sources = json.loads(text)["sources"]
    row, fresh = WorkYear.objects.get_or_create(year=year, defaults={"sources": sources})
    if fresh:
        record("calendar.year_imported", subject=row, by=by, division=None, data={"year": year, "sources": sources})
    # Last, so that a rollback leaves no file; a second machine that has no file yet gets it here.
    calendar.keep_year(year, text)
    return row


def take_in_years(*, limit: int = 20) -> int:
    """Record the years whose files are at hand but were not taken in, as after a new release; return how many."""
    taken = set(WorkYear.objects.values_list("year", flat=True))
    fresh = [year for year in calendar.known_years() if year not in taken][:limit]
    return each(fresh, _take_in)


def _take_in(year: int) -> bool:
    import_work_year(text=(calendar.FOLDER / f"{year}.json").read_text(encoding="utf-8"), by=None)
    return True
