"""Unclear money and the clerks who decide over it, for tests."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

from exchange import clock
from exchange.accounts.models import Role, User
from exchange.ledger.bank import StatementLine
from exchange.ledger.models import BankLine, UnclearMoney
from exchange.ledger.services.accounts import close_sub_account, open_sub_account
from exchange.ledger.services.statements import receive_line
from exchange.ledger.services.unclear import confirm_return, propose_return
from tests.factories import Divisions, make_divisions, make_user

UNKNOWN = "999999999999999999"
_lines = count(70_000)


@dataclass
class Clerks:
    """Two clerks of the city, one of Nanchuan and one of Liangping, an auditor, and somebody without a role."""

    places: Divisions
    first: User
    second: User
    nanchuan: User
    liangping: User
    auditor: User
    stranger: User


def make_clerks() -> Clerks:
    """Make the divisions and the people."""
    places = make_divisions()
    return Clerks(
        places,
        make_user("first", Role.FINANCE, places.city),
        make_user("second", Role.FINANCE, places.city),
        make_user("nanchuan", Role.FINANCE, places.nanchuan),
        make_user("liangping", Role.FINANCE, places.liangping),
        make_user("auditor", Role.AUDITOR, places.city),
        make_user("stranger"),
    )


def arrive(number: str = UNKNOWN, fen: int = 4_200, *, account: str = "", name: str = "李大山") -> BankLine:
    """Let a line of the bank's statement arrive; by default under no number of ours, from no account."""
    line_number = next(_lines)
    receive_line(line=StatementLine(line_number, f"U{line_number}", number, name, account, fen, clock.legal_now()))
    return BankLine.objects.get(line_number=line_number)


def make_unclear(fen: int = 4_200) -> UnclearMoney:
    """Return money of no place, as it arrived."""
    return arrive(fen=fen).unclear


def make_unclear_of(clerks: Clerks) -> UnclearMoney:
    """Return money that came under a closed number of Wuxing."""
    sub = open_sub_account(purpose="deposit", subject=clerks.stranger, division=clerks.places.wuxing)
    close_sub_account(sub_account_id=sub.pk)
    return arrive(sub.number).unclear


def propose(row: UnclearMoney, by: User, **changes: str) -> UnclearMoney:
    """Propose to send it back to 李大山's account."""
    terms = {"to_name": "李大山", "to_account": "6217 0012 3456 78", "reason": "He sent the receipt of his bank."}
    return propose_return(unclear_id=str(row.pk), by=by, **terms | changes)


def confirm(row: UnclearMoney, by: User, **changes: str) -> UnclearMoney:
    """Confirm the proposal that stands."""
    return confirm_return(unclear_id=str(row.pk), proposal=fresh(row).proposals, by=by, **changes)


def fresh(row: UnclearMoney) -> UnclearMoney:
    return UnclearMoney.objects.get(pk=row.pk)
