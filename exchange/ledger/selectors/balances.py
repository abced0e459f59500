"""What lies on an account, now or at any time before."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet, Sum

from exchange.ledger.models import Account, Posting


def balance(account: Account, at: datetime | None = None) -> int:
    """Return the account's balance in fen, summed from its postings up to and including `at` (now)."""
    found = Posting.objects.filter(account=account)
    if at is not None:
        found = found.filter(transfer__created_at__lte=at)
    return found.aggregate(total=Sum("amount_fen"))["total"] or 0


def postings(account: Account) -> QuerySet[Posting]:
    """Return the account's postings with their transfers, newest first."""
    return Posting.objects.filter(account=account).select_related("transfer").order_by("-pk")
