"""Deals: from the published result over contract, payment and hand-over to the certificate."""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from exchange.accounts.models import Division, Organisation, User
from exchange.identifiers import mask_account
from exchange.journal.models import Origin
from exchange.ledger.models import BankLine
from exchange.locking import Row
from listings.auctions.models import Auction
from listings.catalogue.models import Listing
from listings.registry.models import Right


def stored_as(row: models.Model, name: str) -> str:
    """Return where a document or photo is kept: a random name, so that no address can be guessed."""
    return f"deals/{uuid.uuid4().hex}.{name.rsplit('.', 1)[-1].lower()}"


class PartyKind(models.TextChoices):
    """What a party is; only the names of natural persons are masked."""

    PERSON = "person", _("Person")
    COOPERATIVE = "cooperative", _("Cooperative")
    COMPANY = "company", _("Company")
    COLLECTIVE = "collective", _("Collective economic organisation")
    OTHER = "other", _("Other body")


class TransferMode(models.TextChoices):
    """How the right passes to the other side (流转方式)."""

    LEASE = "lease", _("Lease")
    CONTRACT = "contract", _("Contracting")
    GRANT = "grant", _("Grant")
    TRANSFER = "transfer", _("Transfer")
    EQUITY = "equity", _("Contribution as shares")


class PriceUnit(models.TextChoices):
    """What the price is for; the amount of a deal is the price over the whole term."""

    YUAN_PER_YEAR = "yuan_per_year", _("yuan / year")
    YUAN_TOTAL = "yuan_total", _("yuan in all")


class Deal(Row):
    """A deal (成交): who takes which right at which price for how long, and how far it has come.

    `price_fen` is per `price_unit`, `amount_fen` the whole contract value (rent × term). `division` is the one
    in force on `closed_on`, the legal day of the close. Names and terms are copies: they never change again.
    `due_at` is until when the winner signs, then until when he pays first, counted from `due_from`; provisional
    while the working days of a year in between are unknown.
    A default is proposed (`default_proposals` counts) by one organiser and confirmed by another.
    An imported deal has no listing, auction or right here; `import_ref` is its number in the books it came from.
    """

    class State(models.TextChoices):
        PUBLICITY = "publicity", _("Result published")
        CONFIRMED = "confirmed", _("Result confirmed")
        CONTRACTED = "contracted", _("Contract signed")
        PAID = "paid", _("First payment received")
        HANDED_OVER = "handed_over", _("Handed over")
        COMPLETED = "completed", _("Completed")
        CANCELLED = "cancelled", _("Cancelled")
        DEFAULTED = "defaulted", _("Winner backed out")

    NEXT: ClassVar = {
        State.PUBLICITY: {State.CONFIRMED, State.CANCELLED},
        State.CONFIRMED: {State.CONTRACTED, State.DEFAULTED},
        State.CONTRACTED: {State.PAID, State.DEFAULTED},
        State.PAID: {State.HANDED_OVER},
        State.HANDED_OVER: {State.COMPLETED},
    }
    IN_USE = (State.HANDED_OVER, State.COMPLETED)
    BROKEN_OFF = (State.CANCELLED, State.DEFAULTED)
    PAYABLE = (State.CONTRACTED, State.PAID, State.HANDED_OVER, State.COMPLETED)

    number = models.CharField(max_length=40, unique=True)
    listing = models.OneToOneField(Listing, null=True, blank=True, on_delete=models.PROTECT, related_name="deal")
    auction = models.OneToOneField(Auction, null=True, blank=True, on_delete=models.PROTECT, related_name="deal")
    right = models.ForeignKey(Right, null=True, blank=True, on_delete=models.PROTECT, related_name="deals")
    new_right = models.OneToOneField(Right, null=True, blank=True, on_delete=models.PROTECT, related_name="made_by")
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")
    right_kind = models.CharField(max_length=40)
    transfer_mode = models.CharField(max_length=12, choices=TransferMode.choices, default=TransferMode.LEASE)
    title = models.CharField(max_length=80)
    use_text = models.CharField(max_length=120, blank=True)
    lessor_name = models.CharField(max_length=120)
    lessor_kind = models.CharField(max_length=12, choices=PartyKind.choices, default=PartyKind.COLLECTIVE)
    lessor_organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="deals_as_lessor"
    )
    lessee_name = models.CharField(max_length=120)
    lessee_kind = models.CharField(max_length=12, choices=PartyKind.choices)
    lessee_user = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="deals")
    lessee_organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="deals_as_lessee"
    )
    price_fen = models.BigIntegerField()
    price_unit = models.CharField(max_length=16, choices=PriceUnit.choices, default=PriceUnit.YUAN_PER_YEAR)
    start_price_fen = models.BigIntegerField(null=True, blank=True)
    competitive = models.BooleanField(default=False)
    term_months = models.PositiveIntegerField(null=True, blank=True)
    area_m2 = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    amount_fen = models.BigIntegerField()
    closed_on = models.DateField()
    publicity_from = models.DateTimeField(null=True, blank=True)
    publicity_to = models.DateTimeField(null=True, blank=True)
    publicity_provisional = models.BooleanField(default=False)
    due_from = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    due_provisional = models.BooleanField(default=False)
    remind_at = models.DateTimeField(null=True, blank=True)
    default_proposals = models.PositiveIntegerField(default=0)
    default_reason = models.CharField(max_length=300, blank=True)
    default_proposed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    default_confirmed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    rules = models.JSONField(default=dict)
    term_from = models.DateField(null=True, blank=True)
    term_to = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.PUBLICITY)
    origin = models.CharField(max_length=12, choices=Origin.choices, default=Origin.PLATFORM)
    note = models.CharField(max_length=300, blank=True)
    import_ref = models.CharField(max_length=40, unique=True, null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(price_fen__gt=0, amount_fen__gt=0), name="a_deal_has_a_price"),
            models.CheckConstraint(condition=Q(area_m2=None) | Q(area_m2__gt=0), name="an_area_of_a_deal_is_positive"),
            models.CheckConstraint(
                condition=~Q(price_unit="yuan_per_year") | Q(term_months__gt=0), name="a_price_per_year_has_a_term"
            ),
            models.CheckConstraint(
                condition=Q(lessee_user=None) | Q(lessee_organisation=None), name="a_deal_has_at_most_one_lessee"
            ),
            models.CheckConstraint(
                condition=Q(origin="imported", import_ref__isnull=False)
                | (~Q(origin="imported") & Q(import_ref=None, listing__isnull=False)),
                name="a_deal_comes_from_a_listing_or_an_import",
            ),
            models.CheckConstraint(
                condition=Q(default_confirmed_by=None) | ~Q(default_confirmed_by=models.F("default_proposed_by")),
                name="nobody_confirms_his_own_proposal_of_a_default",
            ),
        ]
        indexes = [
            models.Index(fields=["-closed_on", "-id"], name="deals_newest_first"),
            models.Index(fields=["division", "-closed_on", "-id"], name="deals_of_division"),
            models.Index(fields=["publicity_to"], condition=Q(state="publicity"), name="deals_in_publicity"),
            models.Index(fields=["remind_at"], condition=Q(remind_at__isnull=False), name="deals_to_remind_of"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def term_years(self) -> int | None:
        """The term in whole years, None when it is not a whole number of years or there is none."""
        return self.term_months // 12 if self.term_months and self.term_months % 12 == 0 else None


class Contract(Row):
    """A version of the contract (合同): its PDF is made once, both sides sign its SHA-256, nothing changes after."""

    deal = models.ForeignKey(Deal, on_delete=models.PROTECT, related_name="contracts")
    version = models.PositiveSmallIntegerField()
    number = models.CharField(max_length=40, unique=True)
    body = models.JSONField()
    pdf = models.FileField(upload_to=stored_as)
    sha256 = models.CharField(max_length=64)
    drawn_up_at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    lessor_signed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    lessor_signed_at = models.DateTimeField(null=True, blank=True)
    lessee_signed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    lessee_signed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["deal", "version"], name="a_contract_version_stands_once"),
            models.CheckConstraint(
                condition=Q(lessor_signed_by=None, lessor_signed_at=None)
                | Q(lessor_signed_by__isnull=False, lessor_signed_at__isnull=False),
                name="a_lessor_signs_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(lessee_signed_by=None, lessee_signed_at=None)
                | Q(lessee_signed_by__isnull=False, lessee_signed_at__isnull=False),
                name="a_lessee_signs_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(lessor_signed_by=None) | ~Q(lessor_signed_by=models.F("lessee_signed_by")),
                name="nobody_signs_for_both_sides",
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="text", fields=["deal", "version", "number", "body", "pdf", "sha256"]),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_signed(self) -> bool:
        """Whether both sides have signed."""
        return self.lessor_signed_at is not None and self.lessee_signed_at is not None


class Instalment(models.Model):
    """A part of the price and when it is due (租金分期), in fen; from the second on due once the term begins."""

    deal = models.ForeignKey(Deal, on_delete=models.PROTECT, related_name="instalments")
    n = models.PositiveSmallIntegerField()
    due_on = models.DateField(null=True, blank=True)
    amount_fen = models.BigIntegerField()
    paid_fen = models.BigIntegerField(default=0)
    paid_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["n"]
        constraints = [
            models.UniqueConstraint(fields=["deal", "n"], name="an_instalment_stands_once"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="an_instalment_is_more_than_nothing"),
            models.CheckConstraint(
                condition=Q(paid_fen__gte=0, paid_fen__lte=models.F("amount_fen")),
                name="an_instalment_is_not_paid_beyond_its_amount",
            ),
            models.CheckConstraint(
                condition=Q(paid_on=None) | Q(paid_fen=models.F("amount_fen")), name="a_paid_instalment_is_paid_in_full"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.n}: {self.amount_fen}"

    @property
    def open_fen(self) -> int:
        """What is still to be paid, in fen."""
        return self.amount_fen - self.paid_fen


class Payment(Row):
    """Money that came for a deal (到账): the winner's deposit or a line of the bank's statement; used and returned."""

    class Kind(models.TextChoices):
        DEPOSIT = "deposit", _("Deposit applied")
        BANK = "bank", _("Bank transfer")

    deal = models.ForeignKey(Deal, on_delete=models.PROTECT, related_name="payments")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    line = models.OneToOneField(BankLine, null=True, blank=True, on_delete=models.PROTECT, related_name="deal_payment")
    amount_fen = models.BigIntegerField()
    used_fen = models.BigIntegerField()
    returned_fen = models.BigIntegerField()
    reason = models.CharField(max_length=20, blank=True)
    arrived_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    used_fen__gte=0, returned_fen__gte=0, amount_fen=models.F("used_fen") + models.F("returned_fen")
                ),
                name="a_payment_is_used_or_returned",
            ),
            models.UniqueConstraint(
                fields=["deal"], condition=Q(kind="deposit"), name="a_deposit_is_applied_once_to_a_deal"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount_fen}"


class Payout(Row):
    """An instalment of the rent on its way from the exchange to the collective's own account (租金划付), once."""

    class State(models.TextChoices):
        ORDERED = "ordered", _("On its way")
        PAID = "paid", _("Paid out")
        FAILED = "failed", _("Refused by the bank")

    NEXT: ClassVar = {State.ORDERED: {State.PAID, State.FAILED}, State.FAILED: {State.ORDERED}}

    deal = models.ForeignKey(Deal, on_delete=models.PROTECT, related_name="payouts")
    instalment = models.OneToOneField(Instalment, on_delete=models.PROTECT, related_name="payout")
    amount_fen = models.BigIntegerField()
    to_name = models.CharField(max_length=120)
    to_account = models.CharField(max_length=32)
    reference = models.CharField(max_length=60, unique=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ORDERED)
    paid_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="a_payout_pays_something"),
            models.CheckConstraint(
                condition=Q(state="paid", paid_on__isnull=False) | (~Q(state="paid") & Q(paid_on=None)),
                name="only_a_paid_payout_has_a_day",
            ),
        ]
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.reference

    @property
    def masked_account(self) -> str:
        """The account by its last four digits."""
        return mask_account(self.to_account)


class Handover(Row):
    """The sheet of the hand-over on site (交地确认书): one side writes it, the other one confirms it."""

    deal = models.OneToOneField(Deal, on_delete=models.PROTECT, related_name="handover")
    on_day = models.DateField()
    place_note = models.CharField(max_length=300)
    photo = models.ImageField(upload_to=stored_as, blank=True)
    photo_sha256 = models.CharField(max_length=64, blank=True)
    lessor_confirmed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    lessor_confirmed_at = models.DateTimeField(null=True, blank=True)
    lessee_confirmed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    lessee_confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(lessor_confirmed_by=None) | ~Q(lessor_confirmed_by=models.F("lessee_confirmed_by")),
                name="nobody_hands_over_to_himself",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deal_id} {self.on_day}"

    @property
    def is_confirmed(self) -> bool:
        """Whether both sides have confirmed."""
        return self.lessor_confirmed_at is not None and self.lessee_confirmed_at is not None

    @property
    def sha256(self) -> str:
        """SHA-256 of what the sheet says, photo included; who confirms names it, so that he confirms what he read."""
        said = [str(self.deal_id), self.on_day.isoformat(), self.place_note, self.photo_sha256]
        return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


class Attestation(Row):
    """The exchange's certificate of the deal (交易鉴证书), checked by number and code on the public page.

    Not the registration office's certificate: that is `registry.Certificate` on the lessee's new right.
    """

    deal = models.ForeignKey(Deal, on_delete=models.PROTECT, related_name="attestations")
    number = models.CharField(max_length=60, unique=True)
    verify_code = models.CharField(max_length=16, unique=True)
    body = models.JSONField()
    pdf = models.FileField(upload_to=stored_as)
    sha256 = models.CharField(max_length=64)
    issued_at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    revoke_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["deal"], condition=Q(revoked_at=None), name="a_deal_has_one_valid_attestation"
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="text", fields=["deal", "number", "verify_code", "body", "pdf", "sha256", "issued_at"]
            ),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.number
