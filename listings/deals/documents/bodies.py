"""What a contract and an attestation say, as plain JSON: made once, stored with the row, printed by a template.

The documents are Chinese, whatever the reader's language: they are what the parties sign and the bank reads.
"""

from __future__ import annotations

import secrets
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils.translation import override

from exchange.accounts.models import Level, Organisation
from exchange.accounts.selectors import ancestors
from exchange.calendar import Period, Unit
from exchange.clock import legal_day
from exchange.identifiers import mask_account
from exchange.money import fen_to_yuan, group_thousands, in_capitals, square_metres_to_mu
from exchange.rulebook.models import RightKind
from listings.auctions.models import Deposit
from listings.deals.models import Contract, Deal, PriceUnit, TransferMode

MODES = {
    TransferMode.LEASE: "出租",
    TransferMode.CONTRACT: "承包",
    TransferMode.GRANT: "出让",
    TransferMode.TRANSFER: "转让",
    TransferMode.EQUITY: "入股",
}
UNITS = {Unit.WORKING_DAY: "个工作日", Unit.CALENDAR_DAY: "日", Unit.HOUR: "小时", Unit.MINUTE: "分钟"}


def day_in_words(day: date) -> str:
    """Return a day as documents write it: 2023 年 10 月 28 日."""
    return f"{day.year} 年 {day.month} 月 {day.day} 日"


def term_in_words(months: int | None) -> str:
    """Return a term as documents write it: 20 年, 18 个月."""
    if not months:
        return "—"
    return f"{months // 12} 年" if months % 12 == 0 else f"{months} 个月"


def money(fen: int) -> dict[str, str]:
    """Return an amount in digits with two decimals, and in capitals (大写)."""
    yuan, cents = fen_to_yuan(fen).split(".")
    return {"digits": f"{int(yuan):,}.{cents}", "capitals": in_capitals(fen)}


def _common(deal: Deal) -> dict[str, Any]:
    with override("zh-hans"):
        kind = RightKind.objects.get(pk=deal.right_kind)
    parcels = deal.right.parcels.order_by("unit_code") if deal.right else []
    return {
        "site": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "demonstration": settings.DEMONSTRATION,
        "listing": deal.listing.number if deal.listing else "",
        "deal": deal.number,
        "title": deal.title,
        "kind": kind.name,
        "mode": MODES[TransferMode(deal.transfer_mode)],
        "place": "".join(unit.name for unit in reversed(ancestors(deal.division))),
        "use": deal.use_text or "—",
        "area": f"{deal.area_m2:,} 平方米（{square_metres_to_mu(deal.area_m2)} 亩）" if deal.area_m2 else "—",
        "parcels": [
            {
                "name": parcel.name,
                "unit_code": parcel.unit_code,
                "location": parcel.location,
                "area": f"{parcel.area_m2:,}",
                "use": parcel.planned_use or "—",
            }
            for parcel in parcels
        ],
        "lessor": _party(deal.lessor_name, deal.lessor_organisation),
        "lessee": _party(deal.lessee_name, deal.lessee_organisation),
        "term": term_in_words(deal.term_months),
        "yearly": deal.price_unit == PriceUnit.YUAN_PER_YEAR,
        "price": money(deal.price_fen),
        "amount": money(deal.amount_fen),
        "sum": _sum(deal),
        "closed_on": day_in_words(deal.closed_on),
    }


def _party(name: str, organisation: Organisation | None) -> dict[str, str]:
    return {"name": name, "uscc": (organisation.uscc or "") if organisation else ""}


def _sum(deal: Deal) -> str:
    if deal.price_unit != PriceUnit.YUAN_PER_YEAR:
        return ""
    return (
        f"{group_thousands(deal.price_fen)} 元 / 年 × {term_in_words(deal.term_months)}"
        f" ＝ {group_thousands(deal.amount_fen)} 元"
    )


def contract_body(
    deal: Deal, number: str, clauses: dict[str, str], amounts_fen: list[int], at: datetime
) -> dict[str, Any]:
    """Return what the contract says; `amounts_fen` are its instalments, which sum to the whole."""
    period = deal.rules["payment_period"]
    deposit = _deposit(deal)
    return {
        **_common(deal),
        "number": number,
        "drawn_up_on": day_in_words(legal_day(at)),
        "clauses": clauses,
        "payment_period": _period(Period(period["value"], Unit(period["unit"]))),
        "deposit": money(deposit.amount_fen) if deposit else None,
        "resolution": _resolution(deal),
        "instalments": _instalments(amounts_fen),
    }


def _period(period: Period) -> str:
    return f"{period.count} {UNITS[period.unit]}"


def _resolution(deal: Deal) -> dict[str, Any] | None:
    resolution = getattr(deal.listing, "resolution", None)
    if resolution is None:
        return None
    return {
        "day": day_in_words(resolution.meeting_on),
        "eligible": resolution.eligible,
        "in_favour": resolution.in_favour,
    }


def _instalments(amounts_fen: list[int]) -> list[dict[str, str]]:
    rows, total = [], 0
    for n, fen in enumerate(amounts_fen, start=1):
        total += fen
        rows.append({"n": str(n), "amount": money(fen)["digits"], "total": money(total)["digits"]})
    return rows


def _deposit(deal: Deal) -> Deposit | None:
    return Deposit.objects.filter(registration=deal.auction.winner).first() if deal.auction else None


def attestation_number(deal: Deal, at: datetime) -> str:
    """Return a new number of an attestation: district, year, and a random tail that leaks no count."""
    district = next((unit for unit in ancestors(deal.division) if unit.level == Level.DISTRICT), deal.division)
    return f"JZ{district.code}-{legal_day(at).year}-{secrets.randbelow(10**8):08d}"


def attestation_body(deal: Deal, contract: Contract, number: str, code: str, at: datetime) -> dict[str, Any]:
    """Return what the attestation says."""
    deposit = _deposit(deal)
    district = next((unit for unit in ancestors(deal.division) if unit.level == Level.DISTRICT), deal.division)
    centre = Organisation.objects.filter(kind=Organisation.Kind.CENTRE, division__in=ancestors(deal.division)).first()
    handed_over = deal.term_from
    return {
        **_common(deal),
        "number": number,
        "code": grouped(code),
        "verify_url": verify_url(code),
        "payer_account": mask_account(deposit.payer_account) if deposit else "",
        "contract": contract.number,
        "contract_sha256": contract.sha256,
        "contract_on": day_in_words(legal_day(contract.lessee_signed_at)) if contract.is_signed else "",
        "handed_over_on": day_in_words(handed_over) if handed_over else "",
        "term_from": day_in_words(deal.term_from) if deal.term_from else "",
        "same_day": handed_over == legal_day(at),
        "issuer": centre.name if centre else f"{settings.SITE_NAME}（{district.name}）",
        "issued_on": day_in_words(legal_day(at)),
    }


def grouped(code: str) -> str:
    """Return a verify code in groups of four, as people read it."""
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))


def verify_url(code: str) -> str:
    """Return the public address that the QR code holds."""
    return f"{settings.SITE_URL.rstrip('/')}/verify/{code}/"
