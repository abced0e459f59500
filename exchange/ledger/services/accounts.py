"""Opening accounts and the virtual sub-accounts under which money arrives."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext_lazy as _

from exchange.accounts.models import Division
from exchange.clock import legal_now
from exchange.errors import Refused
from exchange.ledger.models import Account, SubAccount

# The range of numbers that the settlement bank has given the exchange.
NUMBER_PREFIX = "8823119"
NUMBER_DIGITS = 10


@transaction.atomic
def open_account(
    *,
    kind: str,
    code: str,
    name: str,
    division: Division | None = None,
    owner: models.Model | None = None,
    floor_fen: int | None = 0,
) -> Account:
    """Return the account with `code`, opened if it is new; never less than `floor_fen` is free on it."""
    account, _fresh = Account.objects.get_or_create(
        code=code,
        defaults={
            "kind": kind,
            "name": name[:120],
            "division": division,
            "owner_type": owner._meta.label if owner else "",
            "owner_id": str(owner.pk) if owner else "",
            "floor_fen": floor_fen,
        },
    )
    return account


def bank_account() -> Account:
    """Return the mirror of the settlement account at the bank; negative by what lies there."""
    return open_account(kind=Account.Kind.BANK, code="bank", name="Settlement account", floor_fen=None)


def transit_account() -> Account:
    """Return the account of payments that were ordered and not yet made."""
    return open_account(kind=Account.Kind.TRANSIT, code="transit", name="Payments under way")


def suspense_account() -> Account:
    """Return the account of money whose purpose is not known."""
    return open_account(kind=Account.Kind.SUSPENSE, code="suspense", name="Money of unknown purpose", floor_fen=None)


def lock_accounts(*, account_ids: Iterable[UUID], with_transit: bool = False) -> list[Account]:
    """Lock every account that the transaction will touch, at once and by primary key; return them in that order.

    One posting does this by itself. A transaction with several steps (release and order, many refunds) calls it
    before its first one, `with_transit` if one of them orders a payment: two that lock step by step can wait
    for each other. The rows of holds come after the accounts.
    """
    wanted = set(account_ids)
    if with_transit:
        wanted.add(transit_account().pk)
    return Account.objects.lock_all(wanted)


def _check_digit(digits: str) -> str:
    """Return the Luhn digit (ISO/IEC 7812-1, annex B) that makes one mistyped digit visible."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def _new_number() -> str:
    body = NUMBER_PREFIX + "".join(secrets.choice("0123456789") for _ in range(NUMBER_DIGITS))
    return body + _check_digit(body)


@transaction.atomic
def open_sub_account(
    *, purpose: str, subject: models.Model, division: Division | None, payer_name: str = ""
) -> SubAccount:
    """Return the subject's open sub-account for `purpose`, opened with an account of that kind if it is new.

    The number is random, so that it says nothing about how many there are. `payer_name` is who is expected
    to pay; what to do with somebody else's money is for the stage that reacts to `bank.received`.
    """
    wanted = {"purpose": purpose, "subject_type": subject._meta.label, "subject_id": str(subject.pk)}
    found = SubAccount.objects.filter(closed_at=None, **wanted).first()
    if found:
        return found
    number = _new_number()
    account = open_account(
        kind=purpose, code=f"{purpose}:{number}", name=f"{purpose} {payer_name}", division=division, owner=subject
    )
    try:
        with transaction.atomic():
            return SubAccount.objects.create(number=number, account=account, payer_name=payer_name, **wanted)
    except IntegrityError:  # somebody opened it in the same moment
        return SubAccount.objects.get(closed_at=None, **wanted)


@transaction.atomic
def close_sub_account(*, sub_account_id: object) -> SubAccount:
    """Close a sub-account on which nothing is left; what still arrives under its number is sent back."""
    row = SubAccount.objects.lock(pk=sub_account_id)
    if Account.objects.lock(pk=row.account_id).balance_fen:
        raise Refused(_("There is still money on this sub-account. Pay it out first."), "not_empty")
    if row.closed_at is None:
        row.closed_at = legal_now()
        row.save(update_fields=["closed_at"])
    return row
