"""Money that belongs to nobody yet (挂账): set aside when it comes, sent back when two finance clerks say so."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Concat
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from exchange.accounts.models import User
from exchange.accounts.services import notify
from exchange.errors import NotAllowed, Refused, WrongState, require
from exchange.journal.repeats import repeatable
from exchange.journal.services import record
from exchange.ledger import policies
from exchange.ledger.models import BankLine, BankOrder, SubAccount, UnclearMoney
from exchange.ledger.selectors.unclear import clerks
from exchange.ledger.services.accounts import lock_accounts, suspense_account
from exchange.ledger.services.holds import hold, release
from exchange.ledger.services.orders import order_payment
from exchange.money import group_thousands
from exchange.states import move
from exchange.sweeps import each

HOLD_REASON = "unclear money"
State = UnclearMoney.State


@transaction.atomic
def set_aside(
    *, line: BankLine, account_id: UUID, amount_fen: int, cause: str = UnclearMoney.Cause.NO_PAYER
) -> UnclearMoney:
    """Hold money of a statement line that can be given to nobody, once per line, and ask the finance clerks.

    It lies on `account_id`, where nothing else can spend it; event `unclear.received`. Its place is that of the
    sub-account whose number the payer used, a closed one too; money under an unknown number has none.
    """
    lock_accounts(account_ids=[account_id])
    found = UnclearMoney.objects.filter(line=line).first()
    if found:
        return found
    sub = SubAccount.objects.select_related("account__division").filter(number=line.number).first()
    row = UnclearMoney.objects.create(
        line=line,
        account_id=account_id,
        division=sub.account.division if sub else None,
        amount_fen=amount_fen,
        cause=cause,
    )
    _hold(row)
    row.save(update_fields=["hold"])
    _record("unclear.received", row, None)
    _tell_clerks(row, gettext_noop("¥%(fen)s has come that belongs to nobody yet. Please clarify it."), None)
    return row


def set_aside_left(*, limit: int = 100) -> int:
    """Sweep: set aside what lies on the suspense account and nobody is asked about; return how many lines.

    Lines from before money was set aside at all, and refused returns whose event was lost.
    """
    refused = BankOrder.objects.filter(
        reference=Concat(Value("back-"), OuterRef("bank_ref")), state=BankOrder.State.FAILED
    )
    left = Q(state=BankLine.State.SUSPENSE) | Q(Exists(refused), state=BankLine.State.SENT_BACK)
    lines = BankLine.objects.filter(left, amount_fen__gt=0, unclear=None).order_by("line_number")
    return each(lines[:limit], _set_aside_left)


def _set_aside_left(line: BankLine) -> bool:
    cause = UnclearMoney.Cause.REFUSED if line.state == BankLine.State.SENT_BACK else UnclearMoney.Cause.NO_PAYER
    set_aside(line=line, account_id=suspense_account().pk, amount_fen=line.amount_fen, cause=cause)
    return True


@repeatable
@transaction.atomic
def propose_return(
    *, unclear_id: str, to_name: str, to_account: str, reason: str, by: User, request_key: str = ""
) -> UnclearMoney:
    """Say to whom, to which account (8 to 32 digits, spaces do not matter) and why the money goes back.

    For money that waits, or that the bank refused. No money moves before another clerk has confirmed.
    """
    row = UnclearMoney.objects.lock(pk=unclear_id)
    _require_clerk(row, by)
    to_name, to_account, reason = to_name.strip(), "".join(to_account.split()), reason.strip()
    if row.state not in (State.WAITING, State.FAILED):
        raise WrongState(_("This money does not wait for a proposal. Reload the page to see where it stands."))
    if not to_name:
        raise Refused(_("Say in whose name the account is."), "no_payee", "to_name")
    _require_account(to_account)
    if not reason:
        raise Refused(_("Say how you know that this is the payer's account."), "no_reason", "reason")
    move(
        row,
        State.PROPOSED,
        to_name=to_name,
        to_account=to_account,
        reason=reason,
        note="",
        proposals=row.proposals + 1,
        proposed_by=by,
        confirmed_by=None,
        order=None,
    )
    _record("unclear.proposed", row, by, proposal=row.proposals)
    _tell_clerks(row, gettext_noop("A colleague proposes to send ¥%(fen)s back. Please check and confirm it."), by)
    return row


def _require_account(number: str) -> None:
    if not (number.isascii() and number.isdigit() and 8 <= len(number) <= 32):
        raise Refused(_("An account number has 8 to 32 digits."), "bad_account", "to_account")
    if SubAccount.objects.filter(number=number).exists():
        raise Refused(
            _("This is a number of the exchange itself. Ask the payer for the account he paid from."),
            "own_account",
            "to_account",
        )


@repeatable
@transaction.atomic
def confirm_return(*, unclear_id: str, proposal: int, by: User, request_key: str = "") -> UnclearMoney:
    """Order the payment that another clerk has proposed: maker and checker are two people (经办、复核分离).

    `proposal` is the number of the proposal that was looked at; a newer one is refused as "changed". Each proposal
    has one order under its own reference, so that one which the bank refuses can be ordered anew.
    """
    row = UnclearMoney.objects.lock(pk=unclear_id)
    _require_clerk(row, by)
    _require_proposal(row, proposal)
    if row.proposed_by_id == by.pk:
        raise NotAllowed(_("You proposed this yourself. Another finance clerk has to confirm it."), "same_person")
    lock_accounts(account_ids=[row.account_id], with_transit=True)
    if row.hold_id:
        release(hold_id=row.hold_id, by=by)
    order = order_payment(
        account_id=row.account_id,
        to_name=row.to_name,
        to_account=row.to_account,
        amount_fen=row.amount_fen,
        reference=f"unclear-{row.pk}-{row.proposals}",
        memo="unclear money back",
        by=by,
    )
    move(row, State.ORDERED, order=order, confirmed_by=by, hold=None)
    _record("unclear.ordered", row, by, reference=order.reference)
    return row


@repeatable
@transaction.atomic
def decline_return(*, unclear_id: str, proposal: int, note: str, by: User, request_key: str = "") -> UnclearMoney:
    """Turn a proposal down, or take one's own back, and say why; the money waits on."""
    row = UnclearMoney.objects.lock(pk=unclear_id)
    _require_clerk(row, by)
    _require_proposal(row, proposal)
    if not note.strip():
        raise Refused(_("Say what is wrong with the proposal."), "no_reason", "note")
    move(row, State.WAITING, note=note.strip())
    _record("unclear.declined", row, by, proposal=row.proposals)
    if row.proposed_by_id != by.pk:
        _tell(row, row.proposed_by, gettext_noop("Your proposal for ¥%(fen)s was turned down: %(note)s"))
    return row


@transaction.atomic
def settle_unclear(*, reference: str, paid: bool) -> None:
    """React to the bank's word about an order: the money is gone, or waits for a new decision.

    A refused order that sent a line's money back by itself makes that money unclear. Others' orders are left alone.
    """
    unclear_id = UnclearMoney.objects.filter(order__reference=reference).values_list("pk", flat=True).first()
    if unclear_id is None:
        if not paid:
            _set_aside_refused(reference)
        return
    row = UnclearMoney.objects.lock(pk=unclear_id)
    if row.state != State.ORDERED or row.order is None or row.order.reference != reference:
        return
    if paid:
        move(row, State.RETURNED)
        _record("unclear.returned", row, None, last_digits=row.to_account[-4:])
        return
    _hold(row)
    move(row, State.FAILED, hold=row.hold)
    _record("unclear.failed", row, None, reference=reference)
    _tell_clerks(row, gettext_noop("The bank could not send ¥%(fen)s back. Please find out another account."), None)


def _set_aside_refused(reference: str) -> None:
    order = BankOrder.objects.select_related("returns").filter(reference=reference).first()
    if order and order.returns:
        set_aside(
            line=order.returns,
            account_id=order.account_id,
            amount_fen=order.amount_fen,
            cause=UnclearMoney.Cause.REFUSED,
        )


def _require_clerk(row: UnclearMoney, by: User) -> None:
    require(policies.may_decide_unclear(by, row), _("Only a finance clerk of this place decides over this money."))


def _require_proposal(row: UnclearMoney, proposal: int) -> None:
    if row.state != State.PROPOSED:
        raise WrongState(_("No proposal waits here any more. Reload the page to see where the money stands."))
    if row.proposals != proposal:
        raise WrongState(_("There is a newer proposal than the one you saw. Reload the page and read it."), "changed")


def _hold(row: UnclearMoney) -> None:
    row.hold = hold(account_id=row.account_id, amount_fen=row.amount_fen, reason=HOLD_REASON, subject=row, by=None)


def _record(kind: str, row: UnclearMoney, by: User | None, **more: str | int) -> None:
    sub = row.line.sub_account
    told = {"line": str(row.line_id), "purpose": sub.purpose if sub else "", "subject": sub.subject_id if sub else ""}
    record(
        kind,
        subject=row,
        by=by,
        division=row.division,
        amount_fen=row.amount_fen,
        data=told | {"cause": row.cause} | more,
    )


def _tell_clerks(row: UnclearMoney, text: str, but: User | None) -> None:
    for clerk in clerks(row.division):
        if clerk != but:
            _tell(row, clerk, text)


def _tell(row: UnclearMoney, user: User | None, text: str) -> None:
    if user:
        address = reverse("ledger:unclear", kwargs={"pk": row.pk})
        notify(user=user, text=text, words={"fen": group_thousands(row.amount_fen), "note": row.note}, url=address)
