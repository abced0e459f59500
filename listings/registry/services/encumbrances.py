"""What burdens a right: put on, lifted off."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from exchange.accounts.models import User
from exchange.clock import legal_day, legal_now
from exchange.errors import Refused
from exchange.journal.services import record
from listings.registry import selectors
from listings.registry.models import Encumbrance, Right

# What each new encumbrance does not go together with, and why.
CLASHES = {
    Encumbrance.Kind.LISTING: {
        Encumbrance.Kind.LISTING: _("This right is already being listed. Finish or withdraw that listing first."),
        Encumbrance.Kind.MORTGAGE: _("This right is mortgaged. It can be listed after the bank has released it."),
        Encumbrance.Kind.SEIZURE: _("This right is under seizure. Ask the court or the township office."),
    },
    Encumbrance.Kind.MORTGAGE: {
        Encumbrance.Kind.LISTING: _("This right is being listed. A mortgage can be registered when that has ended."),
        Encumbrance.Kind.MORTGAGE: _("This right is already mortgaged. The first mortgage must be released before."),
        Encumbrance.Kind.SEIZURE: _("This right is under seizure and cannot be mortgaged."),
    },
}


@transaction.atomic
def encumber(*, right_id: str, kind: str, holder_name: str, reference: str, by: User | None) -> Encumbrance:
    """Put a listing lock or a mortgage on a right; refused with the reason when something else forbids it."""
    right = Right.objects.lock(pk=right_id)
    if right.state != Right.State.ACTIVE:
        raise Refused(_("This right has ended."), "ended")
    for other in right.encumbrances.filter(lifted_at=None):
        clash = CLASHES.get(Encumbrance.Kind(kind), {}).get(Encumbrance.Kind(other.kind))
        if clash:
            raise Refused(clash, "encumbered", "right")
    if kind == Encumbrance.Kind.LISTING:
        check_not_let(right)
    encumbrance = Encumbrance.objects.create(
        right=right, kind=kind, holder_name=holder_name, reference=reference, from_day=legal_day()
    )
    record(
        "right.encumbered",
        subject=right,
        by=by,
        division=right.division,
        right_kind=right.kind,
        data={"kind": kind, "reference": reference},
    )
    return encumbrance


def check_not_let(right: Right) -> None:
    """Refuse to list what is still let: the new lease could never begin on the day of its hand-over."""
    lease = selectors.running_lease(right)
    if lease:
        raise Refused(
            _("This right is let until %(day)s. It can be listed when that lease has ended.") % {"day": lease.to_day},
            "encumbered",
            "right",
        )


@transaction.atomic
def lift(*, right_id: str, kind: str, reference: str, by: User | None) -> None:
    """Take the encumbrance of that kind and reference off the right; a second time changes nothing."""
    right = Right.objects.lock(pk=right_id)
    lifted = Encumbrance.objects.filter(right=right, kind=kind, reference=reference, lifted_at=None)
    if lifted.update(lifted_at=legal_now()):
        record(
            "right.freed",
            subject=right,
            by=by,
            division=right.division,
            right_kind=right.kind,
            data={"kind": kind, "reference": reference},
        )
