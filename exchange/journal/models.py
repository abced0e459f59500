"""What happened: events that are only ever added, their delivery, their seals, and answers to repeats."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from exchange.clock import LegalNow


class Origin(models.TextChoices):
    """Where a fact comes from; figures leave out what is simulated and show the rest apart."""

    PLATFORM = "platform", _("platform")
    IMPORTED = "imported", _("imported")
    SIMULATED = "simulated", _("simulated")


class Event(models.Model):
    """A fact (事件) recorded in the transaction that made it true.

    `at` is when it was recorded, `day` the legal day it belongs to (Asia/Shanghai), `division` the division
    as of that day, `sign` −1 for a reversal. Figures fold on `day`.
    """

    kind = models.CharField(max_length=60)
    at = models.DateTimeField(db_default=LegalNow())
    day = models.DateField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    division = models.ForeignKey("accounts.Division", null=True, on_delete=models.PROTECT, related_name="+")
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=40)
    right_kind = models.CharField(max_length=40, blank=True)
    amount_fen = models.BigIntegerField(null=True)
    area_m2 = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    sign = models.SmallIntegerField(default=1)
    origin = models.CharField(max_length=12, choices=Origin.choices, default=Origin.PLATFORM)
    data = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(sign__in=[1, -1]), name="event_sign_is_one_or_minus_one")
        ]
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "id"], name="event_of_subject"),
            models.Index(fields=["kind", "day"], name="event_of_kind_and_day"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.id} {self.kind} {self.subject_type}:{self.subject_id}"


class Delivery(models.Model):
    """That one reaction has (or has not yet) dealt with one event; written with the event itself."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="deliveries")
    reaction = models.CharField(max_length=120)
    done_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(db_default=LegalNow())
    last_error = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "reaction"], name="each_reaction_gets_an_event_once")]
        indexes = [
            models.Index(fields=["next_try_at", "id"], condition=models.Q(done_at=None), name="delivery_pending"),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} → {self.reaction}"


class Seal(models.Model):
    """The place of a committed event in the one chain: its number and the hash over it and the seal before.

    Written empty with the event, filled once by the sealer; no transaction of a user waits for the chain.
    """

    event = models.OneToOneField(Event, primary_key=True, on_delete=models.PROTECT, related_name="seal")
    number = models.BigIntegerField(null=True, unique=True)
    hash = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [models.Index(fields=["event"], condition=models.Q(number=None), name="seal_pending")]
        triggers = [
            pgtrigger.Protect(
                name="sealed_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__number__isnull=False),
            ),
            pgtrigger.Protect(name="never_unsealed", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.hash[:12]}"


class Answer(models.Model):
    """The first answer given under a request key; a repeat gets it again, another body is refused."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    request_key = models.CharField(max_length=64)
    service = models.CharField(max_length=120)
    body_hash = models.CharField(max_length=64)
    subject_type = models.CharField(max_length=60, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField(db_default=LegalNow())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["by", "request_key"], name="one_answer_per_person_and_key")]

    def __str__(self) -> str:
        return f"{self.service} {self.request_key}"
