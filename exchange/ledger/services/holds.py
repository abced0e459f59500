"""Two phases: money is held, then captured or released, once."""

from __future__ import annotations

from uuid import UUID

from django.db import models, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from exchange.accounts.models import User
from exchange.clock import legal_now
from exchange.errors import Refused
from exchange.ledger.models import Account, Hold
from exchange.ledger.services.accounts import lock_accounts
from exchange.ledger.services.transfers import require_amount, require_free, transfer
from exchange.states import move


@transaction.atomic
def hold(*, account_id: UUID, amount_fen: int, reason: str, subject: models.Model, by: User | None) -> Hold:
    """Set money aside for `subject` (冻结); it can be spent by nothing but this hold.

    Raises `Refused` "not_enough" when less is free, "already_held" when the subject holds for this reason.
    """
    require_amount(amount_fen=amount_fen)
    account = Account.objects.lock(pk=account_id)
    terms = {
        "account": account,
        "reason": reason,
        "subject_type": subject._meta.label,
        "subject_id": str(subject.pk),
    }
    if Hold.objects.filter(state=Hold.State.HELD, **terms).exists():
        raise Refused(_("This money is already held. There is nothing more to do."), "already_held")
    require_free(account=account, amount_fen=amount_fen)
    row = Hold.objects.create(amount_fen=amount_fen, by=by, **terms)
    Account.objects.filter(pk=account_id).update(held_fen=F("held_fen") + amount_fen)
    return row


@transaction.atomic
def capture(*, hold_id: UUID, to_account_id: UUID, by: User | None, amount_fen: int | None = None) -> Hold:
    """Move what is held, or `amount_fen` of it, to another account; the rest becomes free again.

    Raises `WrongState` when the hold was captured or released before, `Refused` "bad_amount" for more than
    is held.
    """
    row = _locked(hold_id, to_account_id)
    amount = row.amount_fen if amount_fen is None else amount_fen
    require_amount(amount_fen=amount)
    if amount > row.amount_fen:
        raise Refused(_("No more can be taken than was held."), "bad_amount", "amount_fen")
    if row.state == Hold.State.HELD:
        Account.objects.filter(pk=row.account_id).update(held_fen=F("held_fen") - row.amount_fen)
        row.transfer = transfer(
            kind="capture",
            postings=[(row.account_id, -amount), (to_account_id, amount)],
            request_key=f"capture:{row.pk}",
            by=by,
            memo=row.reason,
        )
    move(row, Hold.State.CAPTURED, captured_fen=amount, transfer=row.transfer, ended_by=by, ended_at=legal_now())
    return row


@transaction.atomic
def release(*, hold_id: UUID, by: User | None) -> Hold:
    """Let held money be free again; `WrongState` when the hold was captured or released before."""
    row = _locked(hold_id)
    move(row, Hold.State.RELEASED, ended_by=by, ended_at=legal_now())
    Account.objects.filter(pk=row.account_id).update(held_fen=F("held_fen") - row.amount_fen)
    return row


def _locked(hold_id: UUID, *others: UUID) -> Hold:
    """Return the hold, locked after its account and the others."""
    account_id = Hold.objects.values_list("account_id", flat=True).get(pk=hold_id)
    lock_accounts(account_ids=[account_id, *others])
    return Hold.objects.lock(pk=hold_id)
