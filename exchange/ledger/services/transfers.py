"""Moving money: every transfer sums to zero, is made once per request key, and is never edited."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from exchange.accounts.models import User
from exchange.errors import OtherBody, Refused
from exchange.ledger.models import Account, Posting, Transfer
from exchange.ledger.services.accounts import lock_accounts
from exchange.money import fen_to_yuan

Postings = Sequence[tuple[UUID, int]]


def require_free(*, account: Account, amount_fen: int) -> None:
    """Refuse when less than `amount_fen` is free on the locked `account`."""
    if account.free_fen is not None and account.free_fen < amount_fen:
        raise Refused(
            _("Only %(free)s yuan are free on this account, and %(needed)s yuan are needed.")
            % {"free": fen_to_yuan(account.free_fen), "needed": fen_to_yuan(amount_fen)},
            "not_enough",
            "amount_fen",
        )


def require_amount(*, amount_fen: int) -> None:
    """Refuse an amount that is not a positive whole number of fen."""
    if type(amount_fen) is not int or amount_fen <= 0:
        raise Refused(_("The amount must be more than nothing."), "bad_amount", "amount_fen")


def _check_shape(postings: Postings) -> None:
    amounts = [fen for _account, fen in postings]
    if any(type(fen) is not int or fen == 0 for fen in amounts):
        raise ValueError("a posting is a whole number of fen and not zero")
    if len(amounts) < 2 or sum(amounts) != 0 or len({account for account, _fen in postings}) != len(amounts):
        raise ValueError("a transfer has two accounts or more, each once, and sums to zero")


def _book(row: Transfer, postings: Postings) -> None:
    amounts = dict(postings)
    accounts = lock_accounts(account_ids=amounts)
    if len(accounts) != len(amounts):
        raise Account.DoesNotExist("a posting names an account that does not exist")
    for account in accounts:
        if amounts[account.pk] < 0:
            require_free(account=account, amount_fen=-amounts[account.pk])
    Posting.objects.bulk_create(Posting(transfer=row, account=a, amount_fen=amounts[a.pk]) for a in accounts)
    for account in accounts:
        Account.objects.filter(pk=account.pk).update(balance_fen=F("balance_fen") + amounts[account.pk])


def _require_same(row: Transfer, kind: str, postings: Postings) -> None:
    booked = sorted(row.postings.values_list("account_id", "amount_fen"))
    if row.kind != kind or booked != sorted(postings):
        raise OtherBody(_("Under this key another transfer was already made. Reload the page and start anew."))


@transaction.atomic
def transfer(
    *,
    kind: str,
    postings: Postings,
    request_key: str,
    by: User | None,
    memo: str = "",
    reverses: Transfer | None = None,
) -> Transfer:
    """Book signed amounts of fen on accounts, once per `request_key`; a repeat gets the first transfer.

    The calling stage has checked who may do this. Raises `Refused` "not_enough" when an account would fall
    below its floor, `OtherBody` when the key was used for something else, `ValueError` for postings that are
    no transfer (fewer than two accounts, not zero in sum).
    """
    _check_shape(postings)
    row, fresh = Transfer.objects.get_or_create(
        request_key=request_key, defaults={"kind": kind, "memo": memo[:200], "by": by, "reverses": reverses}
    )
    if fresh:
        _book(row, postings)
    else:
        _require_same(row, kind, postings)
    return row


@transaction.atomic
def reverse(*, transfer_id: UUID, by: User | None, memo: str = "") -> Transfer:
    """Correct a transfer by its opposite (冲正), once; a repeat gets the first reversal."""
    row = Transfer.objects.get(pk=transfer_id)
    return transfer(
        kind="reversal",
        postings=[(p.account_id, -p.amount_fen) for p in row.postings.all()],
        request_key=f"reverse:{row.pk}",
        by=by,
        memo=memo,
        reverses=row,
    )
