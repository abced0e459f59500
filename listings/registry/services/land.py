"""Collectives, their parcels, and their own rights to them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from exchange.accounts.models import Division, Organisation, User
from exchange.clock import legal_day
from exchange.errors import Refused, require
from exchange.identifiers import check_real_estate_unit
from exchange.journal.models import Origin
from exchange.journal.repeats import repeatable
from exchange.journal.services import record
from exchange.rulebook.models import RightKind
from listings.registry import policies
from listings.registry.models import Certificate, Collective, Parcel, Right

UNIT_CODE_EXAMPLE = "500119 101005 JB00123 W00000000"


@repeatable
@transaction.atomic
def create_collective(
    *, organisation: Organisation, by: User | None, origin: str = Origin.PLATFORM, request_key: str = ""
) -> Collective:
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
    require(policies.may_enter_land(by, division), _("Only an officer of this village's collective enters its land."))
    try:
        code = check_real_estate_unit(unit_code)
    except ValueError as error:
        raise Refused(
            _("%(why)s It stands on the certificate and looks like this: %(example)s.")
            % {"why": _(str(error)), "example": UNIT_CODE_EXAMPLE},
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
        policies.files_for(by, collective) and parcel.division_id == collective.division_id,
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
