"""Rights for a term: derived from the owner's, certified, ended."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from exchange.accounts.models import Organisation, User
from exchange.clock import legal_day
from exchange.errors import Refused, require
from exchange.journal.models import Origin
from exchange.journal.repeats import repeatable
from exchange.journal.services import record
from exchange.states import move
from exchange.sweeps import each
from listings.registry import policies
from listings.registry.models import Certificate, Encumbrance, Right
from listings.registry.services.encumbrances import lift


@transaction.atomic
def derive_right(
    *,
    parent_id: str,
    holder_name: str,
    term_from: date,
    term_to: date,
    by: User | None,
    holder_user: User | None = None,
    holder_organisation: Organisation | None = None,
    origin: str = Origin.PLATFORM,
) -> Right:
    """Make the lessee's right out of the owner's for a term; two leases of one right never overlap.

    `term_to` is the first day after the term. The parent bears a lease from then on.
    """
    parent = Right.objects.lock(pk=parent_id)
    taken = parent.derived.filter(state=Right.State.ACTIVE, term_from__lt=term_to, term_to__gt=term_from)
    if taken.exists():
        raise Refused(_("This right is already leased for a part of the term."), "overlap", "term_from")
    if parent.term_to and term_to > parent.term_to:
        raise Refused(_("The term ends after the right it comes from (Civil Code 354)."), "too_long", "term_to")
    right = Right.objects.create(
        kind=parent.kind,
        division=parent.division,
        area_m2=parent.area_m2,
        holder_name=holder_name,
        holder_user=holder_user,
        holder_organisation=holder_organisation,
        parent=parent,
        basis=Right.Basis.LEASE,
        term_from=term_from,
        term_to=term_to,
        origin=origin,
    )
    right.parcels.set(parent.parcels.all())
    Encumbrance.objects.create(
        right=parent,
        kind=Encumbrance.Kind.LEASE,
        holder_name=holder_name,
        reference=str(right.pk),
        from_day=term_from,
        to_day=term_to,
    )
    record("right.derived", subject=right, by=by, division=right.division, right_kind=right.kind, area_m2=right.area_m2)
    return right


@repeatable
@transaction.atomic
def certify_right(
    *, right_id: str, number: str, registered_on: date, by: User, office: str = "", request_key: str = ""
) -> Certificate:
    """Enter the registration office's certificate for a right; a later one is the next version."""
    right = Right.objects.lock(pk=right_id)
    require(policies.may_certify(by, right), _("Only the trade organiser of the district enters certificates."))
    if not number.strip():
        raise Refused(_("Write the number of the certificate."), "missing", "number")
    if Certificate.objects.filter(number=number).exists():
        raise Refused(_("This certificate number is already entered."), "taken", "number")
    if registered_on > legal_day():
        raise Refused(_("The certificate cannot be of a day to come."), "bad_day", "registered_on")
    version = right.certificates.count() + 1
    certificate = Certificate.objects.create(
        right=right, number=number, registered_on=registered_on, office=office, version=version
    )
    record(
        "right.certified",
        subject=right,
        by=by,
        division=right.division,
        day=registered_on,
        right_kind=right.kind,
        area_m2=right.area_m2,
        origin=right.origin,
    )
    return certificate


@transaction.atomic
def end_right(*, right_id: object) -> bool:
    """End a right whose term is over and free its parent of the lease; False when it is not, or was ended before."""
    parent_id = Right.objects.values_list("parent_id", flat=True).get(pk=right_id)
    rights = {right.pk: right for right in Right.objects.lock_all([right_id, parent_id])}
    right = rights[UUID(str(right_id))]
    if right.state != Right.State.ACTIVE or right.term_to is None or right.term_to > legal_day():
        return False
    move(right, Right.State.ENDED)
    record(
        "right.ended",
        subject=right,
        by=None,
        division=right.division,
        right_kind=right.kind,
        area_m2=right.area_m2,
        origin=right.origin,
    )
    if parent_id:
        lift(right_id=str(parent_id), kind=Encumbrance.Kind.LEASE, reference=str(right.pk), by=None)
    return True


def end_due(*, limit: int = 200) -> int:
    """Sweep: end the rights whose term is over, each in its own transaction; return how many."""
    due = Right.objects.filter(state=Right.State.ACTIVE, term_to__lte=legal_day()).order_by("term_to", "pk")
    return each(due.values_list("pk", flat=True)[:limit], lambda pk: end_right(right_id=pk))
