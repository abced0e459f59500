"""Reads of rights."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from exchange.accounts.models import Role, User
from exchange.accounts.selectors import within
from exchange.clock import legal_day
from listings.registry import policies
from listings.registry.models import Certificate, Collective, Encumbrance, Right


def visible_rights(user: User) -> QuerySet[Right]:
    """Return the rights that `policies.may_view` lets the person see."""
    if not user.is_authenticated:
        return Right.objects.none()
    organisations = [m.organisation_id for m in user.roles if m.organisation_id]
    return Right.objects.filter(
        Q(holder_user=user) | Q(holder_organisation__in=organisations) | within(user.reach(*policies.OFFICES))
    ).select_related("division", "holder_organisation")


def rights_of_holder(user: User) -> QuerySet[Right]:
    """Return the rights that the person, or an organisation he acts for, holds."""
    organisations = [m.organisation_id for m in user.roles if m.organisation_id]
    return Right.objects.filter(Q(holder_user=user) | Q(holder_organisation__in=organisations))


def active_encumbrances(right: Right) -> QuerySet[Encumbrance]:
    """Return what lies on the right now."""
    return right.encumbrances.filter(lifted_at=None).order_by("created_at")


def running_lease(right: Right) -> Encumbrance | None:
    """Return the lease on the right that has not ended yet, None when it is free or its leases are over."""
    leases = (e for e in right.encumbrances.all() if e.kind == Encumbrance.Kind.LEASE and e.lifted_at is None)
    today = legal_day()
    return next((lease for lease in leases if lease.to_day is not None and lease.to_day > today), None)


def current_certificate(right: Right) -> Certificate | None:
    """Return the registration office's newest certificate, None when the right has none."""
    return right.certificates.order_by("-version").first()


def own_collectives(user: User) -> QuerySet[Collective]:
    """Return the collectives for which the person files."""
    own = [m.organisation_id for m in user.memberships_as(Role.FILER) if m.organisation_id]
    return Collective.objects.filter(organisation__in=own).select_related("organisation", "division")


def own_rights(user: User) -> QuerySet[Right]:
    """Return the rights of the collectives for which the person files, with what lies on them."""
    own = [m.organisation_id for m in user.memberships_as(Role.FILER) if m.organisation_id]
    found = Right.objects.filter(holder_organisation__in=own, state=Right.State.ACTIVE)
    return found.prefetch_related("parcels", "encumbrances", "certificates").order_by("-pk")
