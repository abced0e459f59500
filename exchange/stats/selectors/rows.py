"""The events behind a figure, and what happened last."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.db.models.fields.json import KeyTextTransform

from exchange.accounts.models import Division
from exchange.accounts.selectors import within
from exchange.journal.models import Event
from exchange.stats.figures import MEASURES, Measure
from exchange.stats.selectors.totals import Scope

BY_NAME = {measure.name: measure for measure in MEASURES}
TOLD = (
    "deal.closed",
    "auction.opened",
    "auction.extended",
    "listing.announced",
    "deal.certified",
    "loan.disbursed",
    "mortgage.registered",
)


def events_of(measure: str, scope: Scope) -> QuerySet[Event]:
    """Return the events that a figure counts, newest first; `KeyError` for a measure that is not declared."""
    declared = BY_NAME[measure]
    found = Event.objects.filter(kind__in=declared.kinds, origin__in=scope.origins)
    if scope.paths is not None:
        found = found.filter(within(scope.paths))
    if scope.first:
        found = found.filter(day__gte=scope.first)
    if scope.last:
        found = found.filter(day__lte=scope.last)
    if scope.right_kind:
        found = found.filter(right_kind=scope.right_kind)
    return _counted(found, declared).select_related("division__parent__parent").order_by("-pk")


def _counted(found: QuerySet[Event], declared: Measure) -> QuerySet[Event]:
    if not declared.where:
        return found
    said = Q(said__in=declared.values)
    if "" in declared.values:
        said |= Q(said=None)
    return found.annotate(said=KeyTextTransform(declared.where, "data")).filter(said)


def latest(division: Division | None, count: int = 6) -> list[Event]:
    """Return what was told last in a division (None: everywhere), newest first; simulated events among it."""
    found = Event.objects.filter(kind__in=TOLD)
    if division is not None:
        found = found.filter(within([division.path]))
    return list(found.select_related("division__parent__parent").order_by("-pk")[:count])


def page(found: QuerySet[Event], before: int | None, size: int = 50) -> tuple[list[Event], int | None]:
    """Return up to `size` events older than the event number `before`, and the number to go on from, if any."""
    older = found.filter(pk__lt=before) if before else found
    rows = list(older[: size + 1])
    return rows[:size], rows[size - 1].pk if len(rows) > size else None
