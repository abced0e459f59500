"""The trial balance (试算平衡): every sum that is kept beside its rows is made again from the rows.

Each check is one statement, so that it sees one moment of a ledger that goes on working.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import BigIntegerField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Concat

from exchange.ledger.models import Account, BankLine, BankOrder, Hold, Posting, Transfer, UnclearMoney
from exchange.ledger.selectors.unclear import OPEN

UNDER_WAY = [BankOrder.State.DRAFT, BankOrder.State.SENT]


@dataclass(frozen=True, slots=True)
class TrialRow:
    """All accounts of one kind together, in fen."""

    kind: str
    accounts: int
    balance_fen: int
    held_fen: int


def trial_balance() -> list[TrialRow]:
    """Return one row per kind of account; the balances of all rows make zero."""
    rows = Account.objects.values("kind").annotate(n=Count("pk"), balance=Sum("balance_fen"), held=Sum("held_fen"))
    return [TrialRow(row["kind"], row["n"], row["balance"], row["held"]) for row in rows.order_by("kind")]


def _sum(rows: QuerySet, field: str, by: str) -> Coalesce:
    total = rows.order_by().values(by).annotate(total=Sum(field)).values("total")
    return Coalesce(Subquery(total), Value(0), output_field=BigIntegerField())


def _posted(transfer: str, account: str) -> Coalesce:
    return _sum(Posting.objects.filter(transfer=OuterRef(transfer), account=OuterRef(account)), "amount_fen", "account")


def _accounts() -> Iterator[str]:
    summed = _sum(Posting.objects.filter(account=OuterRef("pk")), "amount_fen", "account")
    holding = _sum(Hold.objects.filter(account=OuterRef("pk"), state=Hold.State.HELD), "amount_fen", "account")
    rows = Account.objects.annotate(summed=summed, holding=holding)
    wrong = ~Q(balance_fen=F("summed")) | ~Q(held_fen=F("holding"))
    low = Q(floor_fen__isnull=False, balance_fen__lt=F("floor_fen") + F("held_fen"))
    for row in rows.filter(wrong | low).order_by("code").iterator():
        yield (
            f"account {row.code}: balance {row.balance_fen}, postings {row.summed}; "
            f"held {row.held_fen}, holds {row.holding}; floor {row.floor_fen}"
        )
    total = Account.objects.aggregate(total=Sum("balance_fen"))["total"] or 0
    if total:
        yield f"all accounts together make {total}, not 0"


def _transfers() -> Iterator[str]:
    rows = Transfer.objects.annotate(n=Count("postings"), total=Coalesce(Sum("postings__amount_fen"), Value(0)))
    for row in rows.filter(Q(n__lt=2) | ~Q(total=0)).order_by("pk").iterator():
        yield f"transfer {row.request_key}: {row.n} postings that make {row.total}"


def _holds() -> Iterator[str]:
    rows = Hold.objects.filter(state=Hold.State.CAPTURED).annotate(moved=_posted("transfer", "account"))
    for row in rows.exclude(moved=-F("captured_fen")).order_by("pk").iterator():
        yield f"hold {row.pk}: captured {row.captured_fen}, moved {-row.moved}"


def _orders() -> Iterator[str]:
    ordered = _posted("transfer", "account")
    paid = Exists(Transfer.objects.filter(request_key=Concat(Value("paid:"), OuterRef("reference"))))
    rows = BankOrder.objects.annotate(ordered=ordered, was_paid=paid)
    whole = Q(ordered=-F("amount_fen"))
    sound = whole & (
        Q(state__in=UNDER_WAY, was_paid=False, transfer__reversed_by=None)
        | Q(state=BankOrder.State.PAID, was_paid=True, transfer__reversed_by=None)
        | Q(state=BankOrder.State.FAILED, was_paid=False, transfer__reversed_by__isnull=False)
    )
    for row in rows.exclude(pk__in=rows.filter(sound).values("pk")).order_by("pk").iterator():
        yield f"order {row.reference}: {row.state}, {row.amount_fen} ordered, {-row.ordered} moved, paid {row.was_paid}"
    waiting = _sum(BankOrder.objects.filter(state__in=UNDER_WAY).annotate(one=Value(1)), "amount_fen", "one")
    transit = Account.objects.filter(kind=Account.Kind.TRANSIT).annotate(waiting=waiting)
    for row in transit.exclude(balance_fen=F("waiting")):
        yield f"account {row.code}: balance {row.balance_fen}, orders under way {row.waiting}"


def _lines() -> Iterator[str]:
    rows = BankLine.objects.filter(state=BankLine.State.BOOKED).annotate(
        booked=_posted("transfer", "sub_account__account")
    )
    for row in rows.exclude(booked=F("amount_fen")).order_by("pk").iterator():
        yield f"statement line {row.line_number}: {row.amount_fen} received, {row.booked} booked"


def _unclear() -> Iterator[str]:
    waiting = Q(state__in=OPEN)
    held = Q(hold__state=Hold.State.HELD, hold__amount_fen=F("amount_fen"), hold__account=F("account"))
    rows = UnclearMoney.objects.filter((waiting & ~held) | (~waiting & Q(hold__isnull=False)))
    for row in rows.select_related("line").order_by("pk"):
        yield f"statement line {row.line.line_number}: {row.amount_fen} {row.state}, and not held as that asks for"
    lost = BankLine.objects.filter(state=BankLine.State.SUSPENSE, amount_fen__gt=0, unclear=None)
    for line in lost.order_by("line_number"):
        yield f"statement line {line.line_number}: {line.amount_fen} belongs to nobody, and nobody is asked"


def differences() -> Iterator[str]:
    """Yield a sentence for each place where a kept sum or state is not what its rows say."""
    for check in (_accounts, _transfers, _holds, _orders, _lines, _unclear):
        yield from check()
