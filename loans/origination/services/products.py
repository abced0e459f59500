"""The banks' offers."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from exchange.accounts.models import Organisation, Role, User
from exchange.errors import Refused, require
from exchange.journal.services import record
from exchange.rulebook.models import RightKind
from loans.origination.models import Method, Product
from loans.origination.services.security import UNPLEDGEABLE


@transaction.atomic
def offer_product(
    *,
    name: str,
    bank: Organisation,
    secured_by: str,
    right_kinds: Sequence[str] = (),
    by: User | None,
    method: str = Method.ANNUITY,
    rate_bp: int | None = None,
    term_months_max: int | None = None,
    limit_fen: int | None = None,
    districts_stated: int | None = None,
    source: str = "",
    note: str = "",
) -> Product:
    """Enter a bank's product; what is left out is "set by the bank". `by` None is the set-up itself.

    A mortgage product names the kinds of rights it takes (codes of the rulebook), a credit product none.

    Entering the same product again changes nothing and returns it.
    """
    allowed = by is None or by.is_superuser or by.has_role(Role.ADMINISTRATOR, bank.division)
    require(allowed, _("Only an administrator of the bank's division enters products."))
    if bank.kind != Organisation.Kind.BANK:
        raise Refused(_("Only a bank offers loans."), "no_bank", "bank")
    _check_kinds(secured_by, right_kinds)
    product, fresh = Product.objects.get_or_create(
        bank=bank,
        name=name,
        defaults={
            "secured_by": secured_by,
            "right_kinds": sorted(set(right_kinds)),
            "method": method,
            "rate_bp": rate_bp,
            "term_months_max": term_months_max,
            "limit_fen": limit_fen,
            "districts_stated": districts_stated,
            "source": source,
            "note": note,
        },
    )
    if fresh:
        record("product.offered", subject=product, by=by, division=bank.division)
    return product


def _check_kinds(secured_by: str, right_kinds: Sequence[str]) -> None:
    if secured_by not in Product.MORTGAGE:
        if right_kinds:
            raise Refused(_("Only a mortgage product names kinds of rights."), "no_mortgage", "right_kinds")
        return
    if not right_kinds:
        raise Refused(_("Say which kinds of rights this product takes."), "missing", "right_kinds")
    for code in right_kinds:
        if code in UNPLEDGEABLE:
            raise Refused(UNPLEDGEABLE[code], "not_mortgageable", "right_kinds")
    unknown = sorted(set(right_kinds) - set(RightKind.objects.values_list("code", flat=True)))
    if unknown:
        raise Refused(
            _("“%(kind)s” is no kind of right that the rules know.") % {"kind": unknown[0]}, "bad_kind", "right_kinds"
        )
