"""Halls, who may bid in them, their deposits, and every press of the button."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from exchange.accounts.models import Division, Organisation
from exchange.journal.models import Origin
from exchange.ledger.models import Hold, SubAccount
from exchange.locking import Row
from listings.auctions.engine.rules import Rules, rules_from_json
from listings.auctions.engine.state import State as HallState
from listings.auctions.engine.state import state_from_json
from listings.catalogue.models import Announcement, Listing

# What the database refuses to change on a hall: dates that are not provisional, and, once it is closed, everything
# but a provisional date of its refunds.
SETTLED_DATES = """NOT OLD.provisional AND (OLD.announcement_id, OLD.rules, OLD.opens_at, OLD.provisional)
IS DISTINCT FROM (NEW.announcement_id, NEW.rules, NEW.opens_at, NEW.provisional)"""
CLOSED = """OLD.state = 'closed' AND (
    NOT OLD.refund_provisional
    OR to_jsonb(OLD) - '{refund_due_at,refund_provisional}'::text[]
        IS DISTINCT FROM to_jsonb(NEW) - '{refund_due_at,refund_provisional}'::text[]
)"""


class Auction(Row):
    """The hall (竞价场次) of one listing: its rules as a record holds them, and where it stands.

    `engine_state` is the state of the pure core after event `number`; price, leader and end stand beside it
    as columns to be read. `head` is the hash of the newest event; before the first it is the hash of the
    announcement. `public_number` counts what everybody sees, without gaps.

    While the dates are `provisional` (the working days of their year are not published), nothing is held against
    anybody by them: registration stays open, the hall does not open, and no press is recorded; the dates are
    those of the announcement's next version (`services.scheduling`). A `refund_provisional` date is likewise
    counted anew.
    """

    class State(models.TextChoices):
        SCHEDULED = "scheduled", _("Not begun")
        OPEN = "open", _("Bidding")
        CLOSED = "closed", _("Ended")

    NEXT: ClassVar = {State.SCHEDULED: {State.OPEN}, State.OPEN: {State.CLOSED}}

    class Outcome(models.TextChoices):
        SOLD = "sold", _("Sold")
        NO_BIDS = "no_bids", _("Nobody bid")
        TOO_FEW_BIDDERS = "too_few_bidders", _("Too few bidders")
        RESERVE_NOT_MET = "reserve_not_met", _("Under the reserve price")

    listing = models.OneToOneField(Listing, on_delete=models.PROTECT, related_name="auction")
    announcement = models.ForeignKey(Announcement, on_delete=models.PROTECT, related_name="+")
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")
    rules = models.JSONField()
    deposit_fen = models.BigIntegerField()
    registration_closes_at = models.DateTimeField()
    opens_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    provisional = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.SCHEDULED)
    engine_state = models.JSONField()
    number = models.PositiveIntegerField(default=0)
    public_number = models.PositiveIntegerField(default=0)
    head = models.CharField(max_length=64)
    last_at = models.DateTimeField(null=True)
    price_fen = models.BigIntegerField(null=True)
    leader_paddle = models.CharField(max_length=8, blank=True)
    extensions = models.PositiveIntegerField(default=0)
    outcome = models.CharField(max_length=16, choices=Outcome.choices, blank=True)
    winner = models.ForeignKey("Registration", null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)
    refund_due_at = models.DateTimeField(null=True)
    refund_provisional = models.BooleanField(default=False)
    origin = models.CharField(max_length=12, choices=Origin.choices, default=Origin.PLATFORM)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="closed", closed_at__isnull=False, closed_at__gte=models.F("ends_at"))
                | (~models.Q(state="closed") & models.Q(closed_at=None, outcome="", winner=None)),
                name="a_hall_is_closed_once_and_not_before_its_end",
            ),
            models.CheckConstraint(
                condition=models.Q(outcome="sold", winner__isnull=False)
                | (~models.Q(outcome="sold") & models.Q(winner=None)),
                name="only_what_is_sold_has_a_winner",
            ),
            models.CheckConstraint(
                condition=models.Q(provisional=False) | models.Q(state="scheduled", number=0),
                name="no_hall_goes_on_at_provisional_dates",
            ),
        ]
        indexes = [
            models.Index(fields=["opens_at"], condition=models.Q(state="scheduled"), name="halls_to_open"),
            models.Index(fields=["ends_at"], condition=models.Q(state="open"), name="halls_to_close"),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="terms", fields=["listing", "deposit_fen"]),
            pgtrigger.Protect(name="dates", operation=pgtrigger.Update, condition=pgtrigger.Condition(SETTLED_DATES)),
            pgtrigger.Protect(
                name="closed_for_good", operation=pgtrigger.Update, condition=pgtrigger.Condition(CLOSED)
            ),
        ]

    def __str__(self) -> str:
        return self.listing.title

    @cached_property
    def parsed_rules(self) -> Rules:
        """The rules as the core reads them."""
        return rules_from_json(self.rules)

    @property
    def hall_state(self) -> HallState:
        """The state of the core after the newest event."""
        return state_from_json(self.engine_state)

    @property
    def timed_from(self) -> datetime:
        """When free bidding (自由报价期) gives way to timed bidding (限时竞价): one cycle before the announced end."""
        rules = self.parsed_rules
        length = rules.extension.length if rules.extension.mode != "none" else 0
        return self.opens_at + timedelta(microseconds=rules.ends_at - length - rules.opens_at)

    def takes_registrations(self, moment: datetime) -> bool:
        """Whether registration was, or is, open at a moment; provisional dates close it for nobody."""
        return self.provisional or moment < self.registration_closes_at

    def phase(self, now: datetime) -> str:
        """Return before, free, timed, checking (over, not yet closed) or closed, as of `now`."""
        if self.state == self.State.CLOSED:
            return "closed"
        if now < self.opens_at or self.provisional:
            return "before"
        if now >= self.ends_at:
            return "checking"
        return "free" if now < self.timed_from else "timed"


class Registration(Row):
    """That a person, or a company through him, wants to bid in a hall (报名), under a random paddle number."""

    class State(models.TextChoices):
        DEPOSIT_DUE = "deposit_due", _("Waiting for the deposit")
        ADMITTED = "admitted", _("Admitted")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        LAPSED = "lapsed", _("Lapsed without a deposit")
        WON = "won", _("Won")
        LOST = "lost", _("Not won")

    NEXT: ClassVar = {
        State.DEPOSIT_DUE: {State.ADMITTED, State.WITHDRAWN, State.LAPSED},
        State.ADMITTED: {State.WITHDRAWN, State.WON, State.LOST},
    }

    auction = models.ForeignKey(Auction, on_delete=models.PROTECT, related_name="registrations")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="registrations")
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="registrations")
    name = models.CharField(max_length=120)
    paddle = models.CharField(max_length=8)
    state = models.CharField(max_length=12, choices=State.choices, default=State.DEPOSIT_DUE)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["auction", "paddle"], name="a_paddle_stands_once_in_a_hall"),
            models.UniqueConstraint(
                fields=["auction", "user"],
                condition=~models.Q(state="withdrawn"),
                name="a_person_registers_once_for_a_hall",
            ),
            models.UniqueConstraint(
                fields=["auction", "organisation"],
                condition=~models.Q(state="withdrawn") & models.Q(organisation__isnull=False),
                name="an_organisation_registers_once_for_a_hall",
            ),
        ]

    def __str__(self) -> str:
        return self.paddle

    @property
    def is_live(self) -> bool:
        """Whether it still stands before the hall: paid or waiting for the deposit."""
        return self.state in {self.State.DEPOSIT_DUE, self.State.ADMITTED}


class Deposit(Row):
    """The deposit (保证金) of one registration, from the payer's own account; ends in exactly one way."""

    class State(models.TextChoices):
        DUE = "due", _("Due")
        RECEIVED = "received", _("Received")
        HELD = "held", _("Held")
        REFUNDING = "refunding", _("On its way back")
        REFUND_FAILED = "refund_failed", _("Sent back, refused by the bank")
        REFUNDED = "refunded", _("Paid back")
        APPLIED = "applied", _("Counted towards the price")
        FORFEITED = "forfeited", _("Forfeited")
        NOT_PAID = "not_paid", _("Not paid")

    NEXT: ClassVar = {
        State.DUE: {State.RECEIVED, State.NOT_PAID},
        State.RECEIVED: {State.HELD},
        State.HELD: {State.REFUNDING, State.APPLIED, State.FORFEITED},
        State.REFUNDING: {State.REFUNDED, State.REFUND_FAILED},
        State.REFUND_FAILED: {State.REFUNDING},
        State.APPLIED: {State.FORFEITED},
    }

    registration = models.OneToOneField(Registration, on_delete=models.PROTECT, related_name="deposit")
    amount_fen = models.BigIntegerField()
    sub_account = models.OneToOneField(SubAccount, on_delete=models.PROTECT, related_name="+")
    hold = models.OneToOneField(Hold, null=True, on_delete=models.PROTECT, related_name="+")
    payer_name = models.CharField(max_length=120, blank=True)
    payer_account = models.CharField(max_length=40, blank=True)
    received_at = models.DateTimeField(null=True)
    refund_attempts = models.PositiveSmallIntegerField(default=0)
    refund_reference = models.CharField(max_length=60, unique=True, null=True)
    settled_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=14, choices=State.choices, default=State.DUE)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="a_deposit_is_more_than_nothing"),
        ]

    def __str__(self) -> str:
        return f"{self.registration_id} {self.state}"


class HallEvent(models.Model):
    """One thing that happened in a hall, accepted or refused, in its gapless order; never changed.

    `hash` covers the event and the one before it (docs/record.md, `chain.py`); `public_number` is set for
    what everybody sees at once: accepted bids with their extensions, and the states of the hall.
    """

    class Kind(models.TextChoices):
        OPEN = "open", _("Opened")
        BID = "bid", _("Bid")
        CLOSE = "close", _("Closed")

    auction = models.ForeignKey(Auction, on_delete=models.PROTECT, related_name="events", db_index=False)
    number = models.PositiveIntegerField()
    public_number = models.PositiveIntegerField(null=True)
    at = models.DateTimeField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    registration = models.ForeignKey(Registration, null=True, on_delete=models.PROTECT, related_name="+")
    paddle = models.CharField(max_length=8, blank=True)
    amount_fen = models.BigIntegerField(null=True)
    request_key = models.CharField(max_length=64, null=True)
    accepted = models.BooleanField()
    reason = models.CharField(max_length=20, blank=True)
    outcome = models.JSONField()
    salt = models.CharField(max_length=32)
    body_hash = models.CharField(max_length=64)
    prev = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["auction", "number"], name="a_hall_counts_its_events"),
            models.UniqueConstraint(fields=["auction", "public_number"], name="a_hall_counts_what_it_shows"),
            models.UniqueConstraint(fields=["registration", "request_key"], name="a_key_is_pressed_once"),
            models.UniqueConstraint(fields=["auction"], condition=models.Q(kind="close"), name="a_hall_closes_once"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.auction_id} {self.number} {self.kind}"
