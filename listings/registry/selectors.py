"""Reads of rights."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from exchange.accounts.models import User
from exchange.accounts.selectors import within
from listings.registry import policies
from listings.registry.models import Certificate, Encumbrance, Right


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


def current_certificate(right: Right) -> Certificate | None:
    """Return the registration office's newest certificate, None when the right has none."""
    return right.certificates.order_by("-version").first()
