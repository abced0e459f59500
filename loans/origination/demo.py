"""Loan products of the demonstration. What domain knowledge does not give is left open: "set by the bank"."""

from __future__ import annotations

from typing import Any

from exchange.accounts.models import Organisation, User
from exchange.accounts.selectors import division_at
from exchange.accounts.services import create_organisation
from listings.registry.models import Right
from listings.registry.selectors import rights_of_holder
from loans.origination.models import Application, Method, Product
from loans.origination.services.applying import apply_for_loan
from loans.origination.services.products import offer_product

CITY = "500000"
ABC, CRCB = "中国农业银行重庆市分行", "重庆农村商业银行"
REPORTED = (
    "公开报道：覆盖区县数与余额；其余条款未见准确出处，以银行为准。"
    " Press reports on districts and balance; no exact source for the other terms, ask the bank."
)
EXAMPLE = (
    "演示产品，非银行公布的产品；抵押率按本平台规则，其余条款由银行确定。"
    " A product of the demonstration, not the bank's own; loan-to-value by the rules here, other terms by the bank."
)
SecuredBy = Product.SecuredBy

# Name, bank, and what is known of it.
PRODUCTS: list[tuple[str, str, dict[str, Any]]] = [
    (
        "富民贷",
        ABC,
        {
            "secured_by": SecuredBy.NONE,
            "districts_stated": 30,
            "source": REPORTED,
            "note": "信用贷款，不需要抵押。报道称覆盖 30 个区县，名单未公布。"
            " Credit without collateral; 30 districts by its own account.",
        },
    ),
    (
        "渝快助农贷",
        CRCB,
        {
            "secured_by": SecuredBy.NONE,
            "districts_stated": 31,
            "source": REPORTED,
            "note": "信用贷款，不需要抵押。报道称覆盖 31 个区县，名单未公布。"
            " Credit without collateral; 31 districts by its own account.",
        },
    ),
    (
        "集体经营性建设用地使用权抵押贷款",
        CRCB,
        {
            "secured_by": SecuredBy.RIGHT,
            "right_kinds": ("construction_land",),
            "source": EXAMPLE,
            "note": "须有不动产登记证书；出租取得的使用权只在规则允许的区县可抵押。"
            " Needs a certificate; a leased right only where the rules allow it.",
        },
    ),
    (
        "土地经营权抵押贷款",
        CRCB,
        {
            "secured_by": SecuredBy.RIGHT,
            "right_kinds": ("contracted_land", "other_contract", "four_wastes", "aquaculture"),
            "method": Method.EQUAL_PRINCIPAL,
            "source": EXAMPLE,
            "note": "贷款期限须早于剩余经营期限。 The loan ends before the right does.",
        },
    ),
    (
        "林权抵押贷款",
        ABC,
        {
            "secured_by": SecuredBy.RIGHT,
            "right_kinds": ("forest",),
            "method": Method.INTEREST_ONLY,
            "source": EXAMPLE,
            "note": "按成林情况由银行估值。 Valued by the bank by the age of the stand.",
        },
    ),
]


def bank(name: str) -> Organisation:
    """Return the bank of this name, entered at the city if it is new."""
    found = Organisation.objects.filter(name=name, kind=Organisation.Kind.BANK).first()
    return found or create_organisation(name=name, kind=Organisation.Kind.BANK, division=division_at(CITY), by=None)


def load_products() -> list[Product]:
    """Enter the products through the service; a second time changes nothing."""
    return [offer_product(name=name, bank=bank(of), by=None, **known) for name, of, known in PRODUCTS]


def apply_on_the_school() -> Application | None:
    """Let the company of Nanchuan's story apply on its certified right, so that the bank's desk has a case.

    None where that story is not loaded. A second time changes nothing.
    """
    company = User.objects.filter(username="company").first()
    if company is None:
        return None
    right = rights_of_holder(company).filter(basis=Right.Basis.LEASE, certificates__isnull=False).first()
    if right is None:
        return None
    before = Application.objects.filter(right=right).first()
    product = Product.objects.get(name="集体经营性建设用地使用权抵押贷款")
    return before or apply_for_loan(
        product_id=str(product.pk),
        right_id=str(right.pk),
        amount_fen=20_000_000,
        term_months=36,
        purpose="添置冷库设备（演示）",
        by=company,
    )
