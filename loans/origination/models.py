"""Loans before they are paid out: products, applications, valuations, mortgages."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from exchange.accounts.models import Division, Organisation, User
from exchange.journal.models import Origin
from exchange.locking import Row
from listings.registry.models import Right


class Method(models.TextChoices):
    """How a loan is paid back (还款方式); the values are those of the loan engine."""

    ANNUITY = "annuity", _("Equal instalments")
    EQUAL_PRINCIPAL = "equal_principal", _("Equal parts of principal")
    INTEREST_ONLY = "interest_only", _("Interest monthly, principal at the end")
    BULLET = "bullet", _("All at the end")


class Product(Row):
    """A bank's offer (贷款产品). What is null or empty is set by the bank in each case, and shown so.

    `right_kinds` are the kinds of rights (抵押物) that the bank takes as security, by the rulebook's codes.
    `districts_stated` is how many districts the bank says it serves; which ones is not known here.
    """

    class SecuredBy(models.TextChoices):
        """What stands behind the loan besides the borrower."""

        NONE = "none", _("Credit, without collateral")
        RIGHT = "right", _("Mortgage of a right")
        GUARANTEE = "guarantee", _("Guarantee")
        FUND = "fund", _("Risk fund")
        COMBINED = "combined", _("Mortgage and guarantee")

    MORTGAGE = (SecuredBy.RIGHT, SecuredBy.COMBINED)

    name = models.CharField(max_length=60)
    bank = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="loan_products")
    secured_by = models.CharField(max_length=10, choices=SecuredBy.choices)
    right_kinds = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    method = models.CharField(max_length=16, choices=Method.choices, default=Method.ANNUITY)
    rate_bp = models.PositiveIntegerField(null=True, blank=True)
    term_months_max = models.PositiveIntegerField(null=True, blank=True)
    limit_fen = models.BigIntegerField(null=True, blank=True)
    districts_stated = models.PositiveSmallIntegerField(null=True, blank=True)
    active = models.BooleanField(default=True)
    source = models.CharField(max_length=200, blank=True)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bank", "name"], name="a_bank_names_a_product_once"),
            models.CheckConstraint(condition=Q(limit_fen=None) | Q(limit_fen__gt=0), name="a_limit_lets_something_in"),
            models.CheckConstraint(
                condition=Q(secured_by__in=["right", "combined"], right_kinds__len__gt=0)
                | (~Q(secured_by__in=["right", "combined"]) & Q(right_kinds__len=0)),
                name="a_mortgage_product_says_what_it_takes",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def needs_mortgage(self) -> bool:
        """Whether a right has to be mortgaged before the money goes out."""
        return self.secured_by in self.MORTGAGE

    def takes(self, right_kind: str) -> bool:
        """Say whether a right of this kind may stand behind it; a credit product asks for none, and so takes any."""
        return not self.needs_mortgage or right_kind in self.right_kinds


class Application(Row):
    """An application for a loan (贷款申请); money in fen, term in months, rate in basis points a year.

    `rate_bp` is agreed at approval. `lease_note` is what the rule said that lets a leased right be mortgaged.
    `reason` is why it was declined.
    """

    class State(models.TextChoices):
        SUBMITTED = "submitted", _("Applied for")
        VALUED = "valued", _("Valued")
        APPROVED = "approved", _("Approved")
        REGISTERED = "registered", _("Mortgage registered")
        DISBURSED = "disbursed", _("Money paid out")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Taken back")

    NEXT = {
        State.SUBMITTED: {State.VALUED, State.APPROVED, State.DECLINED, State.WITHDRAWN},
        State.VALUED: {State.VALUED, State.APPROVED, State.DECLINED, State.WITHDRAWN},
        State.APPROVED: {State.REGISTERED, State.DISBURSED},
        State.REGISTERED: {State.DISBURSED},
    }
    UNDECIDED = (State.SUBMITTED, State.VALUED)

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="applications")
    right = models.ForeignKey(Right, null=True, blank=True, on_delete=models.PROTECT, related_name="applications")
    applicant = models.ForeignKey(User, on_delete=models.PROTECT, related_name="loan_applications")
    applicant_organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="loan_applications"
    )
    borrower_name = models.CharField(max_length=120)
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")
    right_kind = models.CharField(max_length=40, blank=True)
    amount_fen = models.BigIntegerField()
    term_months = models.PositiveIntegerField()
    purpose = models.CharField(max_length=200)
    rate_bp = models.PositiveIntegerField(null=True, blank=True)
    lease_note = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.SUBMITTED)
    valued_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300, blank=True)
    origin = models.CharField(max_length=12, choices=Origin.choices, default=Origin.PLATFORM)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0, term_months__gt=0), name="a_loan_has_amount_and_term"),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "registered", "disbursed"]) | Q(rate_bp__isnull=False),
                name="an_approved_loan_has_a_rate",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "registered", "disbursed"])
                | Q(valued_by=None)
                | ~Q(decided_by=models.F("valued_by")),
                name="four_eyes_see_a_valuation",
            ),
        ]
        indexes = [models.Index(fields=["state", "division"], name="application_by_state")]

    def __str__(self) -> str:
        return f"{self.borrower_name}: {self.product}"


class Valuation(Row):
    """What a right is worth to a lender (估值): yearly rent × months left / 12, and what may be lent on it."""

    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="valuation")
    annual_rent_fen = models.BigIntegerField()
    months = models.PositiveIntegerField()
    value_fen = models.BigIntegerField()
    ltv_cap_bp = models.PositiveIntegerField()
    ceiling_fen = models.BigIntegerField()
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(annual_rent_fen__gt=0, ceiling_fen__gte=0, ceiling_fen__lte=models.F("value_fen")),
                name="a_ceiling_is_within_the_value",
            )
        ]

    def __str__(self) -> str:
        return f"{self.value_fen}"


class Mortgage(Row):
    """A mortgage as the registration office entered it (抵押登记); the lock on the right is its encumbrance."""

    class State(models.TextChoices):
        REGISTERED = "registered", _("Registered")
        RELEASED = "released", _("Released")

    NEXT = {State.REGISTERED: {State.RELEASED}}

    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="mortgage")
    right = models.ForeignKey(Right, on_delete=models.PROTECT, related_name="mortgages")
    number = models.CharField(max_length=60, unique=True)
    registered_on = models.DateField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.REGISTERED)
    released_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["right"], condition=Q(state="registered"), name="a_right_bears_one_mortgage_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(state="released", released_on__isnull=False) | Q(state="registered", released_on=None),
                name="only_a_released_mortgage_has_a_day_of_release",
            ),
        ]

    def __str__(self) -> str:
        return self.number
