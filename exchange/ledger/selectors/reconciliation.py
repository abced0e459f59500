"""Reconciliation (对账): our books beside the bank's, line by line and order by order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TypeVar

from django.db.models import Sum

from exchange.ledger import bank
from exchange.ledger.bank import StatementLine
from exchange.ledger.models import Account, BankLine, BankOrder

FIELDS = ("bank_ref", "number", "payer_name", "payer_account", "amount_fen", "reference")
L = TypeVar("L", StatementLine, BankLine)


def whole_statement() -> dict[int, StatementLine]:
    """Return every line of the bank's statement by its number, read anew; raises `BankAway`."""
    found: dict[int, StatementLine] = {}
    after = 0
    while lines := bank.statement(after=after):
        found |= {line.line_number: line for line in lines}
        last = max(line.line_number for line in lines)
        if last <= after:
            break
        after = last
    return found


def _unequal_lines(theirs: dict[int, StatementLine], up_to: int) -> Iterator[str]:
    ours = {line.line_number: line for line in BankLine.objects.all().iterator()}
    for number in range(1, up_to + 1):
        their, our = theirs.get(number), ours.get(number)
        if their is None:
            yield f"line {number}: the bank does not show it"
        elif our is None:
            yield f"line {number}: {their.amount_fen} fen, {their.payer_name}, is not in our books"
        else:
            unequal = [name for name in FIELDS if getattr(our, name) != getattr(their, name)]
            if unequal:
                pairs = (f"{name}: ours {getattr(our, name)!r}, theirs {getattr(their, name)!r}" for name in unequal)
                yield f"line {number}: {'; '.join(pairs)}"
    for number in sorted(set(ours) - set(theirs)):
        if number > up_to:
            yield f"line {number}: {ours[number].amount_fen} fen is in our books and not on the statement"


def _unequal_orders(theirs: dict[int, StatementLine], paid: dict[str, int], up_to: int) -> Iterator[str]:
    out = [line for line in theirs.values() if line.amount_fen < 0]
    times = Counter(line.reference for line in out)
    amounts = {line.reference: -line.amount_fen for line in out}
    for reference, fen in paid.items():
        if amounts.get(reference) != fen:
            yield f"order {reference}: {fen} fen paid in our books, {amounts.get(reference, 0)} at the bank"
    for reference, count in times.items():
        if count > 1:
            yield f"order {reference}: paid {count} times by the bank"
    known = set(paid) | set(BankOrder.objects.filter(state=BankOrder.State.PAID).values_list("reference", flat=True))
    for line in out:
        if line.line_number <= up_to and line.reference not in known:
            yield f"line {line.line_number}: the bank paid {-line.amount_fen} fen out, which is no paid order of ours"


def _mirror() -> Iterator[str]:
    """Our bank account must be what came in, less paid orders, less what the bank paid without an order."""
    lines = BankLine.objects.exclude(state=BankLine.State.PAID_OUT).aggregate(total=Sum("amount_fen"))["total"] or 0
    orders = BankOrder.objects.filter(state=BankOrder.State.PAID).aggregate(total=Sum("amount_fen"))["total"] or 0
    mirror = Account.objects.filter(kind=Account.Kind.BANK).aggregate(total=Sum("balance_fen"))["total"] or 0
    if -mirror != lines - orders:
        yield f"our bank account shows {-mirror} fen, the lines and orders in our books make {lines - orders}"


def unmatched() -> tuple[int, list[str]]:
    """Return how many lines of the statement were compared, and a sentence for each thing that has no match.

    Compared are the lines that the bank had when this began; what came since is for the next time.
    Raises `BankAway`.
    """
    balance_fen, up_to = bank.balance()
    paid = dict(BankOrder.objects.filter(state=BankOrder.State.PAID).values_list("reference", "amount_fen"))
    theirs = whole_statement()
    found = [*_unequal_lines(theirs, up_to), *_unequal_orders(theirs, paid, up_to), *_mirror()]
    total = sum(line.amount_fen for line in theirs.values() if line.line_number <= up_to)
    if total != balance_fen:
        found.append(f"the bank shows a balance of {balance_fen} fen, its lines make {total}")
    return up_to, found
