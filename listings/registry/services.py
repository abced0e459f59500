"""Writes: parcels, rights, certificates, encumbrances."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from exchange.accounts.models import Division, Organisation, User
from exchange.clock import legal_day, legal_now
from exchange.errors import Refused, require
from exchange.identifiers import check_real_estate_unit
from exchange.journal.models import Origin
from exchange.journal.repeats import repeatable
from exchange.journal.services import record
from exchange.rulebook.models import RightKind
from exchange.states import move
from listings.registry import policies
from listings.registry.models import Certificate, Collective, Encumbrance, Parcel, Right

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
def create_collective(*, organisation: Organisation, by: User | None, origin: str = Origin.PLATFORM) -> Collective:
    """Enter an organisation of the kind "collective" as the owner of land in its village."""
    require(by is None or by.is_superuser, _("Only the set-up enters collectives."))
    collective = Collective.objects.create(organisation=organisation, division=organisation.division, origin=origin)
    record("collective.created", subject=collective, by=by, division=collective.division)
    return collective


@repeatable
@transaction.atomic
def register_parcel(
    *,
    name: str,
    unit_code: str,
    division: Division,
    location: str,
    area_m2: Decimal,
    by: User,
    land_class: str = "",
    planned_use: str = "",
    request_key: str = "",
) -> Parcel:
    """Enter a parcel; its unit code is checked (GB/T 37346) and must be new, the area is in square metres."""
    require(policies.may_register(by, division), _("Only an officer of this village's collective enters its land."))
    try:
        code = check_real_estate_unit(unit_code)
    except ValueError as error:
        raise Refused(
            _("This is not a real-estate unit code: 28 characters as on the certificate, such as %(example)s.")
            % {"example": "500119 101005 JB00123 W00000000"},
            "bad_unit_code",
            "unit_code",
        ) from error
    if Parcel.objects.filter(unit_code=code).exists():
        raise Refused(_("A parcel with this code is already entered."), "taken", "unit_code")
    if area_m2 <= 0:
        raise Refused(_("The area must be more than 0."), "bad_area", "area_m2")
    parcel = Parcel.objects.create(
        name=name,
        unit_code=code,
        division=division,
        location=location,
        area_m2=area_m2,
        land_class=land_class,
        planned_use=planned_use,
    )
    record("parcel.registered", subject=parcel, by=by, division=division, area_m2=area_m2)
    return parcel


@repeatable
@transaction.atomic
def register_right(
    *,
    parcel_id: str,
    collective_id: str,
    kind: str,
    area_m2: Decimal,
    certificate_number: str,
    registered_on: date,
    by: User,
    request_key: str = "",
) -> Right:
    """Enter a collective's own right to a parcel with the certificate it already has.

    The area may not be larger than the parcel's; the certificate's number must be new.
    """
    collective = Collective.objects.select_related("organisation", "division").get(pk=collective_id)
    parcel = Parcel.objects.lock(pk=parcel_id)
    require(
        policies.may_register(by, collective.division) and parcel.division_id == collective.division_id,
        _("Only an officer of the collective that owns this land enters its rights."),
    )
    _check_new_right(parcel, kind, area_m2, certificate_number, registered_on)
    right = Right.objects.create(
        kind=kind,
        division=collective.division,
        area_m2=area_m2,
        holder_name=collective.organisation.name,
        holder_organisation=collective.organisation,
        basis=Right.Basis.OWNERSHIP,
        origin=collective.origin,
    )
    right.parcels.add(parcel)
    Certificate.objects.create(right=right, number=certificate_number, registered_on=registered_on)
    record("right.registered", subject=right, by=by, division=right.division, right_kind=kind, area_m2=area_m2)
    return right


@repeatable
@transaction.atomic
def enter_land(
    *,
    collective_id: str,
    name: str,
    unit_code: str,
    location: str,
    area_m2: Decimal,
    kind: str,
    certificate_number: str,
    registered_on: date,
    by: User,
    land_class: str = "",
    planned_use: str = "",
    request_key: str = "",
) -> Right:
    """Enter a parcel and the collective's right to the whole of it in one step, as the village's page asks it."""
    collective = Collective.objects.select_related("division").get(pk=collective_id)
    parcel = register_parcel(
        name=name,
        unit_code=unit_code,
        division=collective.division,
        location=location,
        area_m2=area_m2,
        land_class=land_class,
        planned_use=planned_use,
        by=by,
    )
    return register_right(
        parcel_id=str(parcel.pk),
        collective_id=str(collective.pk),
        kind=kind,
        area_m2=area_m2,
        certificate_number=certificate_number,
        registered_on=registered_on,
        by=by,
    )


def _check_new_right(parcel: Parcel, kind: str, area_m2: Decimal, number: str, registered_on: date) -> None:
    if not RightKind.objects.filter(pk=kind).exists():
        raise Refused(_("Choose one of the kinds of right in the list."), "bad_kind", "kind")
    if not 0 < area_m2 <= parcel.area_m2:
        raise Refused(_("The area must be smaller than or equal to the parcel's."), "bad_area", "area_m2")
    if Certificate.objects.filter(number=number).exists():
        raise Refused(_("A right with this certificate number is already entered."), "taken", "certificate_number")
    if registered_on > legal_day():
        raise Refused(_("The certificate cannot be of a day to come."), "bad_day", "registered_on")
    if parcel.rights.filter(basis=Right.Basis.OWNERSHIP, state=Right.State.ACTIVE).exists():
        raise Refused(_("The collective's right to this parcel is already entered."), "taken", "unit_code")


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
def encumber(*, right_id: str, kind: str, holder_name: str, reference: str, by: User | None) -> Encumbrance:
    """Put a listing lock or a mortgage on a right; refused with the reason when something else forbids it."""
    right = Right.objects.lock(pk=right_id)
    if right.state != Right.State.ACTIVE:
        raise Refused(_("This right has ended."), "ended")
    for other in right.encumbrances.filter(lifted_at=None):
        clash = CLASHES.get(Encumbrance.Kind(kind), {}).get(Encumbrance.Kind(other.kind))
        if clash:
            raise Refused(clash, "encumbered", "right")
        _check_not_let(kind, other)
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


def _check_not_let(kind: str, other: Encumbrance) -> None:
    """Refuse to list what is still let: the new lease could never begin on the day of its hand-over."""
    let = other.kind == Encumbrance.Kind.LEASE and other.to_day is not None and other.to_day > legal_day()
    if kind == Encumbrance.Kind.LISTING and let:
        raise Refused(
            _("This right is let until %(day)s. It can be listed when that lease has ended.") % {"day": other.to_day},
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


@transaction.atomic
def end_right(*, right_id: str, by: User | None) -> Right:
    """End a right at the end of its term."""
    right = Right.objects.lock(pk=right_id)
    if right.term_to is None or right.term_to > legal_day():
        raise Refused(_("The term of this right has not ended."), "term_runs")
    move(right, Right.State.ENDED)
    record("right.ended", subject=right, by=by, division=right.division, right_kind=right.kind)
    return right
