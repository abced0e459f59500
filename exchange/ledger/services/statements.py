"""Reading the bank's statement: each line is booked once, however often, late or disordered it comes."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from exchange.journal.services import record
from exchange.ledger import bank
from exchange.ledger.bank import StatementLine
from exchange.ledger.models import BankLine, BankOrder, Statement, SubAccount, Transfer
from exchange.ledger.services.accounts import bank_account, lock_accounts, suspense_account
from exchange.ledger.services.orders import order_payment, settle_order
from exchange.ledger.services.transfers import transfer
from exchange.ledger.services.unclear import set_aside

log = logging.getLogger(__name__)

STATEMENT = "bank"
MOST_PAGES = 20


def _keep(line: StatementLine, state: str, **links: object) -> BankLine:
    return BankLine.objects.create(
        line_number=line.line_number,
        bank_ref=line.bank_ref,
        number=line.number,
        payer_name=line.payer_name,
        payer_account=line.payer_account,
        amount_fen=line.amount_fen,
        reference=line.reference,
        booked_at=line.booked_at,
        state=state,
        **links,
    )


def _book_on(account_id: UUID, line: StatementLine) -> Transfer:
    return transfer(
        kind="received" if line.amount_fen > 0 else "paid_out",
        postings=[(bank_account().pk, -line.amount_fen), (account_id, line.amount_fen)],
        request_key=f"line:{line.bank_ref}",
        by=None,
        memo=line.payer_name,
    )


def _receive_known(line: StatementLine, sub: SubAccount) -> None:
    row = _keep(line, BankLine.State.BOOKED, sub_account=sub, transfer=_book_on(sub.account_id, line))
    record(
        "bank.received",
        subject=row,
        by=None,
        division=sub.account.division,
        amount_fen=line.amount_fen,
        data={
            "sub_account": line.number,
            "purpose": sub.purpose,
            "subject": sub.subject_id,
            "payer_name": line.payer_name,
            "payer_account": line.payer_account,
        },
    )


def _receive_unknown(line: StatementLine) -> None:
    suspense = suspense_account()
    lock_accounts(account_ids=[bank_account().pk, suspense.pk], with_transit=True)
    moved = _book_on(suspense.pk, line)
    if not line.payer_account.strip():
        row = _keep(line, BankLine.State.SUSPENSE, transfer=moved)
        set_aside(line=row, account_id=suspense.pk, amount_fen=line.amount_fen)
        return
    row = _keep(line, BankLine.State.SENT_BACK, transfer=moved)
    order_payment(
        account_id=suspense.pk,
        to_name=line.payer_name or line.payer_account,
        to_account=line.payer_account,
        amount_fen=line.amount_fen,
        reference=f"back-{line.bank_ref}",
        memo="unknown sub-account",
        by=None,
        returns=row,
    )
    record("bank.sent_back", subject=row, by=None, division=None, amount_fen=line.amount_fen)


def _receive_out(line: StatementLine) -> None:
    order = BankOrder.objects.filter(reference=line.reference, amount_fen=-line.amount_fen).first()
    if order is None:
        log.error("the bank paid %s fen out under %r, which is no order of ours", -line.amount_fen, line.reference)
        _keep(line, BankLine.State.SUSPENSE, transfer=_book_on(suspense_account().pk, line))
        return
    settle_order(reference=line.reference, paid=True)
    _keep(line, BankLine.State.PAID_OUT)


def _read_on(statement: Statement) -> None:
    """Move the mark over every line that is now known without a gap."""
    known = BankLine.objects.filter(line_number__gt=statement.read_up_to).order_by("line_number")
    mark = statement.read_up_to
    for number in known.values_list("line_number", flat=True).iterator(500):
        if number != mark + 1:
            break
        mark = number
    if mark != statement.read_up_to:
        statement.read_up_to = mark
        statement.save(update_fields=["read_up_to"])


@transaction.atomic
def receive_line(*, line: StatementLine) -> bool:
    """Book one line of the statement; False when it was booked before.

    Money in goes to its sub-account with the event `bank.received`; under an unknown or closed number it is
    sent back from the suspense account; money out settles its order.
    """
    Statement.objects.get_or_create(name=STATEMENT)
    statement = Statement.objects.select_for_update().get(name=STATEMENT)
    known = BankLine.objects.filter(line_number=line.line_number).first()
    if known is not None:
        if known.bank_ref != line.bank_ref:
            log.error("line %s of the statement is another than before; run reconcile", line.line_number)
        return False
    sub = SubAccount.objects.select_related("account__division").filter(number=line.number, closed_at=None).first()
    if line.amount_fen < 0:
        _receive_out(line)
    elif sub is not None:
        _receive_known(line, sub)
    else:
        _receive_unknown(line)
    _read_on(statement)
    return True


def receive_statement(*, lines: Iterable[StatementLine]) -> int:
    """Book each new line of the statement, each in its own transaction; return how many were new.

    A line that cannot be booked does not keep the others waiting: it stays a gap that is read again, and its
    error is raised at the end.
    """
    new, fault = 0, None
    for line in lines:
        try:
            new += receive_line(line=line)
        except Exception as error:
            log.exception("line %s of the statement cannot be booked", line.line_number)
            fault = fault or error
    if fault:
        raise fault
    return new


def read_up_to() -> int:
    """Return the number of the last line before which nothing is missing."""
    return Statement.objects.filter(name=STATEMENT).values_list("read_up_to", flat=True).first() or 0


def poll_bank() -> int:
    """Read what is new on the statement, at most 20 pages; return how many lines were new.

    Reading starts after the last line without a gap, so that a line that came late is still found.
    """
    new, after = 0, read_up_to()
    for _page in range(MOST_PAGES):
        lines = bank.statement(after=after)
        new += receive_statement(lines=lines)
        after = max((line.line_number for line in lines), default=after)
        if len({line.line_number for line in lines}) < bank.PAGE:
            break
    return new


def poll_quietly() -> int:
    """Do `poll_bank` for a sweep: a bank that is away is a line in the log and no error."""
    try:
        return poll_bank()
    except bank.BankAway as away:
        log.warning("the bank is away: %s", away.reason)
        return 0
