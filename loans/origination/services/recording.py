"""What the journal says about an application."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models

from exchange.accounts.models import User
from exchange.journal.services import record
from loans.origination.models import Application


def record_loan(
    kind: str,
    application: Application,
    by: User | None,
    *,
    subject: models.Model | None = None,
    day: date | None = None,
    **data: Any,
) -> None:
    """Record an event of an application (or of its `subject`) with division, kind, origin and amount."""
    record(
        kind,
        subject=subject or application,
        by=by,
        division=application.division,
        day=day,
        right_kind=application.right_kind,
        amount_fen=application.amount_fen,
        origin=application.origin,
        data={"bank": application.product.bank.name, **data},
    )
