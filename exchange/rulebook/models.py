"""Kinds of rights, and dated, versioned sets of parameters per kind and division."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from exchange.accounts.models import Division
from exchange.clock import LegalNow
from exchange.locking import Row
from exchange.rulebook.keys import Key


class Evidence(models.TextChoices):
    """How well a value is founded; only what is checked may be called a rule of law."""

    CHECKED = "S", _("checked against the source")
    KNOWN = "K", _("generally known")
    SHAPE = "M", _("right in shape, check the number")
    OPEN = "U", _("open: to be set by the operator")


class RightKind(models.Model):
    """A kind of right that is traded (交易品种).

    `category` is one of the eight of 国办发〔2014〕71号, `letter` stands for the kind in listing numbers.
    """

    code = models.CharField(max_length=40, primary_key=True)
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80)
    category = models.PositiveSmallIntegerField()
    letter = models.CharField(max_length=1, unique=True)
    source = models.CharField(max_length=300)
    evidence = models.CharField(max_length=1, choices=Evidence.choices)

    class Meta:
        ordering = ["category", "code"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(category__gte=1, category__lte=8), name="a_kind_belongs_to_one_of_eight_categories"
            )
        ]

    def __str__(self) -> str:
        """Return the name in the reader's language."""
        return self.name_en if (get_language() or "").startswith("en") else self.name


class RuleSet(Row):
    """A version of the parameters (规则集) for one division, and one kind of right or all of them.

    In force from `valid_from` until before `valid_to`. Never changed once published: a new version ends it.
    """

    class Code(models.TextChoices):
        STANDARD = "standard", _("Standard")
        DEMONSTRATION = "demonstration", _("Demonstration: days shrink to minutes")

    code = models.CharField(max_length=20, choices=Code.choices)
    right_kind = models.ForeignKey(RightKind, null=True, blank=True, on_delete=models.PROTECT, related_name="rule_sets")
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="rule_sets")
    version = models.PositiveIntegerField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=300)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code", "right_kind", "division", "version"],
                nulls_distinct=False,
                name="a_version_of_rules_stands_once",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to=None) | models.Q(valid_to__gt=models.F("valid_from")),
                name="rules_end_after_they_begin",
            ),
            ExclusionConstraint(
                name="one_version_of_rules_is_in_force",
                expressions=[
                    ("code", RangeOperators.EQUAL),
                    (Coalesce("right_kind_id", models.Value("")), RangeOperators.EQUAL),
                    ("division", RangeOperators.EQUAL),
                    (
                        models.Func("valid_from", "valid_to", function="daterange", output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.right_kind_id or '*'} {self.division_id} v{self.version}"


class RuleValue(models.Model):
    """One parameter of a set: a number with a unit, a truth, or a list; where it comes from, how sure it is."""

    rule_set = models.ForeignKey(RuleSet, on_delete=models.PROTECT, related_name="values")
    key = models.CharField(max_length=40, choices=Key.choices)
    value = models.JSONField(null=True)
    unit = models.CharField(max_length=16, blank=True)
    source = models.CharField(max_length=300)
    evidence = models.CharField(max_length=1, choices=Evidence.choices)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule_set", "key"], name="a_set_gives_a_parameter_once")]

    def __str__(self) -> str:
        return f"{self.key} = {self.value} {self.unit}"

    @property
    def plain(self) -> dict[str, Any]:
        """The value as JSON, for answers and for what is frozen into an announcement."""
        return {
            "value": self.value,
            "unit": self.unit,
            "source": self.source,
            "evidence": self.evidence,
            "note": self.note,
        }


class WorkYear(models.Model):
    """A year of the working-day calendar (节假日安排) that was taken in; its days stand in `exchange.calendar`.

    That the row is there says that its event is in the journal: dates counted without it are worked out anew.
    """

    year = models.PositiveSmallIntegerField(primary_key=True)
    sources = models.JSONField()
    taken_in_at = models.DateTimeField(db_default=LegalNow())

    def __str__(self) -> str:
        return str(self.year)
