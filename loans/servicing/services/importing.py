"""Taking in past loans: an exchange that joins brings its history. All rows of a file or none."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from exchange.accounts.models import Division, Level, Organisation, Role, User
from exchange.accounts.selectors import places
from exchange.bulk import copy_in
from exchange.csvfiles import RowsRefused
from exchange.errors import require
from exchange.history import Imported, check_kinds_and_days, not_yet_entered, one_at_a_time
from exchange.journal.models import Origin
from exchange.journal.services import record_all
from loans.servicing.imports.rows import LoanRow, read_rows
from loans.servicing.models import Loan
from loans.servicing.services.recording import disbursement, repayment

_IMPORT_LOCK = 7_115_403
# What a row must be again when its reference comes a second time.
COMPARED = (
    "borrower_name",
    "division_id",
    "right_kind",
    "secured",
    "bank_name",
    "product_name",
    "principal_fen",
    "balance_fen",
    "rate_bp",
    "method",
    "term_months",
    "disbursed_on",
    "repaid_on",
    "note",
)


def import_loans(*, lines: Iterable[str], file: str, by: User | None) -> Imported:
    """Take in past loans (历史贷款) from the lines of a CSV file: all rows or none.

    A row whose reference and contents are already there changes nothing; the same reference with other
    contents is refused. Raises `RowsRefused` with one problem for each wrong line. Each loan added bears the
    origin "imported" and is recorded as `loan.disbursed` on its own day, and as `loan.repaid` on the day until
    which its principal had come back. It has no schedule or account here. `by` None is the set-up.
    """
    allowed = by is None or by.is_superuser or by.has_role(Role.ADMINISTRATOR, level=Level.CITY)
    require(allowed, _("Only an administrator of the city imports loans."))
    rows, problems = read_rows(lines, file)
    divisions, unknown = places([(row.line, row.division, row.disbursed_on) for row in rows], file)
    kinds_and_days = [
        (row.line, row.right_kind, max(row.disbursed_on, row.repaid_on or row.disbursed_on)) for row in rows
    ]
    problems += unknown + check_kinds_and_days(kinds_and_days, file, too_late=_("The loan cannot be of a day to come."))
    if problems:
        raise RowsRefused(sorted(problems, key=lambda problem: problem.line))
    banks = _banks(rows)
    loans = [_loan(row, divisions[row.line], banks.get(row.bank)) for row in rows]
    return _write(loans, [row.line for row in rows], file, by)


def _banks(rows: list[LoanRow]) -> dict[str, Organisation]:
    """Return the banks of these names that are entered here; others keep their name only."""
    names = {row.bank for row in rows}
    found = Organisation.objects.filter(kind=Organisation.Kind.BANK, name__in=names).order_by("-pk")
    return {bank.name: bank for bank in found}


def _loan(row: LoanRow, division: Division, bank: Organisation | None) -> Loan:
    balance_fen = row.amount_fen - row.repaid_fen
    return Loan(
        import_ref=row.ref,
        bank=bank,
        bank_name=row.bank,
        product_name=row.product,
        division=division,
        right_kind=row.right_kind,
        secured=row.secured,
        borrower_name=row.borrower,
        principal_fen=row.amount_fen,
        balance_fen=balance_fen,
        rate_bp=row.rate_bp,
        method=row.method,
        term_months=row.term_months,
        disbursed_on=row.disbursed_on,
        repaid_on=row.repaid_on,
        state=Loan.State.ACTIVE if balance_fen else Loan.State.SETTLED,
        origin=Origin.IMPORTED,
        note=row.note,
    )


@transaction.atomic
def _write(loans: list[Loan], numbers: list[int], file: str, by: User | None) -> Imported:
    one_at_a_time(_IMPORT_LOCK)
    added = not_yet_entered(loans, numbers, file, key="import_ref", compared=COMPARED)
    copy_in(added)
    name = PurePath(file).name
    record_all(kind="loan.disbursed", facts=[_named(disbursement(loan), name) for loan in added], by=by)
    record_all(kind="loan.repaid", facts=[_named(fact, name) for fact in _repayments(added)], by=by)
    return Imported(len(loans), len(added), len(loans) - len(added), sum(loan.principal_fen for loan in added))


def _repayments(loans: list[Loan]) -> list[dict[str, Any]]:
    return [
        repayment(loan, loan.repaid_on, loan.principal_fen - loan.balance_fen, None)
        for loan in loans
        if loan.repaid_on is not None
    ]


def _named(fact: dict[str, Any], file: str) -> dict[str, Any]:
    return {**fact, "data": {**fact["data"], "file": file}}
