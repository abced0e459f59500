"""Money in the demonstration: paid in at the sandbox bank, read from its statement, paid out by its hand."""

from __future__ import annotations

from exchange.ledger.services import sandbox
from exchange.ledger.services.orders import send_due_orders
from exchange.ledger.services.statements import poll_bank


def pay_in(number: str, payer_name: str, payer_account: str, amount_fen: int) -> None:
    """Let somebody pay in under a sub-account's number, and book it at once, at this session's legal time."""
    sandbox.pay_in(number=number, payer_name=payer_name, payer_account=payer_account, amount_fen=amount_fen, by=None)
    poll_bank()


def pay_out() -> int:
    """Have the bank pay what is ordered, and read its statement; return how many orders are settled."""
    settled = 0
    while done := send_due_orders():
        settled += done
    poll_bank()
    return settled
