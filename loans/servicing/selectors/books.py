"""Whether loans agree with their schedules, their repayments and the ledger."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import BigIntegerField, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from loans.servicing.models import Loan, Repayment, ScheduleRow


def _sum(rows: QuerySet, field: str) -> Coalesce:
    total = rows.filter(loan=OuterRef("pk")).order_by().values("loan").annotate(total=Sum(field)).values("total")
    return Coalesce(Subquery(total), Value(0), output_field=BigIntegerField())


def differences() -> Iterator[str]:
    """Yield a sentence for each loan whose balance is not what the ledger, its rows and its repayments say."""
    plan = ScheduleRow.objects.filter(version=1)
    rows = Loan.objects.filter(account__isnull=False).select_related("account")
    rows = rows.annotate(
        planned=_sum(plan, "principal_fen"),
        marked=_sum(plan, "paid_principal_fen"),
        marked_interest=_sum(plan, "paid_interest_fen"),
        returned=_sum(Repayment.objects.all(), "principal_fen"),
        returned_interest=_sum(Repayment.objects.all(), "interest_fen"),
    )
    sound = Q(
        account__balance_fen=-F("balance_fen"),
        planned=F("principal_fen"),
        marked=F("principal_fen") - F("balance_fen"),
        returned=F("principal_fen") - F("balance_fen"),
        marked_interest=F("returned_interest"),
    )
    for loan in rows.exclude(pk__in=rows.filter(sound).values("pk")).order_by("pk").iterator():
        yield (
            f"loan {loan.pk}: {loan.principal_fen} lent, {loan.balance_fen} owed, account {loan.account.balance_fen}; "
            f"schedule {loan.planned}, paid on it {loan.marked} + {loan.marked_interest}, "
            f"repayments {loan.returned} + {loan.returned_interest}"
        )
