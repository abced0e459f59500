"""A person at a browser of his own: what everybody does, and what no page may ever do to anybody."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Response, expect

from exchange.accounts.models import User
from tests.factories import PASSWORD

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
DESK: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
# What lies beyond the right edge, if the page scrolls sideways at all.
SIDEWAYS = """() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return [];
  return [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > clientWidth + 1)
    .map((one) => `${one.tagName}.${one.className} ${one.textContent.trim().slice(0, 20)}`).slice(0, 12);
}"""
# What Chromium writes about a status; the answer itself is looked at.
ABOUT_STATUS = re.compile(r"Failed to load resource: .* status of \d+ ")

expect.set_options(timeout=15_000)  # patient on a busy machine


class Person:
    """Somebody with a browser: `faults` gathers console errors, breaches of the content policy and broken pages."""

    where: dict[str, Any] = PHONE

    def __init__(self, chromium: Browser, url: str, user: User, **more: Any) -> None:
        self.user = user
        self.faults: list[str] = []
        self.refusals = 0
        self.context = chromium.new_context(
            base_url=url, locale="zh-CN", timezone_id="Asia/Shanghai", reduced_motion="reduce", **{**self.where, **more}
        )
        self.context.on("console", self._hear)
        self.context.on("weberror", lambda error: self.faults.append(f"script: {error.error}"))
        self.context.on("response", self._look)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(15_000)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not ABOUT_STATUS.search(message.text):
            self.faults.append(f"{self.user.username} at {self.page.url}: {message.text}")

    def _look(self, response: Response) -> None:
        refused = response.status in {400, 404, 409} and response.request.is_navigation_request()
        if refused and self.refusals:
            self.refusals -= 1
        elif response.status >= 400:
            self.faults.append(f"{self.user.username}: {response.status} from {response.url}")

    def log_in(self) -> None:
        """Log in with name and password, from wherever the way to the login is."""
        self.page.goto("/account/login/")
        self.page.get_by_label("用户名").fill(self.user.username)
        self.page.get_by_label("密码", exact=True).fill(PASSWORD)
        self.page.get_by_role("main").get_by_role("button", name="登录").click()
        self.page.wait_for_url(lambda url: "/account/login/" not in url)

    def open(self, address: str) -> Page:
        """Open a page of the exchange and look at it."""
        answer = self.page.goto(address)
        assert answer is not None and answer.status == 200, f"{address}: {answer and answer.status}"
        self.look()
        return self.page

    def look(self) -> None:
        """Check what every page must be: Chinese, with one heading, and nothing that scrolls sideways."""
        self.page.wait_for_load_state()
        assert self.page.locator("html").get_attribute("lang") == "zh-hans"
        assert self.page.locator("h1").count() == 1, f"{self.page.url} has no heading of its own"
        assert (self.page.url, self.page.evaluate(SIDEWAYS)) == (self.page.url, [])

    def follow(self, name: str, within: Locator | None = None) -> None:
        """Follow a link by its words."""
        (within or self.main).get_by_role("link", name=name).first.click()
        self.look()

    def press(self, name: str, within: Locator | None = None) -> None:
        """Press a button by its words."""
        (within or self.main).get_by_role("button", name=name).first.click()
        self.look()

    def fill(self, **fields: str) -> None:
        """Type into the fields of the form by their names."""
        for name, value in fields.items():
            self.main.locator(f"[name={name}]").fill(value)

    def has_filled(self, **fields: str) -> None:
        """See what the form already knows."""
        for field, value in fields.items():
            expect(self.main.locator(f"[name={field}]")).to_have_value(value)

    def downloads(self, words: str) -> bytes:
        """Download a paper by its words; return its bytes."""
        with self.page.expect_download() as started:
            self.main.get_by_role("link", name=words).first.click()
        return started.value.path().read_bytes()

    def is_refused(self, words: str, *, field: str = "", keeps: str = "") -> None:
        """See a refusal: on top, at its field, and what was typed still there."""
        expect(self.main.locator(".errs[role=alert]")).to_contain_text(words)
        if field:
            holder = self.main.locator(".fld.bad").filter(has=self.page.locator(f"[name={field}]"))
            expect(holder).to_contain_text(words)
            expect(holder.locator(f"[name={field}]")).to_have_value(keeps)

    def expect_refusal(self) -> None:
        """Let the next answer be a refusal."""
        self.refusals += 1

    @property
    def main(self) -> Locator:
        return self.page.get_by_role("main")

    def sees(self, *words: str) -> None:
        """Read these words on the page."""
        for text in words:
            expect(self.main).to_contain_text(text)

    def sees_not(self, *words: str) -> None:
        """Do not read these words on the page."""
        for text in words:
            expect(self.main).not_to_contain_text(text)

    def rest(self) -> None:
        """Put the telephone away, so that no page loads while time moves."""
        self.page.goto("about:blank")

    def breaks_policy(self) -> None:
        """Control: do what the content policy forbids; it must be among the faults."""
        self.page.evaluate(
            "() => { const s = document.createElement('script'); s.textContent = '1'; document.body.append(s); }"
        )
        assert len(self.faults) == 1 and "Content Security Policy" in self.faults.pop()

    def leave(self) -> None:
        """Close the browser."""
        self.context.close()
