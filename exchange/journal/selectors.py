"""Reads of the journal."""

from __future__ import annotations

from django.db.models import Model, QuerySet

from exchange.journal.models import Event


def history(subject: Model) -> QuerySet[Event]:
    """Return the events of one row, oldest first."""
    return Event.objects.filter(subject_type=subject._meta.label, subject_id=str(subject.pk)).order_by("pk")


def subject_id(event: Event, model: type[Model]) -> str:
    """Return the primary key of the event's subject; `ValueError` if it is not a `model`."""
    if event.subject_type != model._meta.label:
        raise ValueError(f"event {event.pk} is about {event.subject_type}, not {model._meta.label}")
    return event.subject_id
