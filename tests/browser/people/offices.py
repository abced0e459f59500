"""The offices at their desks: Town and District review, Organiser announces and certifies, City reads."""

from __future__ import annotations

import re

from exchange.clock import legal_day
from tests.browser.people.person import DESK, Person


class Reviewer(Person):
    """Town or District."""

    where = DESK

    def opens_case(self, title: str) -> None:
        """Find a case in the queue."""
        self.open("/review/")
        self.sees("等您办")
        self.main.get_by_role("link", name=title).first.click()
        self.look()
        self.sees("系统自动核对", "至少要 66 人同意", "符合")

    def returns(self, title: str, reason: str) -> None:
        """Send a case back with the reason pinned to its place; without a reason it is refused."""
        self.opens_case(title)
        self.expect_refusal()
        self.press("退回补正")
        self.is_refused("请至少写明一处要村里改什么")
        self.fill(pin_basics=reason)
        self.press("退回补正")
        self.sees(f"已退回补正：“{title}”", "没有等您办的件")

    def approves(self, title: str) -> None:
        """Pass a case on."""
        self.opens_case(title)
        self.main.get_by_label("存档备注").last.fill("材料齐全。")
        self.press("通过")
        self.sees("没有等您办的件")


class Organiser(Person):
    """The exchange of the district."""

    where = DESK

    def announces(self, title: str) -> None:
        """Announce what both have approved."""
        self.open("/review/")
        self.main.get_by_role("link", name=title).first.click()
        self.look()
        self.sees("审核通过")
        self.press("发布公告")
        self.sees("公告已发布", "报名中", "指纹（SHA-256）", "演示规则")

    def opens_deal(self, title: str) -> None:
        """Find a deal among those under way."""
        self.open("/deals/office/")
        self.follow(title)

    def draws_up(self, title: str) -> None:
        """Draw the contract up; a missing clause that the law demands is refused at its field."""
        self.opens_deal(title)
        self.sees("结果有效，接下来签合同")
        self.follow("拟定合同")
        self.fill(planning_conditions="容积率不大于 1.5，建筑限高 18 米。", industry_entry="屠宰及肉类加工。")
        self.expect_refusal()
        self.press("生成合同")
        self.is_refused("集体经营性建设用地的合同不写这一条就无效", field="ecology")
        self.has_filled(industry_entry="屠宰及肉类加工。")
        self.fill(ecology="污水经处理达标后排放。")
        self.press("生成合同")
        self.sees("双方还没签完")

    def attests(self, title: str) -> tuple[str, str]:
        """Issue the attestation; return its number and verify code."""
        self.opens_deal(title)
        self.follow("出具鉴证书")
        self.press("出具")
        number = re.search(r"JZ500119-\d{4}-\d{8}", self.main.inner_text())
        assert number, "the attestation has no number"
        assert self.downloads("交易鉴证书").startswith(b"%PDF-")
        code = self.main.get_by_role("link", name="公开核验页").get_attribute("href") or ""
        return number[0], code.rstrip("/").rsplit("/", 1)[1]

    def certifies(self, title: str, number: str) -> None:
        """Enter the registration office's certificate; the deal is complete."""
        self.opens_deal(title)
        self.follow("录入权证")
        self.fill(number=number, registered_on=str(legal_day()), office="南川区不动产登记中心")
        self.press("录入并办结")
        self.sees("从决议到发证，全部办完", "拿地即交地、交地即交证，同一天办完")


class Leader(Person):
    """City, who reads."""

    where = DESK

    def reads(self, division: str) -> dict[str, str]:
        """Return the headline figures of a place as they stand on the dashboard."""
        self.open(f"/dashboard/?division={division}")
        cards = self.main.locator(".kpi").all()
        return {card.locator(".k").inner_text(): "".join(card.locator(".v").inner_text().split()) for card in cards}

    def opens_rows(self, card: str) -> None:
        """Open the rows behind a figure."""
        self.main.locator(".kpi", has_text=card).click()
        self.look()
