"""The printed papers: our fonts and no other, every sign a glyph, what people wrote as text and never as code."""

from __future__ import annotations

from typing import Any

import pytest

from exchange.money import in_capitals
from listings.deals import selectors
from listings.deals.documents.fonts import missing_signs
from listings.deals.documents.render import Unprintable, attestation_pdf, contract_pdf
from tests.factories import Cast
from tests.listings.deals.life import CLAUSES, confirm, draw_up, make_completed_deal, make_farmers_deal
from tests.pdf import Pdf, read

OURS = {"NotoSansCJKtc-Regular", "NotoSansCJKtc-Bold"}


def squeezed(text: str) -> str:
    return "".join(text.split())


def sound(pdf: Pdf) -> str:
    """Check fonts and glyphs; return the text without blanks, since lines break anywhere."""
    assert pdf.fonts == OURS
    assert pdf.not_embedded == set()
    assert pdf.glyphs_without_sign == 0
    return squeezed(pdf.text)


def body(**changes: Any) -> dict[str, Any]:
    money = {"digits": "35,000.00", "capitals": "人民币叁万伍仟元整"}
    party = {"name": "南川肉食品有限公司", "uscc": ""}
    return {
        "site": "渝田契",
        "site_url": "http://localhost:8000",
        "demonstration": False,
        "listing": "500119118N2310483920",
        "deal": "CJ500119118N2310483920",
        "title": "五星村废弃村小出租",
        "kind": "集体经营性建设用地使用权",
        "mode": "出租",
        "place": "重庆市南川区石溪镇五星村",
        "use": "工业",
        "area": "2,800.00 平方米（4.20 亩）",
        "parcels": [],
        "lessor": party,
        "lessee": party,
        "term": "1 年",
        "yearly": True,
        "price": money,
        "amount": money,
        "sum": "",
        "closed_on": "2023 年 10 月 28 日",
        "number": "HT1",
        "drawn_up_on": "2023 年 11 月 6 日",
        "clauses": CLAUSES,
        "payment_period": "5 个工作日",
        "deposit": None,
        "resolution": None,
        "instalments": [{"n": "1", "amount": "35,000.00", "total": "35,000.00"}],
        **changes,
    }


@pytest.mark.django_db
@pytest.mark.usefixtures("real_time")
def test_the_contract_says_amounts_parties_parcels_instalments_and_the_clauses_of_the_law(cast: Cast) -> None:
    deal = confirm(make_farmers_deal(cast))
    contract = draw_up(cast, deal)
    text = sound(read(selectors.sound_bytes(contract.pdf, contract.sha256)))
    parcel = deal.right.parcels.get()
    for words in (
        "¥35,000.00",
        in_capitals(3_500_000),
        "¥700,000.00",
        in_capitals(70_000_000),
        "李大山",
        "五星村股份经济合作联合社",
        "N2500119MF0000021X",
        parcel.unit_code,
        "20年",
        *CLAUSES.values(),
        contract.number,
        deal.listing.number,
        "应到99人，同意66人",
    ):
        assert squeezed(words) in text, words
    assert all(f"第{n}年度起始日前10日" in text for n in range(2, 21))
    assert "演示" not in text


@pytest.mark.django_db
@pytest.mark.usefixtures("real_time")
def test_the_attestation_says_what_its_page_says(cast: Cast) -> None:
    deal = make_completed_deal(cast, farmer=True)
    attestation = selectors.valid_attestation(deal)
    text = sound(read(selectors.sound_bytes(attestation.pdf, attestation.sha256)))
    for words in (
        attestation.number,
        attestation.body["code"],
        "李大山",
        "¥700,000.00",
        in_capitals(70_000_000),
        selectors.current_contract(deal).number,
        "拿地即交地交地即交证",
    ):
        assert squeezed(words) in text, words


def test_what_people_wrote_is_never_code() -> None:
    wild = '#panic("x") #import "brand.typ" $x^2$ *bold* `raw` // gone \\ <label> @ref'
    text = sound(read(contract_pdf(body(title=wild, clauses={**CLAUSES, "ecology": wild}))))
    assert text.count(squeezed(wild)) == 2


def test_a_demonstration_says_so_on_every_page() -> None:
    pages = read(contract_pdf(body(demonstration=True))).text
    assert pages.count("演示") == pages.count("农村产权流转交易平台") > 1


def test_a_sign_without_a_glyph_is_refused_and_named() -> None:
    assert missing_signs("渝田契 ¥35,000.00（㎡）") == ""
    assert missing_signs("甲😀乙") == "😀"
    with pytest.raises(Unprintable) as caught:
        contract_pdf(body(title="村小 😀"))
    assert caught.value.signs == "😀"


def test_an_attestation_without_parcel_or_account_still_stands_on_one_page() -> None:
    more = {
        "code": "ABCD EFGH JKMN",
        "verify_url": "http://localhost:8000/verify/ABCDEFGHJKMN/",
        "payer_account": "",
        "contract": "HT1",
        "contract_sha256": "a" * 64,
        "contract_on": "2023 年 11 月 6 日",
        "handed_over_on": "2023 年 11 月 7 日",
        "term_from": "2023 年 11 月 7 日",
        "same_day": False,
        "issuer": "渝田契（南川区）",
        "issued_on": "2023 年 11 月 8 日",
    }
    made = attestation_pdf(body(**more))
    assert made.count(b"/Type/Page/") == 1
    assert "拿地即交地" not in sound(read(made))
