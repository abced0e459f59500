"""The bank's desk: the officer values, registers, pays out and books; the approver decides."""

from __future__ import annotations

from exchange.clock import legal_day
from tests.browser.people.person import DESK, Person


class Banker(Person):
    """An officer or an approver of the bank."""

    where = DESK

    def opens_case(self, borrower: str) -> None:
        """Find a borrower's application in whatever state it stands."""
        self.open("/bank/")
        self.follow(borrower)

    def step(self, verb: str, **fields: str) -> None:
        """Take one step of the case that is open."""
        form = self.main.locator(f"form[action$='/{verb}/']")
        for name, value in fields.items():
            form.locator(f"[name={name}]").fill(value)
        form.get_by_role("button").click()
        self.look()

    def can(self, verb: str) -> bool:
        """Whether the case offers this step to this person."""
        return self.main.locator(f"form[action$='/{verb}/']").count() > 0

    def values(self, borrower: str, rent: str) -> None:
        """Value the right; who has valued it cannot approve."""
        self.opens_case(borrower)
        assert not self.can("approve") and not self.can("disburse")
        self.step("value", annual_rent_fen=rent)
        self.sees("¥35,000.00", "240", "¥700,000.00", "¥420,000.00")
        assert not self.can("approve")

    def approves(self, borrower: str) -> None:
        """Approve as the second pair of eyes."""
        self.opens_case(borrower)
        self.sees("¥420,000.00", "¥200,000.00")
        self.step("approve")
        assert not self.can("disburse"), "nobody pays out what he has approved"

    def registers(self, borrower: str, number: str) -> None:
        """Enter the mortgage; before it the loan is not paid out."""
        self.opens_case(borrower)
        self.step("register", number=number, registered_on=str(legal_day()))
        self.sees(number, "权利已锁定，不能挂牌")

    def pays_out(self, borrower: str) -> None:
        """Pay out, and see the plan: 36 rows."""
        self.opens_case(borrower)
        self.step("disburse")
        self.sees("¥5,891.46", "¥200,000.00")

    def books(self, borrower: str, amount: str) -> None:
        """Book what has arrived; too much is refused with both figures."""
        self.opens_case(borrower)
        self.expect_refusal()
        self.step("repay", amount_fen="123456")
        self.is_refused("到下一个还款日应还 5,891.46 元", field="amount_fen", keeps="123456")
        self.step("repay", amount_fen=amount)
        self.sees("¥194,750.21")

    def settles(self, borrower: str) -> None:
        """Book exactly what settles the loan today, and release the mortgage."""
        self.opens_case(borrower)
        self.sees("权利已锁定，不能挂牌")
        settling = self.main.locator(".tot", has_text="今天还清要").locator("dd").inner_text()
        self.step("repay", amount_fen=settling.replace("¥", ""))
        self.step("release")
        self.sees("权利已解锁", "¥0.00")
        assert not self.can("release")
