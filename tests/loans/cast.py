"""Loans for tests, made through the services: the farmer's certified lease, his application, his loan."""

from __future__ import annotations

from datetime import date
from typing import Any

from exchange.clock import legal_day
from listings.registry.models import Right
from listings.registry.services import terms
from loans.origination.models import Application, Product
from loans.origination.months import months_later
from loans.origination.services import applying, deciding, mortgages, products
from loans.servicing.models import Loan
from loans.servicing.services import disbursing
from tests.factories import Cast, make_right

_numbers = iter(range(1, 10_000))


def make_leased_right(cast: Cast, years: int = 20, parent: Right | None = None, **holder: Any) -> Right:
    """Lease a right of the village to the farmer (or to `holder`) from today; without a certificate as yet."""
    parent = parent or make_right(cast)
    today = legal_day()
    return terms.derive_right(
        parent_id=str(parent.pk),
        term_from=today,
        term_to=months_later(today, 12 * years),
        by=None,
        **(holder or {"holder_name": cast.farmer.full_name, "holder_user": cast.farmer}),
    )


def make_certified_right(cast: Cast, years: int = 20, **holder: Any) -> Right:
    """Lease a right to the farmer (or to `holder`) and enter the registration office's certificate for it."""
    right = make_leased_right(cast, years, **holder)
    terms.certify_right(
        right_id=str(right.pk),
        number=f"渝（2024）南川区不动产权第{next(_numbers):07d}号",
        registered_on=legal_day(),
        by=cast.organiser,
    )
    return right


def make_product(cast: Cast, secured_by: str = "right", name: str = "", **terms: Any) -> Product:
    """Enter a product of the cast's bank: a mortgage of construction land at 3.85 % unless told otherwise."""
    kinds = ("construction_land",) if secured_by in Product.MORTGAGE else ()
    terms = {"rate_bp": 385, "right_kinds": kinds, **terms}
    name = name or f"{secured_by} {next(_numbers)}"
    return products.offer_product(name=name, bank=cast.bank_organisation, secured_by=secured_by, by=None, **terms)


def make_application(cast: Cast, right: Right | None = None, product: Product | None = None, **changes: Any) -> Any:
    """Let the farmer apply for 200,000 yuan over 36 months on his certified right."""
    right = right or make_certified_right(cast)
    product = product or make_product(cast)
    entry: dict[str, Any] = {"amount_fen": 20_000_000, "term_months": 36, "purpose": "买种苗和农机", "by": cast.farmer}
    return applying.apply_for_loan(product_id=str(product.pk), right_id=str(right.pk), **{**entry, **changes})


def make_valued(cast: Cast, **changes: Any) -> Application:
    """Have it valued by the officer at a rent of 35,000 yuan a year."""
    application = make_application(cast, **changes)
    return deciding.value_application(application_id=str(application.pk), annual_rent_fen=3_500_000, by=cast.bank)


def make_approved_loan(cast: Cast, **changes: Any) -> Application:
    """Have it approved by the approver."""
    return deciding.approve_application(application_id=str(make_valued(cast, **changes).pk), by=cast.bank2)


def register(cast: Cast, application: Application, number: str = "", on: date | None = None) -> Application:
    """Register its mortgage."""
    return mortgages.register_mortgage(
        application_id=str(application.pk),
        number=number or f"渝（2026）南川区不动产证明第{next(_numbers):07d}号",
        registered_on=on or legal_day(),
        by=cast.bank,
    )


def make_loan(cast: Cast, **changes: Any) -> Loan:
    """Bring the farmer's mortgage loan all the way to its payout today."""
    application = register(cast, make_approved_loan(cast, **changes))
    return disbursing.disburse(application_id=str(application.pk), by=cast.bank)
