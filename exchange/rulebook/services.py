"""Writes: kinds of rights, and new versions of the rules."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from exchange.accounts.models import Division, User
from exchange.clock import legal_day
from exchange.errors import Refused, require
from exchange.journal.repeats import repeatable
from exchange.journal.services import record
from exchange.locking import patience
from exchange.rulebook import policies
from exchange.rulebook.keys import Key, is_sound
from exchange.rulebook.models import RightKind, RuleSet, RuleValue


@transaction.atomic
def define_right_kinds(*, kinds: list[dict[str, Any]]) -> int:
    """Enter the kinds of rights of the product's own data file; return how many are new. Set-up only."""
    known = set(RightKind.objects.values_list("code", flat=True))
    fresh = [RightKind(**kind) for kind in kinds if kind["code"] not in known]
    RightKind.objects.bulk_create(fresh)
    return len(fresh)


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
