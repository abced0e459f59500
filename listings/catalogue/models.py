"""Listings: from a village's draft to the announcement, and what becomes of them."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from exchange.accounts.models import Division, Level, User
from exchange.clock import LegalNow
from exchange.journal.models import Origin
from exchange.locking import Row
from listings.registry.models import Collective, Right


class Listing(Row):
    """An offer of a right on the market (挂牌项目). Prices are fen per `price_unit`, the term is in months.

    `current_price_fen` and `bidding_ends_at` are what the hall has reported last: what was bid, and until when.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        TOWNSHIP_REVIEW = "township_review", _("In township review")
        DISTRICT_REVIEW = "district_review", _("In district review")
        RETURNED = "returned", _("Returned for completion")
        APPROVED = "approved", _("Approved")
        ANNOUNCED = "announced", _("Announced")
        BIDDING = "bidding", _("Bidding")
        SOLD = "sold", _("Sold")
        FAILED = "failed", _("Not sold")
        COMPLETED = "completed", _("Completed")
        DEFAULTED = "defaulted", _("Broken off by the winner")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    NEXT = {
        State.DRAFT: {State.TOWNSHIP_REVIEW, State.WITHDRAWN},
        State.RETURNED: {State.TOWNSHIP_REVIEW, State.WITHDRAWN},
        State.TOWNSHIP_REVIEW: {State.DISTRICT_REVIEW, State.RETURNED},
        State.DISTRICT_REVIEW: {State.APPROVED, State.RETURNED},
        State.APPROVED: {State.ANNOUNCED, State.WITHDRAWN},
        State.ANNOUNCED: {State.BIDDING},
        State.BIDDING: {State.SOLD, State.FAILED},
        State.SOLD: {State.COMPLETED, State.DEFAULTED},
    }
    EDITABLE = (State.DRAFT, State.RETURNED)
    PUBLIC = (State.ANNOUNCED, State.BIDDING, State.SOLD, State.FAILED, State.COMPLETED, State.DEFAULTED)

    class TransferMode(models.TextChoices):
        LEASE = "lease", _("Lease")

    class TradingMode(models.TextChoices):
        ONLINE_AUCTION = "online_auction", _("Online auction")

    class PriceUnit(models.TextChoices):
        YUAN_PER_YEAR = "yuan_per_year", _("yuan per year")

    number = models.CharField(max_length=40, unique=True, null=True, blank=True)
    right = models.ForeignKey(Right, on_delete=models.PROTECT, related_name="listings")
    collective = models.ForeignKey(Collective, on_delete=models.PROTECT, related_name="listings")
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")
    right_kind = models.CharField(max_length=40)
    title = models.CharField(max_length=80)
    summary = models.TextField(max_length=1000, blank=True)
    transfer_mode = models.CharField(max_length=12, choices=TransferMode.choices, default=TransferMode.LEASE)
    trading_mode = models.CharField(max_length=16, choices=TradingMode.choices, default=TradingMode.ONLINE_AUCTION)
    area_m2 = models.DecimalField(max_digits=16, decimal_places=2)
    use_text = models.CharField(max_length=120, blank=True)
    term_months = models.PositiveIntegerField(null=True, blank=True)
    price_unit = models.CharField(max_length=16, choices=PriceUnit.choices, default=PriceUnit.YUAN_PER_YEAR)
    start_price_fen = models.BigIntegerField(null=True, blank=True)
    step_fen = models.BigIntegerField(null=True, blank=True)
    deposit_fen = models.BigIntegerField(null=True, blank=True)
    current_price_fen = models.BigIntegerField(null=True, blank=True)
    bidding_ends_at = models.DateTimeField(null=True, blank=True)
    rule_code = models.CharField(max_length=20, default="standard")
    filer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField(default=0)
    submitted_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=16, choices=State.choices, default=State.DRAFT)
    state_since = models.DateTimeField(db_default=LegalNow())
    origin = models.CharField(max_length=12, choices=Origin.choices, default=Origin.PLATFORM)
    previous = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="relistings")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(start_price_fen=None) | models.Q(start_price_fen__gt=0),
                name="a_start_price_is_more_than_nothing",
            ),
            models.CheckConstraint(
                condition=models.Q(step_fen=None) | models.Q(step_fen__gt=0), name="a_step_is_more_than_nothing"
            ),
        ]
        indexes = [models.Index(fields=["state", "division"], name="listing_by_state")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_public(self) -> bool:
        """Whether everybody may see it."""
        return self.state in self.PUBLIC

    @property
    def has_bids(self) -> bool:
        """Whether it is being bid for and somebody has bid, so that its current price is the one to show."""
        return self.state == self.State.BIDDING and self.current_price_fen is not None

    @property
    def is_editable(self) -> bool:
        """Whether the village may still change it."""
        return self.state in self.EDITABLE


class Resolution(models.Model):
    """The members' decision (民主决议) behind a listing; counts of people, checked in integers."""

    class Organ(models.TextChoices):
        ASSEMBLY = "assembly", _("Members' assembly")
        DELEGATES = "delegates", _("Delegates' assembly")

    listing = models.OneToOneField(Listing, on_delete=models.PROTECT, related_name="resolution")
    organ = models.CharField(max_length=10, choices=Organ.choices)
    eligible = models.PositiveIntegerField()
    present = models.PositiveIntegerField()
    in_favour = models.PositiveIntegerField()
    notice_on = models.DateField()
    meeting_on = models.DateField()
    floor_price_fen = models.BigIntegerField()
    failed_sale_cut_bp = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(in_favour__lte=models.F("present"), present__lte=models.F("eligible")),
                name="votes_are_within_those_present_and_eligible",
            )
        ]

    def __str__(self) -> str:
        return f"{self.in_favour}/{self.eligible}"


class Document(Row):
    """A file of a listing (材料), kept under its hash; a removed one stays in the journal by its hash."""

    class Kind(models.TextChoices):
        RESOLUTION = "resolution", _("Resolution with sign sheet")
        CERTIFICATE = "certificate", _("Ownership certificate")
        SCHEME = "scheme", _("Market-entry scheme")
        PLANNING = "planning", _("Planning conditions")
        PHOTO = "photo", _("Photo of the place")
        OTHER = "other", _("Other")

    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    file = models.FileField(upload_to="listings/%Y/%m/")
    name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    media_type = models.CharField(max_length=60)
    is_public = models.BooleanField(default=False)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["listing", "kind", "sha256"], name="a_file_stands_once_in_a_listing")
        ]

    def __str__(self) -> str:
        return self.name


class Review(Row):
    """One level's answer to one round of a listing (审核): approved, or returned with pins."""

    class Outcome(models.TextChoices):
        APPROVED = "approved", _("Approved")
        RETURNED = "returned", _("Returned")

    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="reviews")
    level = models.CharField(max_length=10, choices=Level.choices)
    round = models.PositiveSmallIntegerField()
    reviewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    comment = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["listing", "level", "round"], name="a_level_answers_a_round_once")
        ]

    def __str__(self) -> str:
        return f"{self.level} {self.outcome}"


class Pin(models.Model):
    """A reason for a return, pinned to the field or task that it is about."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="pins")
    field = models.CharField(max_length=40)
    reason = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"{self.field}: {self.reason}"


class Announcement(Row):
    """A published version (公告): what was said, under which rules, with which dates. Never changed.

    `sha256` is over the canonical JSON of `body`, which holds rules and dates too. `provisional` says that
    a date lies in a year whose working days are not yet known.
    """

    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="announcements")
    version = models.PositiveSmallIntegerField()
    body = models.JSONField()
    rules = models.JSONField()
    sha256 = models.CharField(max_length=64)
    announced_at = models.DateTimeField()
    registration_closes_at = models.DateTimeField()
    opens_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    provisional = models.BooleanField(default=False)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["listing", "version"], name="an_announcement_version_stands_once"),
            models.CheckConstraint(
                condition=models.Q(announced_at__lte=models.F("registration_closes_at"))
                & models.Q(registration_closes_at__lte=models.F("opens_at"))
                & models.Q(opens_at__lt=models.F("ends_at")),
                name="the_dates_of_an_announcement_are_in_order",
            ),
        ]
        triggers = [pgtrigger.Protect(name="immutable", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.listing} v{self.version}"
