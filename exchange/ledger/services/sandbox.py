"""Paying in at the sandbox bank, as a payer would at his own bank; in a demonstration only."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from exchange.accounts.models import User
from exchange.clock import legal_now
from exchange.errors import require
from exchange.ledger import bank
from exchange.ledger.services.transfers import require_amount


def pay_in(
    *, number: str, payer_name: str, payer_account: str, amount_fen: int, by: User | None, request_key: str = ""
) -> dict[str, Any]:
    """Let somebody pay in under a sub-account's number; the bank's line as it answered it.

    Our books learn of it from the next statement, like of any payment. Nothing is written here, so there is
    no transaction; the bank itself answers a repeated `request_key` with the first line. Raises `BankAway`.
    """
    require(settings.DEMONSTRATION, _("Only a demonstration has a bank to practise with."))
    require_amount(amount_fen=amount_fen)
    return bank.pay_in(
        {
            "number": number.replace(" ", ""),
            "payer_name": payer_name,
            "payer_account": payer_account,
            "amount_fen": amount_fen,
            "booked_at": legal_now().isoformat(),
            "request_key": f"{by.pk if by else ''}:{request_key}"[:64] if request_key else "",
        }
    )
