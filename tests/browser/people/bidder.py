"""Farmer and Company: register, pay the deposit at the bank, bid in the room with JavaScript or without."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.people.person import Person

ACCOUNTS = {"farmer": "6228480010001234567", "company": "6228480010007654321"}


class Bidder(Person):
    """Somebody who wants the land; as `name`, a person or the company he acts for."""

    registration: str = ""
    name: str = ""
    number: str = ""

    def registers(self, listing: str, title: str, name: str) -> None:
        """Find the listing among all, read it, register; without the three ticks it is refused."""
        self.name = name
        self.open("/listings/")
        self.follow(title)
        self.sees("公告", "¥30,000", "叁万元整", "同意 66 人")
        assert listing in self.page.url
        self.follow("报名参加")
        self.page.get_by_label(name).check()
        self.expect_refusal()
        self.main.locator("form").evaluate("form => form.noValidate = true")
        self.press("报名")
        self.is_refused("请打勾，才能继续。")
        expect(self.page.get_by_label(name)).to_be_checked()
        for tick in ("terms_read", "account_own", "bids_bind"):
            self.main.locator(f"[name={tick}]").check()
        self.press("报名")
        self.registration = self.page.url
        self.sees("专用账号，只收您这一场的保证金", name, "¥6,000.00", "还没有到账")

    def pays(self, amount: str = "6000", payer: str = "") -> None:
        """Follow the way to the bank and pay under the sub-account's number."""
        self.open(self.registration)
        self.follow("到演示银行付款")
        self.has_filled(payer_name=self.name, amount_fen="6000.00")
        self.fill(payer_name=payer or self.name, payer_account=ACCOUNTS[self.user.username], amount_fen=amount)
        self.press("付款")
        self.sees("已付款")

    def reads_of_other_money(self, payer: str) -> None:
        """Read why money from somebody else's account goes back."""
        self.open("/notices/")
        self.sees(payer, "正在退回", f"请在报名截止前，用“{self.name}”名下的账户")

    @property
    def paddle(self) -> str:
        return self.main.locator(".paddle .num").inner_text()

    def is_admitted(self) -> str:
        """See the money arrive without a reload, and the bidder number after one."""
        expect(self.main.locator("#arrival")).to_contain_text("保证金已到账", timeout=15_000)
        self.open(self.registration)
        self.sees("已有竞买资格", "您的竞买号")
        return self.paddle

    # ---- in the room

    def enters_room(self, listing: str) -> None:
        """Open the room; with JavaScript wait until it is connected."""
        self.open(f"/auctions/{listing}/")

    def is_connected(self) -> None:
        """See that the room hears the hall."""
        expect(self.page.locator("[data-x=net]")).to_have_text("已连接")

    def bids(self, amount: int) -> None:
        """Choose an amount, read it again in words, confirm, and see oneself lead."""
        self.types_bid(amount)
        self.confirms(amount)
        expect(self.page.locator("[data-x=title]")).to_have_text("您现在领先", timeout=10_000)
        expect(self.page.locator("[data-x=price]")).to_have_text(f"¥{amount:,}")

    def types_bid(self, amount: float) -> None:
        """Type one's own amount and ask for it."""
        self.main.get_by_label("其他金额").fill(f"{amount}")
        self.main.locator("#go").click()

    def confirms(self, amount: int) -> None:
        """Read the amount once more, then confirm."""
        dialog = self.page.get_by_role("dialog")
        expect(dialog).to_contain_text(f"¥{amount:,}")
        expect(dialog).to_contain_text("元整")
        expect(dialog).to_contain_text("不能撤回")
        dialog.get_by_role("button", name="确认出价").click()

    def is_outbid(self, paddle: str, amount: int) -> None:
        """See, without a reload, that somebody else bid more than oneself."""
        self.sees_bid(paddle, amount)
        expect(self.page.locator("[data-x=title]")).to_have_text("您已被超过，可继续加价")

    def sees_bid(self, paddle: str, amount: int) -> None:
        """See, without a reload, that somebody else has bid."""
        expect(self.page.locator("[data-x=price]")).to_have_text(f"¥{amount:,}", timeout=10_000)
        expect(self.page.locator("[data-x=leader]")).to_have_text(paddle)
        newest = self.page.locator("[data-x=history] li:not(.sys)").first
        expect(newest).to_contain_text(re.compile(rf"{paddle}.*¥{amount:,}"))

    def sees_extension(self, number: int) -> None:
        """See that the end has moved."""
        expect(self.page.locator("[data-x=ext]")).to_contain_text(f"第 {number} 次顺延")

    # ---- without JavaScript

    def bids_by_form(self, amount: int) -> None:
        """Type, check on a page of its own, confirm: no script anywhere."""
        self.main.locator("[name=own_amount]").fill(str(amount))
        self.main.locator("#go").click()
        self.sees("请确认您的出价", f"¥{amount:,}", "不能撤回")
        self.press("确认出价")
        self.sees("您现在领先", f"¥{amount:,}")

    def bids_too_low_by_form(self, typed: str, least: str) -> None:
        """Bid one fen low; the room says what the least is and keeps nothing."""
        self.main.locator("[name=own_amount]").fill(typed)
        self.main.locator("#go").click()
        self.sees("请确认您的出价")
        self.expect_refusal()
        self.press("确认出价")
        self.is_refused(f"现在最少出 ¥{least}")

    # ---- after the end

    def has_won(self, amount: int) -> None:
        """Read that one has won, and what comes next."""
        self.sees("恭喜，您已竞得", f"¥{amount:,}", "保证金自动抵首期租金")

    def has_lost(self) -> None:
        """Read that one has lost and that the deposit is on its way."""
        self.sees("竞价结束，本场您未竞得", "您的保证金 ¥6,000")

    def reads_refund(self) -> None:
        """Read that the deposit is back."""
        self.open(self.registration)
        self.sees("已退回")
        self.open("/notices/")
        self.sees("保证金 ¥6,000 已退回")
