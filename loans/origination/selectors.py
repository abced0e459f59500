"""Reads of products, applications and mortgages."""

from __future__ import annotations

from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from exchange.accounts.models import User
from exchange.accounts.selectors import within
from exchange.rulebook.selectors import right_kinds, rule
from listings.deals.models import Deal
from listings.registry.models import Right
from listings.registry.selectors import rights_of_holder
from loans.origination import policies
from loans.origination.models import Application, Mortgage, Product
from loans.origination.months import months_later, whole_months


def products() -> QuerySet[Product]:
    """Return the products on offer, mortgage products last; public."""
    return Product.objects.filter(active=True).select_related("bank").order_by("secured_by", "name", "pk")


def fitting_products(right_kind: str | None) -> QuerySet[Product]:
    """Return the products for which a right of this kind may stand; for None those on credit alone."""
    credit = ~Q(secured_by__in=Product.MORTGAGE)
    return products().filter(credit if right_kind is None else credit | Q(right_kinds__contains=[right_kind]))


def offers() -> list[tuple[Product, list[str]]]:
    """Return the products on offer, each with the names of the kinds of rights it takes."""
    names = kind_names()
    return [(product, [names[code] for code in product.right_kinds]) for product in products()]


def kind_names() -> dict[str, str]:
    """Return the kinds of rights by code with their names in the reader's language."""
    return {kind.code: str(kind) for kind in right_kinds()}


def reach_of_bank(user: User, bank: str, division: str = "division") -> Q:
    """Return the condition that the row's bank (`bank`) is one for which the person works, within his reach."""
    wanted = Q(pk__in=[])
    for m in user.memberships_as(*policies.BANK_ROLES):
        if m.organisation_id:
            wanted |= Q(**{bank: m.organisation_id}) & within([m.division.path], division)
    return wanted


def visible_applications(user: User | AnonymousUser) -> QuerySet[Application]:
    """Return the applications that `policies.may_view` lets the person see."""
    found = Application.objects.select_related("product__bank", "division", "right", "applicant")
    if not isinstance(user, User):
        return found.none()
    return found.filter(own(user) | reach_of_bank(user, "product__bank"))


def own(user: User) -> Q:
    """Return the condition that an application is the person's own or that of an organisation he acts for."""
    organisations = [m.organisation_id for m in user.roles if m.organisation_id]
    return Q(applicant=user) | Q(applicant_organisation__in=organisations)


def own_applications(user: User) -> QuerySet[Application]:
    """Return what the person, or an organisation he acts for, has applied for; newest first."""
    found = Application.objects.filter(own(user)).order_by("-pk")
    return found.select_related("product__bank", "division", "right")


def bank_applications(user: User) -> QuerySet[Application]:
    """Return the applications at the banks for which the person works, longest waiting first."""
    found = Application.objects.filter(reach_of_bank(user, "product__bank")).order_by("pk")
    return found.select_related("product__bank", "division__parent", "right", "applicant")


def bank_counts(user: User) -> dict[str, int]:
    """Return how many applications at the person's banks, within his reach, stand in each state."""
    found = Application.objects.filter(reach_of_bank(user, "product__bank")).order_by()
    counts = found.values_list("state").annotate(n=Count("pk"))
    return {**dict.fromkeys(Application.State.values, 0), **dict(counts)}


def mortgageable_rights(user: User) -> QuerySet[Right]:
    """Return the person's rights with a term, with their parcels and certificates; newest first."""
    found = rights_of_holder(user).filter(state=Right.State.ACTIVE, term_to__isnull=False)
    return found.prefetch_related("parcels", "certificates", "encumbrances").order_by("-pk")


def rights_without_loan(user: User) -> QuerySet[Right]:
    """Return those of them on which no loan is under way: neither an application nor a mortgage."""
    over = (Application.State.DISBURSED, Application.State.DECLINED, Application.State.WITHDRAWN)
    applied = Application.objects.filter(right=OuterRef("pk")).exclude(state__in=over)
    mortgaged = Mortgage.objects.filter(right=OuterRef("pk"), state=Mortgage.State.REGISTERED)
    return mortgageable_rights(user).exclude(Exists(applied)).exclude(Exists(mortgaged))


def longest_term(right: Right, day: date) -> int:
    """Return the longest loan in months that may be secured by the right on `day`: it ends so long before the right.

    0 when the right has no term. The margin is the rule `loan_margin_months`.
    """
    if right.term_to is None:
        return 0
    margin = rule("loan_margin_months", right_kind=right.kind, division=right.division, day=day)
    return whole_months(day, months_later(right.term_to, -margin.value))


def deal_behind(right: Right | None) -> Deal | None:
    """Return the deal by which the holder came to the right, None when it was not made here."""
    return Deal.objects.filter(new_right=right).first() if right else None


def mortgage_of(application: Application) -> Mortgage | None:
    """Return the application's mortgage, None before its registration."""
    return Mortgage.objects.filter(application=application).first()
