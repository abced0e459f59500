"""Who and where: dated divisions, organisations, people, their roles, notices to them."""

from __future__ import annotations

from datetime import date
from functools import cached_property

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from exchange.clock import LegalNow, legal_day
from exchange.identifiers import new_id
from exchange.locking import Row


class Level(models.TextChoices):
    """The four levels of the market (市、区县、乡镇、村)."""

    CITY = "city", _("City")
    DISTRICT = "district", _("District")
    TOWNSHIP = "township", _("Township")
    VILLAGE = "village", _("Village")


class Division(models.Model):
    """An administrative division (行政区划) as it was in force from `valid_from` until before `valid_to`.

    Codes: GB/T 2260 (6 digits) for city and district, GB/T 10114 (9) for townships, 12 for villages. A code
    says nothing about a later parent, so the tree is `parent`; `path` is the codes from the city down, each
    followed by "/", and makes "this and all below" one prefix. A reform ends rows and makes new ones.
    """

    code = models.CharField(max_length=12)
    name = models.CharField(max_length=60)
    level = models.CharField(max_length=10, choices=Level.choices)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    path = models.CharField(max_length=60)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=200, blank=True)
    successors = models.ManyToManyField("self", through="Succession", symmetrical=False, related_name="predecessors")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="a_code_begins_once_a_day"),
            models.CheckConstraint(
                condition=models.Q(valid_to=None) | models.Q(valid_to__gt=models.F("valid_from")),
                name="a_division_ends_after_it_begins",
            ),
            ExclusionConstraint(
                expressions=[
                    ("code", RangeOperators.EQUAL),
                    (
                        models.Func("valid_from", "valid_to", function="daterange", output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                name="a_code_stands_for_one_unit_at_a_time",
            ),
        ]
        indexes = [models.Index(fields=["path"], name="division_path", opclasses=["text_pattern_ops"])]

    def __str__(self) -> str:
        return self.name

    def covers(self, other: Division) -> bool:
        """Say whether `other` is this division or lies below it."""
        return other.path.startswith(self.path)

    def is_in_force(self, day: date) -> bool:
        """Say whether the division exists on `day`."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


class Succession(models.Model):
    """That a part of an ended division went to another one; `share_bp` of its area when that is known."""

    ended = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="successions")
    successor = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="inheritances")
    share_bp = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ended", "successor"], name="each_successor_stands_once")]

    def __str__(self) -> str:
        return f"{self.ended} → {self.successor}"


class Organisation(Row):
    """A body (机构) that acts: it has a seat in a division but is none."""

    class Kind(models.TextChoices):
        CENTRE = "centre", _("Exchange centre")
        BUREAU = "bureau", _("Bureau")
        COLLECTIVE = "collective", _("Collective economic organisation")
        BANK = "bank", _("Bank")
        COMPANY = "company", _("Company")
        REGISTRY = "registry", _("Registration office")

    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    uscc = models.CharField(max_length=18, unique=True, null=True, blank=True)
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="organisations")

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """What a membership lets a person do, at its division and everywhere below it."""

    FILER = "filer", _("Collective officer")
    AGENT = "agent", _("Company representative")
    REVIEWER = "reviewer", _("Reviewer")
    ORGANISER = "organiser", _("Trade organiser")
    FINANCE = "finance", _("Finance clerk")
    BANKER = "banker", _("Bank officer")
    APPROVER = "approver", _("Bank approver")
    LEADER = "leader", _("Dashboard reader")
    AUDITOR = "auditor", _("Auditor")
    ADMINISTRATOR = "administrator", _("Rule administrator")


class User(AbstractUser):
    """A person who logs in. What he may do stands in his memberships; anybody active may bid."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    full_name = models.CharField(max_length=60)
    phone = models.CharField(max_length=20, blank=True)
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]

    REQUIRED_FIELDS = ["full_name"]

    def __str__(self) -> str:
        return self.full_name or self.username

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        return self.full_name

    @cached_property
    def roles(self) -> list[Membership]:
        """The memberships in force today, with their divisions (one query, kept for the request)."""
        today = legal_day()
        found = self.memberships.select_related("division", "organisation").filter(valid_from__lte=today)
        return list(found.exclude(valid_to__lte=today))

    def memberships_as(self, *roles: str) -> list[Membership]:
        """Return the memberships in one of `roles` (any role when none is named)."""
        return [m for m in self.roles if not roles or m.role in roles]

    def has_role(self, role: str, division: Division | None = None, level: str = "") -> bool:
        """Say whether the person holds `role`, reaching `division` if given, at a membership of `level` if given."""
        return any(
            (division is None or m.division.covers(division)) and (not level or m.division.level == level)
            for m in self.memberships_as(role)
        )

    def reach(self, *roles: str) -> list[str]:
        """Return the division paths that the person reaches in one of `roles`; see `selectors.within`."""
        return [m.division.path for m in self.memberships_as(*roles)]


class Membership(Row):
    """That a person has a role at a division, for an organisation, from a day until before another."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role.choices)
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="members"
    )
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "division", "organisation", "valid_from"],
                nulls_distinct=False,
                name="a_role_is_given_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.role} {self.division}"


class Notice(Row):
    """A message to one person (消息): plain words and where to go; read or not.

    Kept as the English phrase and what is filled in, so that everybody reads it in his own language.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="notices")
    phrase = models.CharField(max_length=300)
    words = models.JSONField(default=dict)
    url = models.CharField(max_length=200, blank=True)
    read_at = models.DateTimeField(null=True)
    at = models.DateTimeField(db_default=LegalNow())

    class Meta:
        indexes = [models.Index(fields=["user", "-id"], name="notices_of_user")]

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """The message in the language of whoever reads it now."""
        said = gettext(self.phrase)
        return said % self.words if self.words else said
