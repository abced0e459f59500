"""The one way a row changes its state: along an edge of its `NEXT` table."""

from __future__ import annotations

import logging
from typing import Any, Protocol

from django.db import models
from django.utils.translation import gettext_lazy as _

from exchange.errors import WrongState

log = logging.getLogger("exchange.states")


class Stateful(Protocol):
    """A model with `state` and the graph `NEXT = {from: {to, …}}`."""

    state: str

    @property
    def NEXT(self) -> dict[Any, set[Any]]: ...  # noqa: N802 - a constant of the model, annotated or not

    def save(self, *, update_fields: list[str]) -> None: ...


def may_move(row: Stateful, to: models.TextChoices) -> bool:
    """Say whether `to` is an edge away."""
    return to in row.NEXT.get(row.state, set())


def move(row: Stateful, to: models.TextChoices, **changes: Any) -> None:
    """Move `row` to the state `to` and save it, with the other columns in `changes`.

    The caller holds the row's lock. Raises `WrongState` when `to` is not an edge of `NEXT`.
    """
    if not may_move(row, to):
        labels = dict(type(to).choices)
        raise WrongState(
            _("This is “%(now)s” and cannot become “%(to)s”. Reload the page to see where it stands.")
            % {"now": labels.get(row.state, row.state), "to": to.label}
        )
    log.debug("%s %s %s", type(row).__name__, row.state, to.value)
    row.state = to.value
    for name, value in changes.items():
        setattr(row, name, value)
    row.save(update_fields=["state", *changes])
