"""Taking in past deals: an exchange that joins brings its history. All rows of a file or none."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from exchange.accounts.models import Division, Level, Role, User
from exchange.accounts.selectors import places
from exchange.bulk import copy_in
from exchange.csvfiles import RowsRefused
from exchange.errors import require
from exchange.history import Imported, check_kinds_and_days, not_yet_entered, one_at_a_time
from exchange.journal.models import Origin
from exchange.journal.services import record_all
from listings.deals.imports.rows import DealRow, read_rows
from listings.deals.models import Deal
from listings.deals.services.recording import closing_facts

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
    kinds_and_days = [(row.line, row.right_kind, row.closed_on) for row in rows]
    problems += unknown + check_kinds_and_days(kinds_and_days, file, too_late=_("The deal cannot be of a day to come."))
    if problems:
        raise RowsRefused(sorted(problems, key=lambda problem: problem.line))
    return _write([_deal(row, divisions[row.line]) for row in rows], [row.line for row in rows], file, by)


@transaction.atomic
def _write(deals: list[Deal], numbers: list[int], file: str, by: User | None) -> Imported:
    one_at_a_time(_IMPORT_LOCK)
    added = not_yet_entered(deals, numbers, file, key="number", compared=COMPARED)
    copy_in(added)
    record_all(kind="deal.closed", facts=[_fact(deal, PurePath(file).name) for deal in added], by=by)
    return Imported(len(deals), len(added), len(deals) - len(added), sum(deal.amount_fen for deal in added))


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
