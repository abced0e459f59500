"""manage.py load_rulebook: take in the kinds of rights and the rules that come with the product."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from exchange.accounts.models import Division
from exchange.accounts.selectors import division_at
from exchange.rulebook.models import RuleSet
from exchange.rulebook.services import define_right_kinds, publish_rule_set

DATA = Path(__file__).parents[2] / "data"


class Command(BaseCommand):
    help = "Load kinds of rights and rule sets from exchange/rulebook/data/; what is there already stays."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        kinds = define_right_kinds(kinds=_read("right_kinds.json"))
        added = same = 0
        for described in [*_read("standard.json"), *_read("demonstration.json")]:
            division = self._division(described["division"])
            if division is None:
                continue
            if _there_already(described, division):
                same += 1
            else:
                _publish(described, division)
                added += 1
        self.stderr.write(f"Rulebook: {kinds} kinds added, {added} rule sets added, {same} as before.")

    def _division(self, code: str) -> Division | None:
        try:
            return division_at(code)
        except Division.DoesNotExist:
            self.stderr.write(f"Division {code} is not there; its rules are left out. Import divisions first.")
            return None


def _read(name: str) -> list[dict[str, Any]]:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def _there_already(described: dict[str, Any], division: Division) -> bool:
    found = RuleSet.objects.filter(
        code=described["code"],
        right_kind=described["right_kind"],
        division=division,
        version=described["version"],
    ).first()
    if found is None:
        return False
    kept = {value.key: value.plain for value in found.values.all()}
    if kept != {value["key"]: {k: v for k, v in value.items() if k != "key"} for value in described["values"]}:
        raise CommandError(f"{found}: the file says something else under the same version. Give it a new version.")
    return True


def _publish(described: dict[str, Any], division: Division) -> None:
    made = publish_rule_set(
        code=described["code"],
        right_kind=described["right_kind"],
        division=division,
        valid_from=date.fromisoformat(described["valid_from"]),
        values=described["values"],
        source=described["source"],
        note=described["note"],
        by=None,
    )
    if made.version != described["version"]:
        raise CommandError(f"{made}: the file calls this version {described['version']}.")
