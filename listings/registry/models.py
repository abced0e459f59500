"""Land, the rights to it, and what burdens them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from exchange.accounts.models import Division, Organisation, User
from exchange.journal.models import Origin
from exchange.locking import Row


class Collective(Row):
    """A collective economic organisation (农村集体经济组织) that owns land in its village.

    `origin` marks the collectives of a demonstration's living market: what they list is simulated.
    `bank_account` is its own account, to which rent is paid out; "" while none is entered.
    """

    organisation = models.OneToOneField(Organisation, on_delete=models.PROTECT, related_name="collective")
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="collectives")
    origin = models.CharField(max_length=12, choices=Origin.choices, default=Origin.PLATFORM)
    bank_account = models.CharField(max_length=32, blank=True)

    def __str__(self) -> str:
        return self.organisation.name


class Parcel(Row):
    """A parcel of land (宗地) under its real-estate unit code (GB/T 37346, 28 characters)."""

    name = models.CharField(max_length=120)
    unit_code = models.CharField(max_length=28, unique=True)
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")
    location = models.CharField(max_length=200)
    area_m2 = models.DecimalField(max_digits=16, decimal_places=2)
    land_class = models.CharField(max_length=60, blank=True)
    planned_use = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(area_m2__gt=0), name="a_parcel_has_an_area")]

    def __str__(self) -> str:
        return self.name


class Right(Row):
    """A right (权利) of one holder to one or several parcels, possibly derived from a parent right for a term."""

    class State(models.TextChoices):
        ACTIVE = "active", _("In force")
        ENDED = "ended", _("Ended")

    class Basis(models.TextChoices):
        """How the holder came by it."""

        OWNERSHIP = "ownership", _("Collective ownership")
        LEASE = "lease", _("Lease")

    NEXT = {State.ACTIVE: {State.ENDED}}

    kind = models.CharField(max_length=40)
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")
    parcels = models.ManyToManyField(Parcel, related_name="rights")
    area_m2 = models.DecimalField(max_digits=16, decimal_places=2)
    holder_name = models.CharField(max_length=120)
    holder_organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="rights"
    )
    holder_user = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="rights")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="derived")
    basis = models.CharField(max_length=12, choices=Basis.choices)
    term_from = models.DateField(null=True, blank=True)
    term_to = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ACTIVE)
    origin = models.CharField(max_length=12, choices=Origin.choices, default=Origin.PLATFORM)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(holder_organisation=None) ^ models.Q(holder_user=None),
                name="a_right_has_exactly_one_holder",
            ),
            models.CheckConstraint(condition=models.Q(area_m2__gt=0), name="a_right_has_an_area"),
            models.CheckConstraint(
                condition=models.Q(parent=None) | models.Q(term_from__isnull=False, term_to__isnull=False),
                name="a_derived_right_has_a_term",
            ),
            models.CheckConstraint(
                condition=models.Q(term_to=None) | models.Q(term_to__gt=models.F("term_from")),
                name="a_term_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.holder_name}: {self.kind}"


class Certificate(Row):
    """The registration office's number and date on a right (不动产权证); not the exchange's attestation."""

    right = models.ForeignKey(Right, on_delete=models.PROTECT, related_name="certificates")
    number = models.CharField(max_length=60, unique=True)
    registered_on = models.DateField()
    office = models.CharField(max_length=120, blank=True)
    version = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["right", "version"], name="a_certificate_version_stands_once")]

    def __str__(self) -> str:
        return self.number


class Encumbrance(Row):
    """What lies on a right (他项权利、锁定): a listing under way, a mortgage, a lease, a seizure.

    `reference` is the public id of the row of the later stage that put it there; it is in force until
    `lifted_at` is set.
    """

    class Kind(models.TextChoices):
        LISTING = "listing", _("Listing under way")
        MORTGAGE = "mortgage", _("Mortgage")
        LEASE = "lease", _("Lease")
        SEIZURE = "seizure", _("Seizure")

    right = models.ForeignKey(Right, on_delete=models.PROTECT, related_name="encumbrances")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    holder_name = models.CharField(max_length=120)
    reference = models.CharField(max_length=40)
    from_day = models.DateField()
    to_day = models.DateField(null=True, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["right"],
                condition=models.Q(kind="listing", lifted_at=None),
                name="a_right_is_listed_once_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["right"],
                condition=models.Q(kind="mortgage", lifted_at=None),
                name="a_right_has_one_first_mortgage",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.holder_name}"
