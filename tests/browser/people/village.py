"""Village: enters land, files a listing, mends it, signs, hands over; on a telephone."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from exchange.clock import legal_day
from tests.browser.people.person import Person
from tests.factories import paper, picture

TITLE = "五星村原村小出租"
UNIT_CODE = "500119 101005 JB00123 W00000000"
CERTIFICATE = "渝（2022）南川区不动产权第0000123号"


def upload(made: Any) -> dict[str, Any]:
    """Return a file as the browser takes it."""
    return {"name": made.name, "mimeType": made.content_type, "buffer": made.read()}


class Village(Person):
    """The officer of the collective."""

    listing: str = ""

    def enters_land(self) -> None:
        """Type what stands on the certificate; a wrong unit code is refused at its field, the rest stays."""
        self.open("/village/")
        self.follow("录入一块地")
        self.fill(
            name="原村小",
            unit_code=UNIT_CODE.replace("JB", "QB"),
            location="五星村 3 社",
            area_m2="2800",
            planned_use="工业用地",
            certificate_number=CERTIFICATE,
            registered_on="2022-03-01",
        )
        self.expect_refusal()
        self.press("存下")
        self.is_refused("第 13 位", field="unit_code", keeps=UNIT_CODE.replace("JB", "QB"))
        self.fill(unit_code=UNIT_CODE)
        self.press("存下")

    def drafts(self) -> None:
        """Begin a listing under the demonstration's rules and see all that it still lacks."""
        self.sees("这个项目叫什么名字？", "2800.00")
        self.fill(title=TITLE)
        self.page.get_by_label("演示：几天缩成几分钟").check()
        self.press("开始")
        self.listing = str(UUID(self.page.url.rstrip("/").rsplit("/", 1)[1]))
        self.sees("共 4 项，已完成 0 项", "还差", "至少一张现场照片")
        assert self.main.get_by_role("button", name="提交给镇街").count() == 0, "nothing to submit yet"

    def writes_basics(self, months: str = "240") -> None:
        """Write use and term."""
        self.open(f"/village/listings/{self.listing}/basics/")
        self.fill(use_text="工业（屠宰场）", term_months=months, summary="通水通电，临村道。")
        self.press("存下")

    def enters_vote(self, in_favour: str = "66") -> None:
        """Enter the members' vote."""
        today: date = legal_day()
        self.open(f"/village/listings/{self.listing}/resolution/")
        self.page.get_by_label("成员大会").check()
        self.fill(
            notice_on=str(today - timedelta(days=30)),
            meeting_on=str(today - timedelta(days=15)),
            eligible="99",
            present="80",
            in_favour=in_favour,
            floor_price_fen="30000",
        )
        self.press("存下")

    def adds_papers(self) -> None:
        """Upload the three papers and a photo that was taken with the telephone."""
        self.open(f"/village/listings/{self.listing}/documents/")
        for kind in ("resolution", "scheme", "planning"):
            self._adds(kind, upload(paper(kind)))
        self._adds("photo", upload(picture("olive")))
        self.sees("photo.jpg", "scheme.pdf")
        self.sees_not("还差")
        shown = self.context.request.get(self.main.get_by_role("link", name="现场照片").get_attribute("href") or "")
        assert (shown.status, shown.headers["content-type"]) == (200, "image/jpeg")

    def _adds(self, kind: str, file: dict[str, Any] | Path) -> None:
        self.main.locator("[name=kind]").select_option(kind)
        self.main.locator("[name=upload]").set_input_files(file)
        self.press("添加")

    def sets_price(self, start: str = "30000") -> None:
        """Set start price, step and deposit."""
        self.open(f"/village/listings/{self.listing}/price/")
        self.fill(start_price_fen=start, step_fen="500", deposit_fen="6000")
        self.press("存下")

    def submits(self) -> None:
        """Check everything and submit."""
        self.open(f"/village/listings/{self.listing}/")
        self.sees("共 4 项，已完成 4 项", "20 年", "工业（屠宰场）")
        self.press("提交给镇街")
        self.sees("镇街审核")

    def mends(self, reason: str) -> None:
        """Read why it came back, follow it to its place, mend it and submit again."""
        self.open("/village/")
        self.follow(TITLE)
        self.sees("这一处退回来了", reason)
        self.follow("去改")
        self.sees(reason)
        self.fill(use_text="工业（屠宰和肉类加工）")
        self.press("存下")
        self.press("提交给镇街")
        self.sees("镇街审核")
