"""Taking in past loans: an exchange that joins brings its history. All rows of a file or none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from exchange.accounts.models import Division, Level, Organisation, Role, User
from exchange.accounts.selectors import places
from exchange.bulk import copy_in
from exchange.clock import legal_day
from exchange.csvfiles import Problem, RowsRefused
from exchange.errors import require
from exchange.journal.models import Origin
from exchange.journal.services import record_all
from exchange.locking import patience
from exchange.rulebook.models import RightKind
from loans.servicing.imports.rows import LoanRow, read_rows
from loans.servicing.models import Loan
from loans.servicing.services.recording import disbursement, repayment

BATCH = 1000
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


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import of loans did: rows read, loans added, rows that were already there; fen of those added."""

    read: int
    added: int
    same: int
    amount_fen: int


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
    problems += unknown + _check_kinds_and_days(rows, file)
    if problems:
        raise RowsRefused(sorted(problems, key=lambda problem: problem.line))
    banks = _banks(rows)
    loans = [_loan(row, divisions[row.line], banks.get(row.bank)) for row in rows]
    return _write(loans, [row.line for row in rows], file, by)


def _check_kinds_and_days(rows: list[LoanRow], file: str) -> list[Problem]:
    kinds = set(RightKind.objects.values_list("code", flat=True))
    today = legal_day()
    problems = []
    for row in rows:
        if row.right_kind not in kinds:
            reason = _("“%(kind)s” is no kind of right; the rules page lists them.") % {"kind": row.right_kind}
            problems.append(Problem(file, row.line, reason))
        elif max(row.disbursed_on, row.repaid_on or row.disbursed_on) > today:
            problems.append(Problem(file, row.line, _("The loan cannot be of a day to come.")))
    return problems


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
    with patience(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_IMPORT_LOCK])
    known = _known([loan.import_ref or "" for loan in loans])
    problems = [
        Problem(file, line, _("%(ref)s is already entered with other contents.") % {"ref": loan.import_ref})
        for loan, line in zip(loans, numbers, strict=True)
        if loan.import_ref in known and known[loan.import_ref] != _contents(loan)
    ]
    if problems:
        raise RowsRefused(problems)
    added = [loan for loan in loans if loan.import_ref not in known]
    copy_in(added)
    name = PurePath(file).name
    record_all(kind="loan.disbursed", facts=[_named(disbursement(loan), name) for loan in added], by=by)
    record_all(kind="loan.repaid", facts=[_named(fact, name) for fact in _repayments(added)], by=by)
    return Imported(len(loans), len(added), len(loans) - len(added), sum(loan.principal_fen for loan in added))


def _contents(loan: Loan) -> tuple[Any, ...]:
    return tuple(getattr(loan, name) for name in COMPARED)


def _known(refs: list[str]) -> dict[str, tuple[Any, ...]]:
    found: dict[str, tuple[Any, ...]] = {}
    for start in range(0, len(refs), BATCH):
        here = Loan.objects.filter(import_ref__in=refs[start : start + BATCH])
        for ref, *contents in here.values_list("import_ref", *COMPARED):
            found[str(ref)] = tuple(contents)
    return found


def _repayments(loans: list[Loan]) -> list[dict[str, Any]]:
    return [
        repayment(loan, loan.repaid_on, loan.principal_fen - loan.balance_fen, None)
        for loan in loans
        if loan.repaid_on is not None
    ]


def _named(fact: dict[str, Any], file: str) -> dict[str, Any]:
    return {**fact, "data": {**fact["data"], "file": file}}
