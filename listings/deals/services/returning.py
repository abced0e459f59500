"""Money of a deal that goes back: to the account it came from, or aside until two finance clerks have decided."""

from __future__ import annotations

from exchange.accounts.models import User
from exchange.ledger.models import BankLine, SubAccount
from exchange.ledger.services.orders import order_payment
from exchange.ledger.services.unclear import set_aside


def send_back(*, sub: SubAccount, line: BankLine, amount_fen: int, reference: str, memo: str, by: User | None) -> None:
    """Order money of a statement line, lying on the deal's sub-account, back to its payer; part of a transaction.

    Nothing vanishes: what names no account, and what the payer's bank refuses, is held as unclear money. The
    caller has locked the deal and, with the transit account, every account that it touches.
    """
    to_account = line.payer_account.strip()
    if not to_account:
        set_aside(line=line, account_id=sub.account_id, amount_fen=amount_fen)
        return
    order_payment(
        account_id=sub.account_id,
        to_name=line.payer_name or to_account,
        to_account=to_account,
        amount_fen=amount_fen,
        reference=reference,
        memo=memo,
        by=by,
        returns=line,
    )
