"""Deposits (保证金): taken from the right payer, in full and in time; everything else goes back with a word why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from exchange.accounts.models import User
from exchange.accounts.services import notify
from exchange.clock import legal_now
from exchange.errors import WrongState, require
from exchange.identifiers import same_name
from exchange.journal.repeats import repeatable
from exchange.journal.services import record
from exchange.ledger.models import BankLine, BankOrder, SubAccount
from exchange.ledger.services.accounts import lock_accounts
from exchange.ledger.services.holds import capture, hold, release
from exchange.ledger.services.orders import order_payment
from exchange.ledger.services.transfers import transfer
from exchange.ledger.services.unclear import set_aside
from exchange.money import group_thousands
from exchange.states import move
from exchange.sweeps import each
from listings.auctions import policies
from listings.auctions.models import Auction, Deposit, Registration

HOLD_REASON = "auction deposit"


@transaction.atomic
def take_deposit(*, line_id: str, received_at: datetime) -> None:
    """React to money on a sub-account: hold the deposit and admit, or send the money back and say why.

    `received_at` is the legal time at which the exchange booked it. Right payer name, the whole amount in one
    payment and before registration closes; what is over the amount goes back.
    """
    line = BankLine.objects.select_related("sub_account").get(pk=line_id)
    sub = line.sub_account
    if sub is None or sub.purpose != SubAccount.Purpose.DEPOSIT:
        return
    auction_id = Registration.objects.values_list("auction_id", flat=True).get(pk=sub.subject_id)
    auction = Auction.objects.lock(pk=auction_id)
    registration = Registration.objects.lock(pk=sub.subject_id)
    deposit = Deposit.objects.lock(registration=registration)
    reason = _why_not(auction, registration, deposit, line, received_at)
    if reason:
        _return_line(registration, line, line.amount_fen, reason, _words(registration, line))
        return
    surplus = line.amount_fen - deposit.amount_fen
    lock_accounts(account_ids=[sub.account_id], with_transit=bool(surplus))
    _admit(auction, registration, deposit, line, received_at)
    if surplus:
        text = gettext_noop("You paid ¥%(fen)s more than the deposit. The rest is on its way back to your account.")
        _return_line(registration, line, surplus, text, {"fen": group_thousands(surplus)})


def _why_not(
    auction: Auction, registration: Registration, deposit: Deposit, line: BankLine, received_at: datetime
) -> str:
    """Return why the money cannot be the deposit, and what to do, to be filled in by `_words`; "" when it can."""
    if deposit.state != Deposit.State.DUE or registration.state != Registration.State.DEPOSIT_DUE:
        return gettext_noop(
            "No deposit is due for this registration, so the money is on its way back. You need not do anything."
        )
    if not same_name(line.payer_name, registration.name):
        return gettext_noop(
            "The money came from an account of “%(payer)s”, but “%(name)s” is registered, so it is on its way back. "
            "Pay from an account in that name before registration closes."
        )
    if not auction.takes_registrations(received_at):
        return gettext_noop(
            "The money came after registration had closed, so it is on its way back. You cannot bid in this auction."
        )
    if not line.payer_account.strip():
        # It could never go back, and would keep the refunds of all others waiting.
        return gettext_noop("The bank did not say from which account the money came, so it cannot be the deposit.")
    if line.amount_fen < deposit.amount_fen:
        return gettext_noop(
            "Only ¥%(paid)s came, but the deposit is ¥%(due)s, so the money is on its way back. "
            "Pay the whole amount in one payment before registration closes."
        )
    return ""


def _words(registration: Registration, line: BankLine) -> dict[str, str]:
    return {
        "payer": line.payer_name,
        "name": registration.name,
        "paid": group_thousands(line.amount_fen),
        "due": group_thousands(registration.deposit.amount_fen),
    }


def _admit(
    auction: Auction, registration: Registration, deposit: Deposit, line: BankLine, received_at: datetime
) -> None:
    move(
        deposit,
        Deposit.State.RECEIVED,
        payer_name=line.payer_name,
        payer_account=line.payer_account,
        received_at=received_at,
    )
    held = hold(
        account_id=deposit.sub_account.account_id,
        amount_fen=deposit.amount_fen,
        reason=HOLD_REASON,
        subject=registration,
        by=None,
    )
    move(deposit, Deposit.State.HELD, hold=held)
    move(registration, Registration.State.ADMITTED)
    record(
        "registration.admitted",
        subject=registration,
        by=None,
        division=auction.division,
        amount_fen=deposit.amount_fen,
        origin=auction.origin,
    )
    text = gettext_noop("Your deposit of ¥%(fen)s has arrived. Your bidder number is %(paddle)s.")
    notify(
        user=registration.user,
        text=text,
        words={"fen": group_thousands(deposit.amount_fen), "paddle": registration.paddle},
        url=_address(registration),
    )


def _return_line(
    registration: Registration, line: BankLine, amount_fen: int, reason: str, words: Mapping[str, str | int]
) -> None:
    """Order money that is no deposit back to the account it came from."""
    sub = line.sub_account or registration.deposit.sub_account
    if not line.payer_account.strip():
        set_aside(line=line, account_id=sub.account_id, amount_fen=amount_fen)
        _tell_unclear(registration, line, amount_fen)
        return
    order_payment(
        account_id=sub.account_id,
        to_name=line.payer_name or line.payer_account,
        to_account=line.payer_account,
        amount_fen=amount_fen,
        reference=f"return-{line.pk}",
        memo="not a deposit",
        by=None,
        returns=line,
    )
    record(
        "deposit.returned",
        subject=registration,
        by=None,
        division=registration.auction.division,
        amount_fen=amount_fen,
        origin=registration.auction.origin,
        data={"line": str(line.pk)},
    )
    notify(user=registration.user, text=reason, words=words, url=_address(registration))


def _tell_unclear(registration: Registration, line: BankLine, amount_fen: int) -> None:
    """Say in the journal and to the payer that money cannot go back before a finance clerk has clarified it."""
    record(
        "deposit.unclear",
        subject=registration,
        by=None,
        division=registration.auction.division,
        amount_fen=amount_fen,
        origin=registration.auction.origin,
        data={"line": str(line.pk), "bank_ref": line.bank_ref},
    )
    text = gettext_noop(
        "¥%(fen)s came without the number of your account, so it cannot go back by itself. Please call us."
    )
    notify(user=registration.user, text=text, words={"fen": group_thousands(amount_fen)}, url=_address(registration))


@transaction.atomic
def tell_returned(*, registration_id: str, amount_fen: int, last_digits: str) -> None:
    """React to the end of money that belonged to nobody: tell who registered to which account it has gone."""
    registration = Registration.objects.select_related("user").get(pk=registration_id)
    text = gettext_noop("¥%(fen)s that had to be clarified has been paid to the account that ends in %(digits)s.")
    words = {"fen": group_thousands(amount_fen), "digits": last_digits}
    notify(user=registration.user, text=text, words=words, url=_address(registration))


def _address(registration: Registration) -> str:
    return reverse("auctions:registration", kwargs={"pk": registration.pk})


def send_back(deposit: Deposit, by: User | None) -> BankOrder:
    """Order the locked, held deposit back to the account it came from: release, order, REFUNDING."""
    lock_accounts(account_ids=[deposit.sub_account.account_id], with_transit=True)
    if deposit.state == Deposit.State.HELD and deposit.hold_id:
        release(hold_id=deposit.hold_id, by=by)
    attempt = deposit.refund_attempts + 1
    reference = f"refund-{deposit.pk}-{attempt}"
    move(deposit, Deposit.State.REFUNDING, refund_attempts=attempt, refund_reference=reference)
    return order_payment(
        account_id=deposit.sub_account.account_id,
        to_name=deposit.payer_name,
        to_account=deposit.payer_account,
        amount_fen=deposit.amount_fen,
        reference=reference,
        memo="deposit back",
        by=by,
    )


@transaction.atomic
def refund_deposit(*, deposit_id: UUID) -> bool:
    """Send a loser's deposit back, once; False when there is nothing to send."""
    deposit = Deposit.objects.lock(pk=deposit_id)
    lost = deposit.registration.state == Registration.State.LOST
    if not lost or deposit.state != Deposit.State.HELD:
        return False
    send_back(deposit, None)
    return True


@transaction.atomic
def refund_losers(*, auction_id: str) -> int:
    """Send the deposits of all who did not win back, all or none; return how many. `refund_due` is the belt."""
    deposits = Deposit.objects.lock_all(_to_refund().filter(registration__auction__pk=auction_id))
    accounts = SubAccount.objects.filter(pk__in=[deposit.sub_account_id for deposit in deposits])
    lock_accounts(account_ids=accounts.values_list("account_id", flat=True), with_transit=bool(deposits))
    return sum(refund_deposit(deposit_id=deposit.pk) for deposit in deposits)


def refund_due(*, limit: int = 200) -> int:
    """Sweep: send back what a lost reaction left, oldest first."""
    return each(_to_refund()[:limit], lambda pk: refund_deposit(deposit_id=pk))


def _to_refund() -> QuerySet[Deposit, UUID]:
    lost = Deposit.objects.filter(state=Deposit.State.HELD, registration__state=Registration.State.LOST)
    return lost.order_by("pk").values_list("pk", flat=True)


@repeatable
@transaction.atomic
def refund_again(*, deposit_id: str, by: User, request_key: str = "") -> Deposit:
    """Order a refund anew that the bank has refused; for the finance clerk of the auction's place."""
    deposit = Deposit.objects.lock(pk=deposit_id)
    require(
        policies.may_pay_deposits(by, deposit.registration.auction),
        _("Only the finance clerk of this place pays deposits back."),
    )
    if deposit.state != Deposit.State.REFUND_FAILED:
        raise WrongState(_("This deposit is not waiting for a second try. Reload the page to see where it stands."))
    send_back(deposit, by)
    return deposit


@transaction.atomic
def settle_refund(*, reference: str, paid: bool) -> None:
    """React to the bank's word about an order; references that are not ours are left to others."""
    deposit_id = Deposit.objects.filter(refund_reference=reference).values_list("pk", flat=True).first()
    if deposit_id is None:
        return
    deposit = Deposit.objects.lock(pk=deposit_id)
    if deposit.state != Deposit.State.REFUNDING or deposit.refund_reference != reference:
        return
    registration = deposit.registration
    if not paid:
        move(deposit, Deposit.State.REFUND_FAILED)
        text = gettext_noop("The bank could not pay your deposit back. The exchange will call you.")
        notify(user=registration.user, text=text, url=_address(registration))
        return
    move(deposit, Deposit.State.REFUNDED, settled_at=legal_now())
    record(
        "deposit.refunded",
        subject=registration,
        by=None,
        division=registration.auction.division,
        amount_fen=deposit.amount_fen,
        origin=registration.auction.origin,
    )
    text = gettext_noop("Your deposit of ¥%(fen)s has been paid back.")
    words = {"fen": group_thousands(deposit.amount_fen)}
    notify(user=registration.user, text=text, words=words, url=_address(registration))


@transaction.atomic
def refund_winner(*, auction_id: str, by: User | None) -> Deposit:
    """Send the winner's deposit back because the result was cancelled without his fault, once."""
    deposit = Deposit.objects.lock(registration__auction=auction_id, registration__state=Registration.State.WON)
    if deposit.state == Deposit.State.HELD:
        send_back(deposit, by)
    return deposit


@transaction.atomic
def apply_deposit(*, auction_id: str, to_account_id: UUID, by: User | None) -> Deposit:
    """Count the winner's deposit towards the price: capture it to the deal's account, once."""
    return _capture(auction_id, to_account_id, by, Deposit.State.APPLIED)


@transaction.atomic
def forfeit_deposit(
    *, auction_id: str, to_account_id: UUID, by: User | None, from_account_id: UUID | None = None
) -> Deposit:
    """Take the deposit of a winner who broke off (悔拍, 法释〔2016〕18号 art. 24) to that account, once.

    One that was already counted towards the price is taken `from_account_id`, the deal's account.
    """
    deposit = Deposit.objects.lock(registration__auction=auction_id, registration__state=Registration.State.WON)
    if deposit.state == Deposit.State.FORFEITED:
        return deposit
    if deposit.state == Deposit.State.APPLIED and from_account_id is not None:
        move(deposit, Deposit.State.FORFEITED, settled_at=legal_now())
        transfer(
            kind="forfeit",
            postings=[(from_account_id, -deposit.amount_fen), (to_account_id, deposit.amount_fen)],
            request_key=f"forfeit:{deposit.pk}",
            by=by,
        )
    else:
        deposit = _capture(auction_id, to_account_id, by, Deposit.State.FORFEITED)
    registration = deposit.registration
    record(
        "deposit.forfeited",
        subject=registration,
        by=by,
        division=registration.auction.division,
        amount_fen=deposit.amount_fen,
        origin=registration.auction.origin,
    )
    return deposit


def _capture(auction_id: str, to_account_id: UUID, by: User | None, end: Deposit.State) -> Deposit:
    deposit = Deposit.objects.lock(registration__auction=auction_id, registration__state=Registration.State.WON)
    if deposit.state == end:
        return deposit
    hold_id = deposit.hold_id
    # The caller may go on and send back what is over.
    lock_accounts(account_ids=[deposit.sub_account.account_id, to_account_id], with_transit=True)
    move(deposit, end, settled_at=legal_now())
    if hold_id:
        capture(hold_id=hold_id, to_account_id=to_account_id, by=by)
    return deposit
