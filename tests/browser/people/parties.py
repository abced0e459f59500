"""The two sides of a deal: they sign, pay, hand over, and read their papers."""

from __future__ import annotations

import re

from exchange.clock import legal_day
from tests.browser.people.person import Person
from tests.browser.people.village import upload
from tests.factories import picture
from tests.flows.story import CERTIFICATE


def finds_deal(person: Person, title: str) -> str:
    """Find one's deal among one's own; return its address."""
    person.open("/my/deals/")
    person.follow(title)
    return person.page.url


def signs(person: Person, title: str) -> None:
    """Read the contract, download it, sign; unread it is not signed."""
    finds_deal(person, title)
    person.follow("看合同并签字")
    person.sees("叁万伍仟元整", "柒拾万元整", "五星村股份经济合作联合社", "李大山", "污水经处理达标后排放")
    assert person.downloads("读合同全文").startswith(b"%PDF-")
    person.main.locator("[name=have_read]").check()
    person.press("签字")


def pays_first(person: Person, title: str, account: str) -> None:
    """Pay what is still open of the first year's rent: the deposit counts."""
    finds_deal(person, title)
    person.sees("合同已签，接下来付首期款", "¥29,000.00")
    person.follow("到演示银行付款")
    person.has_filled(payer_name="李大山", amount_fen="29000.00")
    person.fill(payer_account=account)
    person.press("付款")
    person.sees("已付款")


def writes_sheet(person: Person, title: str) -> None:
    """Write the sheet of the hand-over on site, with a photo."""
    finds_deal(person, title)
    person.follow("填写交接单")
    person.fill(on_day=str(legal_day()), place_note="四至界桩 6 根，老教学楼 2 层，钥匙 8 把。")
    person.main.locator("[name=photo]").set_input_files(upload(picture("brown")))
    person.press("存下，代表我方确认")
    person.sees("四至界桩 6 根")


def confirms_sheet(person: Person, title: str) -> None:
    """Confirm what the other side has written."""
    finds_deal(person, title)
    person.follow("确认交地")
    person.sees("钥匙 8 把")
    person.press("确认")
    person.sees("已交地，接下来发证")


def verifies(person: Person, number: str, code: str) -> None:
    """Type number and code of the paper on the public page; a wrong code is unknown."""
    person.open("/verify/")
    wrong = code[:-1] + ("2" if code[-1] != "2" else "3")
    person.fill(number=number, code=wrong)
    person.expect_refusal()
    person.press("核验")
    person.sees("没有编号和核验码都对得上的鉴证书")
    person.fill(number=number, code=code)
    person.press("核验")
    person.sees("有效", "¥700,000", "柒拾万元整", "李**")
    person.sees_not("李大山")
    assert re.search(r"/verify/\w+/$", person.page.url)


def applies(person: Person, title: str) -> None:
    """Ask for more than the certified right lets, then for 200,000; the leased right is let in by a rule."""
    finds_deal(person, title)
    person.follow("用它申请贷款")
    person.sees("租来的使用权，在这里可以抵押", CERTIFICATE)
    person.main.locator("[name=product_id]").first.check()
    person.fill(amount_fen="200000", term_months="239", purpose="买屠宰设备")
    person.expect_refusal()
    person.press("申请")
    person.is_refused("请填", field="term_months", keeps="239")
    person.has_filled(amount_fen="200000", purpose="买屠宰设备")
    person.fill(term_months="36")
    person.press("申请")
    person.sees("¥200,000", "3 年", "已申请")


def finds_loan(person: Person) -> None:
    """Open one's loan from the list of one's own."""
    person.open("/loans/mine/")
    person.follow("农村产权抵押贷")


def is_paid_out(person: Person) -> None:
    """Read what one owes, and the whole plan of 36 instalments."""
    finds_loan(person)
    person.sees("还欠本金", "¥200,000.00", "贰拾万元整", "¥5,891.46", "还款计划")


def is_free(person: Person) -> None:
    """Read that the loan is settled and the right is one's own again."""
    finds_loan(person)
    person.sees("已结清", "¥0.00")
    person.open("/notices/")
    person.sees("已解除抵押，您的权利可以自由使用了")
