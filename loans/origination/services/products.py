"""The banks' offers."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from exchange.accounts.models import Organisation, Role, User
from exchange.errors import Refused, require
from exchange.journal.services import record
from loans.origination.models import Method, Product


@transaction.atomic
def offer_product(
    *,
    name: str,
    bank: Organisation,
    secured_by: str,
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

    Entering the same product again changes nothing and returns it.
    """
    allowed = by is None or by.is_superuser or by.has_role(Role.ADMINISTRATOR, bank.division)
    require(allowed, _("Only an administrator of the bank's division enters products."))
    if bank.kind != Organisation.Kind.BANK:
        raise Refused(_("Only a bank offers loans."), "no_bank", "bank")
    product, fresh = Product.objects.get_or_create(
        bank=bank,
        name=name,
        defaults={
            "secured_by": secured_by,
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
