"""The collective's own account at its bank, to which the rent is paid out."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from exchange.accounts.models import User
from exchange.errors import Refused, require
from exchange.journal.repeats import repeatable
from exchange.journal.services import record
from listings.registry import policies
from listings.registry.models import Collective

SHORTEST, LONGEST = 8, 32


@repeatable
@transaction.atomic
def enter_bank_account(*, collective_id: str, number: str, by: User, request_key: str = "") -> Collective:
    """Enter or change the account (收款账户) of a collective, 8 to 32 digits; entered again, what failed is paid anew.

    Money goes there in the collective's name only, never to a person (农村集体经济组织法 art. 44): the bank compares
    name and number. The journal keeps the last four digits.
    """
    collective = Collective.objects.lock(pk=collective_id)
    require(
        policies.files_for(by, collective), _("Only an officer of the collective enters the account of the collective.")
    )
    digits = "".join(number.split())
    if not (digits.isascii() and digits.isdigit() and SHORTEST <= len(digits) <= LONGEST):
        raise Refused(
            _("An account number has 8 to 32 digits and nothing else. Copy it from the bank's paper."),
            "bad_account",
            "number",
        )
    collective.bank_account = digits
    collective.save(update_fields=["bank_account"])
    record(
        "collective.account_entered",
        subject=collective,
        by=by,
        division=collective.division,
        origin=collective.origin,
        data={"last_four": digits[-4:]},
    )
    return collective
