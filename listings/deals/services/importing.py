"""Taking in past deals: an exchange that joins brings its history. All rows of a file or none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from exchange.accounts.models import Division, Level, Role, User
from exchange.accounts.selectors import places
from exchange.bulk import copy_in
from exchange.clock import legal_day
from exchange.csvfiles import Problem, RowsRefused
from exchange.errors import require
from exchange.journal.models import Origin
from exchange.journal.services import record_all
from exchange.locking import patience
from exchange.rulebook.models import RightKind
from listings.deals.imports.rows import DealRow, read_rows
from listings.deals.models import Deal
from listings.deals.services.recording import closing_facts

BATCH = 1000
_IMPORT_LOCK = 7_115_402
# What a row must be again when its reference comes a second time.
COMPARED = (
    "title",
    "division_id",
    "right_kind",
    "transfer_mode",
    "lessor_name",
    "lessor_kind",
    "lessee_name",
    "lessee_kind",
    "price_fen",
    "price_unit",
    "term_months",
    "area_m2",
    "amount_fen",
    "closed_on",
    "note",
)


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import of deals did: rows read, deals added, rows that were already there; fen of those added."""

    read: int
    added: int
    same: int
    amount_fen: int


def import_deals(*, lines: Iterable[str], file: str, by: User | None) -> Imported:
    """Take in past deals (历史成交) from the lines of a CSV file: all rows or none.

    A row whose reference and contents are already there changes nothing; the same reference with other
    contents is refused. Raises `RowsRefused` with one problem for each wrong line. Each deal added is
    completed, of the origin "imported", and recorded as `deal.closed` on its own day. `by` None is the set-up.
    """
    allowed = by is None or by.is_superuser or by.has_role(Role.ADMINISTRATOR, level=Level.CITY)
    require(allowed, _("Only an administrator of the city imports deals."))
    rows, problems = read_rows(lines, file)
    divisions, unknown = places([(row.line, row.division, row.closed_on) for row in rows], file)
    problems += unknown + _check_kinds_and_days(rows, file)
    if problems:
        raise RowsRefused(sorted(problems, key=lambda problem: problem.line))
    return _write([_deal(row, divisions[row.line]) for row in rows], [row.line for row in rows], file, by)


@transaction.atomic
def _write(deals: list[Deal], numbers: list[int], file: str, by: User | None) -> Imported:
    _one_at_a_time()
    known = _known([deal.number for deal in deals])
    problems = [
        Problem(file, line, _("%(ref)s is already entered with other contents.") % {"ref": deal.number})
        for deal, line in zip(deals, numbers, strict=True)
        if deal.number in known and known[deal.number] != _contents(deal)
    ]
    if problems:
        raise RowsRefused(problems)
    added = [deal for deal in deals if deal.number not in known]
    copy_in(added)
    record_all(kind="deal.closed", facts=[_fact(deal, PurePath(file).name) for deal in added], by=by)
    return Imported(len(deals), len(added), len(deals) - len(added), sum(deal.amount_fen for deal in added))


def _one_at_a_time() -> None:
    """Let imports wait for each other, so that the second one knows what the first has entered."""
    with patience(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_IMPORT_LOCK])


def _contents(deal: Deal) -> tuple[Any, ...]:
    return tuple(getattr(deal, name) for name in COMPARED)


def _known(numbers: list[str]) -> dict[str, tuple[Any, ...]]:
    """Return the contents of the deals that bear one of these numbers; () for one that was not imported."""
    found: dict[str, tuple[Any, ...]] = {}
    for start in range(0, len(numbers), BATCH):
        here = Deal.objects.filter(number__in=numbers[start : start + BATCH])
        for number, ref, *contents in here.values_list("number", "import_ref", *COMPARED):
            found[number] = tuple(contents) if ref else ()
    return found


def _check_kinds_and_days(rows: list[DealRow], file: str) -> list[Problem]:
    kinds = set(RightKind.objects.values_list("code", flat=True))
    today = legal_day()
    reasons: dict[int, str] = defaultdict(str)
    for row in rows:
        if row.right_kind not in kinds:
            reasons[row.line] = _("“%(kind)s” is no kind of right; the rules page lists them.") % {
                "kind": row.right_kind
            }
        if row.closed_on > today:
            reasons[row.line] = _("The deal cannot be of a day to come.")
    return [Problem(file, line, reason) for line, reason in reasons.items()]


def _deal(row: DealRow, division: Division) -> Deal:
    return Deal(
        number=row.ref,
        import_ref=row.ref,
        division=division,
        right_kind=row.right_kind,
        transfer_mode=row.transfer_mode,
        title=row.title,
        lessor_name=row.lessor,
        lessor_kind=row.lessor_kind,
        lessee_name=row.lessee,
        lessee_kind=row.lessee_kind,
        price_fen=row.price_fen,
        price_unit=row.price_unit,
        term_months=row.term_months,
        area_m2=row.area_m2,
        amount_fen=row.amount_fen,
        closed_on=row.closed_on,
        state=Deal.State.COMPLETED,
        origin=Origin.IMPORTED,
        note=row.note,
    )


def _fact(deal: Deal, file: str) -> dict[str, Any]:
    return {**closing_facts(deal), "data": {**closing_facts(deal)["data"], "file": file}}
