"""Money for a deal: the deposit first, then what arrives on its sub-account; the rest goes back with a word why."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop

from exchange.accounts.models import User
from exchange.clock import legal_day, legal_now
from exchange.identifiers import same_name
from exchange.ledger.models import BankLine, SubAccount
from exchange.ledger.services.accounts import lock_accounts, open_sub_account
from exchange.money import group_thousands
from exchange.states import move
from listings.auctions.models import Deposit
from listings.auctions.services.deposits import apply_deposit
from listings.deals import selectors
from listings.deals.models import Deal, Instalment, Payment
from listings.deals.services.confirming import tell
from listings.deals.services.payouts import pay_out_rent
from listings.deals.services.recording import record_deal
from listings.deals.services.returning import send_back

WITHOUT_ACCOUNT = gettext_noop(
    "¥%(back)s of ¥%(fen)s for “%(title)s” came without the payer's account number and is not due, "
    "so it cannot go back by itself. Please call us."
)


def begin_payments(deal: Deal, by: User | None) -> None:
    """Open the deal's sub-account at the bank and count the winner's deposit towards the first instalment.

    Part of the transaction that makes the contract; the caller holds the deal's lock.
    """
    sub = open_sub_account(
        purpose=SubAccount.Purpose.DEAL, subject=deal, division=deal.division, payer_name=deal.lessee_name
    )
    deposit = apply_deposit(auction_id=str(deal.auction_id), to_account_id=sub.account_id, by=by)
    now = legal_now()
    used = _use(deal, deposit.amount_fen, now)
    surplus = deposit.amount_fen - used
    payment = Payment.objects.create(
        deal=deal,
        kind=Payment.Kind.DEPOSIT,
        amount_fen=deposit.amount_fen,
        used_fen=used,
        returned_fen=surplus,
        reason="surplus" if surplus else "",
        arrived_at=now,
    )
    if surplus:
        _send_back(sub, payment, selectors.deposit_line(deposit))
    _advance(deal, by)


def _send_back(sub: SubAccount, payment: Payment, line: BankLine) -> None:
    fen = payment.returned_fen
    send_back(sub=sub, line=line, amount_fen=fen, reference=f"deal-back-{payment.pk}", memo="not due", by=None)


@transaction.atomic
def take_payment(*, line_id: str, received_at: datetime) -> Payment | None:
    """React to money on a sub-account: use it for the earliest open instalment, or send it back and say why.

    Another's money goes back whole; so does money when nothing is due. What is over the instalment goes back.
    Once per bank line; a line of another purpose is left to others (None). `received_at`: when it was booked.
    """
    line = BankLine.objects.select_related("sub_account").get(pk=line_id)
    sub = line.sub_account
    if sub is None or sub.purpose != SubAccount.Purpose.DEAL:
        return None
    deal = Deal.objects.lock(pk=sub.subject_id)
    found = Payment.objects.filter(line=line).first()
    if found:
        return found
    lock_accounts(account_ids=[sub.account_id], with_transit=True)
    reason = _why_not(deal, line)
    used = 0 if reason else _use(deal, line.amount_fen, received_at)
    surplus = line.amount_fen - used
    payment = Payment.objects.create(
        deal=deal,
        kind=Payment.Kind.BANK,
        line=line,
        amount_fen=line.amount_fen,
        used_fen=used,
        returned_fen=surplus,
        reason=reason or ("surplus" if surplus else ""),
        arrived_at=received_at,
    )
    if surplus:
        _send_back(sub, payment, line)
    _tell(deal, payment, line.payer_name)
    _advance(deal, None)
    pay_out_rent(deal_id=str(deal.pk))
    return payment


def _why_not(deal: Deal, line: BankLine) -> str:
    if not same_name(line.payer_name, deal.lessee_name):
        return "other_payer"
    if deal.state not in Deal.PAYABLE or selectors.next_instalment(deal) is None:
        return "nothing_due"
    return ""


def _use(deal: Deal, amount_fen: int, at: datetime) -> int:
    """Put money towards the earliest open instalment; return how much of it was needed."""
    instalment = selectors.next_instalment(deal)
    if instalment is None:
        return 0
    used = divided(instalment, amount_fen)
    instalment.paid_fen += used
    if instalment.open_fen == 0:
        instalment.paid_on = legal_day(at)
    instalment.save(update_fields=["paid_fen", "paid_on"])
    return used


def divided(instalment: Instalment, amount_fen: int) -> int:
    """Return how much of an amount the instalment needs, in fen."""
    return min(amount_fen, instalment.open_fen)


def _advance(deal: Deal, by: User | None) -> None:
    """Move a contracted deal on once its first instalment is paid in full."""
    if deal.state == Deal.State.CONTRACTED and deal.instalments.filter(n=1, paid_on__isnull=False).exists():
        move(deal, Deal.State.PAID, due_from=None, due_at=None, due_provisional=False, remind_at=None)
        record_deal("deal.paid", deal, by)
        tell(deal, gettext_noop("The first payment for “%(title)s” has arrived. Hand-over comes next."))


def _tell(deal: Deal, payment: Payment, payer: str) -> None:
    words = {
        "fen": group_thousands(payment.amount_fen),
        "back": group_thousands(payment.returned_fen),
        "payer": payer,
    }
    if payment.returned_fen and payment.line and not payment.line.payer_account.strip():
        text = WITHOUT_ACCOUNT
    elif payment.reason == "other_payer":
        text = gettext_noop(
            "¥%(fen)s for “%(title)s” came from an account of “%(payer)s” and goes back. Pay from the lessee's account."
        )
    elif payment.reason == "nothing_due":
        text = gettext_noop("¥%(fen)s came for “%(title)s” while nothing is due, and goes back.")
    elif payment.returned_fen:
        text = gettext_noop("¥%(fen)s for “%(title)s” has arrived; ¥%(back)s more than due goes back.")
    else:
        text = gettext_noop("¥%(fen)s for “%(title)s” has arrived.")
    tell(deal, text, **words)


@transaction.atomic
def tell_returned(*, deal_id: str, amount_fen: int, last_digits: str) -> None:
    """React to the end of money that belonged to nobody: tell both sides to which account it has gone."""
    text = gettext_noop(
        "¥%(fen)s for “%(title)s” that had to be clarified has been paid to the account that ends in %(digits)s."
    )
    tell(Deal.objects.get(pk=deal_id), text, fen=group_thousands(amount_fen), digits=last_digits)


def deposit_of(deal: Deal) -> Deposit | None:
    """Return the winner's deposit, None for a deal without a hall."""
    return Deposit.objects.filter(registration=deal.auction.winner).first() if deal.auction else None
