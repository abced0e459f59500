"""Loans that are paid out: what is owed when, and what has come back."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from exchange.accounts.models import Division, Organisation, User
from exchange.journal.models import Origin
from exchange.ledger.models import Account
from exchange.locking import Row
from loans.origination.models import Application, Method, Product


class DayCount(models.TextChoices):
    """How days become a part of a year; the values are those of the loan engine."""

    THIRTY_360 = "30/360", _("30 days a month, 360 a year")
    ACT_360 = "act/360", _("real days, 360 a year")
    ACT_365 = "act/365", _("real days, 365 a year")


class Loan(Row):
    """A loan (贷款). Money in fen, rate in basis points a year, term in months.

    `balance_fen` is the principal still owed, and the negative balance of `account`. An imported loan is
    serviced in its bank's own books: it has neither account nor schedule here, and perhaps no `bank` row.
    """

    class State(models.TextChoices):
        ACTIVE = "active", _("Being repaid")
        SETTLED = "settled", _("Settled")

    NEXT = {State.ACTIVE: {State.SETTLED}}

    application = models.OneToOneField(
        Application, null=True, blank=True, on_delete=models.PROTECT, related_name="loan"
    )
    bank = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="loans")
    bank_name = models.CharField(max_length=120)
    product = models.ForeignKey(Product, null=True, blank=True, on_delete=models.PROTECT, related_name="loans")
    product_name = models.CharField(max_length=60, blank=True)
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")
    right_kind = models.CharField(max_length=40, blank=True)
    secured = models.BooleanField()
    borrower_name = models.CharField(max_length=120)
    borrower_user = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="loans")
    borrower_organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="loans_taken"
    )
    principal_fen = models.BigIntegerField()
    balance_fen = models.BigIntegerField()
    rate_bp = models.PositiveIntegerField()
    method = models.CharField(max_length=16, choices=Method.choices)
    day_count = models.CharField(max_length=8, choices=DayCount.choices, default=DayCount.THIRTY_360)
    term_months = models.PositiveIntegerField()
    disbursed_on = models.DateField()
    repaid_on = models.DateField(null=True, blank=True)
    account = models.OneToOneField(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="loan")
    state = models.CharField(max_length=8, choices=State.choices, default=State.ACTIVE)
    origin = models.CharField(max_length=12, choices=Origin.choices, default=Origin.PLATFORM)
    import_ref = models.CharField(max_length=40, unique=True, null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(principal_fen__gt=0, balance_fen__gte=0, balance_fen__lte=F("principal_fen")),
                name="a_balance_is_within_the_principal",
            ),
            models.CheckConstraint(
                condition=Q(state="settled", balance_fen=0) | Q(state="active", balance_fen__gt=0),
                name="a_settled_loan_owes_nothing",
            ),
            models.CheckConstraint(
                condition=Q(account=None) | Q(application__isnull=False, bank__isnull=False),
                name="a_loan_with_an_account_was_applied_for",
            ),
        ]
        indexes = [models.Index(fields=["bank", "state"], name="loans_of_bank")]

    def __str__(self) -> str:
        return f"{self.borrower_name}: {self.product_name}"

    @property
    def is_serviced_here(self) -> bool:
        """Whether repayments are booked here and not only in the bank's own books."""
        return self.account_id is not None


class ScheduleRow(models.Model):
    """One row of a version of a repayment plan (还款计划), in fen, and what has been paid on it.

    `balance_fen` is the principal owed after the row when all goes by plan. What is due never changes; another
    plan is another version.
    """

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="schedule")
    version = models.PositiveSmallIntegerField(default=1)
    n = models.PositiveIntegerField()
    due_on = models.DateField()
    principal_fen = models.BigIntegerField()
    interest_fen = models.BigIntegerField()
    total_fen = models.BigIntegerField()
    balance_fen = models.BigIntegerField()
    paid_principal_fen = models.BigIntegerField(default=0)
    paid_interest_fen = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["loan", "version", "n"], name="a_row_stands_once_in_a_version"),
            models.CheckConstraint(
                condition=Q(total_fen=F("principal_fen") + F("interest_fen")), name="a_row_is_principal_and_interest"
            ),
            models.CheckConstraint(
                condition=Q(paid_principal_fen__gte=0, paid_principal_fen__lte=F("principal_fen"))
                & Q(paid_interest_fen__gte=0, paid_interest_fen__lte=F("interest_fen")),
                name="nothing_is_paid_beyond_what_is_due",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="what_is_due_stays",
                fields=[
                    "loan", "version", "n", "due_on", "principal_fen", "interest_fen", "total_fen", "balance_fen",
                ],
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.n}: {self.due_on}"

    @property
    def open_fen(self) -> int:
        """What is still to be paid on the row."""
        return self.total_fen - self.paid_principal_fen - self.paid_interest_fen


class Repayment(Row):
    """Money that came back on a loan (还款), split into interest and principal; never edited."""

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="repayments")
    amount_fen = models.BigIntegerField()
    principal_fen = models.BigIntegerField()
    interest_fen = models.BigIntegerField()
    on_day = models.DateField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    amount_fen=F("principal_fen") + F("interest_fen"),
                    amount_fen__gt=0,
                    principal_fen__gte=0,
                    interest_fen__gte=0,
                ),
                name="a_repayment_is_principal_and_interest",
            )
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.on_day} {self.amount_fen}"
