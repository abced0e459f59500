"""Paying through the bank: the order is written down first, and the bank is asked before anything is repeated."""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from exchange.accounts.models import User
from exchange.clock import legal_now
from exchange.errors import OtherBody, Refused
from exchange.journal.services import record
from exchange.ledger import bank
from exchange.ledger.models import Account, BankLine, BankOrder
from exchange.ledger.services.accounts import bank_account, transit_account
from exchange.ledger.services.transfers import require_amount, reverse, transfer
from exchange.states import move

log = logging.getLogger(__name__)

UNDER_WAY = (BankOrder.State.DRAFT, BankOrder.State.SENT)
LONGEST_PAUSE_S = 300
MOST_SILENCES = 3
# Longer than one conversation with the bank can last, so that two workers never hold it at once.
LEASE = timedelta(seconds=30)


@transaction.atomic
def order_payment(
    *,
    account_id: UUID,
    to_name: str,
    to_account: str,
    amount_fen: int,
    reference: str,
    memo: str,
    by: User | None,
    returns: BankLine | None = None,
) -> BankOrder:
    """Order a payment from an account of ours; the money leaves it at once and waits on the transit account.

    Once per `reference`: a repeat gets the first order, another body raises `OtherBody`. The event
    `bank.paid` or `bank.failed` (data.reference) tells the end; when the bank refuses, the money is back.
    Money of a statement line that goes back by itself names it as what the order `returns`: when the bank
    refuses, it is set aside for a person to decide.
    """
    require_amount(amount_fen=amount_fen)
    if not to_name.strip() or not to_account.strip():
        raise Refused(_("Say to whom and to which account the money goes."), "no_payee", "to_account")
    terms = {
        "account_id": account_id,
        "to_name": to_name.strip(),
        "to_account": to_account.strip(),
        "amount_fen": amount_fen,
    }
    moved = transfer(
        kind="order",
        postings=[(account_id, -amount_fen), (transit_account().pk, amount_fen)],
        request_key=f"order:{reference}",
        by=by,
        memo=memo,
    )
    order, fresh = BankOrder.objects.get_or_create(
        reference=reference, defaults={**terms, "memo": memo[:200], "by": by, "transfer": moved, "returns": returns}
    )
    if not fresh and any(getattr(order, name) != value for name, value in terms.items()):
        raise OtherBody(_("Under this reference another payment was already ordered. Reload the page."))
    return order


@transaction.atomic
def claim_order(*, order_id: UUID) -> BankOrder | None:
    """Take an order that is due for one conversation with the bank; None when somebody else has it."""
    order = BankOrder.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=order_id).first()
    now = legal_now()
    if order is None or order.state not in UNDER_WAY or order.next_try_at > now:
        return None
    order.attempts += 1
    order.next_try_at = now + LEASE
    changes = {"attempts": order.attempts, "next_try_at": order.next_try_at}
    if order.state == BankOrder.State.DRAFT:
        move(order, BankOrder.State.SENT, **changes)
    else:
        order.save(update_fields=list(changes))
    return order


@transaction.atomic
def postpone_order(*, order_id: UUID, error: str = "") -> None:
    """Come back to an order later: after 2 seconds, then twice as long each time, at most 5 minutes."""
    order = BankOrder.objects.lock(pk=order_id)
    if order.state in UNDER_WAY:
        order.next_try_at = legal_now() + timedelta(seconds=min(2**order.attempts, LONGEST_PAUSE_S))
        order.last_error = error[:200]
        order.save(update_fields=["next_try_at", "last_error"])


@transaction.atomic
def settle_order(*, reference: str, paid: bool, reason: str = "") -> BankOrder:
    """Book the end of an order that the bank tells us, by status or by statement, once.

    Paid: transit → bank, event `bank.paid`. Refused: the money returns to the ordering account, event
    `bank.failed`. Hearing the same end again changes nothing; the other end is logged and left to `reconcile`.
    """
    order = BankOrder.objects.lock(reference=reference)
    if order.state not in UNDER_WAY:
        if (order.state == BankOrder.State.PAID) is not paid:
            log.error("the bank contradicts itself about order %s: now paid=%s", reference, paid)
        return order
    if order.state == BankOrder.State.DRAFT:
        move(order, BankOrder.State.SENT)
    if paid:
        transfer(
            kind="payment",
            postings=[(transit_account().pk, -order.amount_fen), (bank_account().pk, order.amount_fen)],
            request_key=f"paid:{reference}",
            by=None,
            memo=order.memo,
        )
    else:
        reverse(transfer_id=order.transfer_id, by=None, memo=reason)
    state = BankOrder.State.PAID if paid else BankOrder.State.FAILED
    move(order, state, settled_at=legal_now(), last_error=reason[:200])
    account = Account.objects.select_related("division").get(pk=order.account_id)
    record(
        "bank.paid" if paid else "bank.failed",
        subject=order,
        by=None,
        division=account.division,
        amount_fen=order.amount_fen,
        data={"reference": reference, "reason": reason},
    )
    return order


def send_order(*, order_id: UUID) -> bool:
    """Speak with the bank about one order; True when it is settled.

    Not one transaction, on purpose: that the order was sent is committed before the bank hears of it, and
    what it answers is booked after. An order that was ever sent is first asked for, and sent again only when
    the bank has never heard of it. Raises `BankAway` when the bank is silent; the order then waits its turn.
    """
    order = claim_order(order_id=order_id)
    if order is None:
        return False
    try:
        status = bank.order_status(order.reference) if order.attempts > 1 else None
        status = status or bank.place_order(
            reference=order.reference,
            to_name=order.to_name,
            to_account=order.to_account,
            amount_fen=order.amount_fen,
            memo=order.memo,
        )
    except bank.BankAway as away:
        postpone_order(order_id=order.pk, error=away.reason)
        raise
    except bank.BankRefused as refused:
        settle_order(reference=order.reference, paid=False, reason=refused.reason)
        return True
    if status.state in {"paid", "failed"}:
        settle_order(reference=order.reference, paid=status.state == "paid", reason=status.reason)
        return True
    postpone_order(order_id=order.pk)
    return False


def send_due_orders(*, limit: int = 20) -> int:
    """Speak with the bank about up to `limit` orders that are due, oldest first; return how many are settled.

    Three silences end it: a bank that is away is not asked twenty times.
    """
    due = BankOrder.objects.filter(state__in=UNDER_WAY, next_try_at__lte=legal_now()).order_by("next_try_at", "pk")
    settled, silences = 0, 0
    for order_id in list(due.values_list("pk", flat=True)[:limit]):
        try:
            settled += send_order(order_id=order_id)
        except bank.BankAway as away:
            log.warning("the bank is away: %s", away.reason)
            silences += 1
            if silences == MOST_SILENCES:
                break
    return settled
