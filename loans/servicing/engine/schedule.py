"""The schedule, row by row. FORMAT: "Rows" and "Events"."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from loans.servicing.engine.amounts import whole_fen, yuan
from loans.servicing.engine.dates import Period
from loans.servicing.engine.events import Book, Change
from loans.servicing.engine.instalment import is_nominal, work_out
from loans.servicing.engine.interest import accrued, rate_on
from loans.servicing.engine.shapes import FormatError
from loans.servicing.engine.terms import PARTS_OF_PRINCIPAL, Terms


@dataclass(frozen=True)
class Row:
    """One row of a schedule, money in fen: FORMAT, "Expect", `rows`.

    `interest_fen` is what is collected; `prepaid_fen` comes on top of the total; `balance_fen` is owed after
    the row, after a prepayment and after a tranche of that day.
    """

    n: int
    due: date
    principal_fen: int
    interest_fen: int
    prepaid_fen: int
    balance_fen: int

    @property
    def total_fen(self) -> int:
        """Principal and interest."""
        return self.principal_fen + self.interest_fen


class Schedule:
    """One loan on its way: what is owed, the interest not yet collected, and the present instalment.

    `worked_out_fen` lists the instalments (for equal principal and flat: the parts of principal) in the order
    in which they were worked out; it is empty for methods that have none. Running `rows()` raises FormatError
    if a prepayment is more than what is owed.
    """

    def __init__(self, terms: Terms, book: Book, periods: Sequence[Period]) -> None:
        self.terms = terms
        self.book = book
        self.periods = periods
        self.owed_fen = terms.first_payout_fen
        self.waiting = Fraction(0)
        self.worked_out_fen: list[int] = []
        if terms.has_instalment:
            full = terms.tranche_instalment == "full_amount"
            self._work_out(periods[0], terms.principal_fen if full else self.owed_fen, [], book.rates[:1])

    def rows(self) -> Iterator[Row]:
        """The rows until nothing is owed and no tranche is still to come. FORMAT: "Rows"."""
        for period in self.periods:
            inside = self.book.changes_within(period)
            if self.terms.has_instalment and self.book.works_out_in(period):
                known = [entry for entry in self.book.rates if entry[0] < period.end]
                self._work_out(period, self.owed_fen, inside, known)
            row, ended = self._row(period, inside)
            yield row
            if ended:
                break
        for change in self.book.changes:
            if change.on > row.due:
                _changed(0, [change])

    def _work_out(
        self,
        period: Period,
        owed_fen: int,
        inside: list[Change],
        rates: list[tuple[date, Fraction]],
    ) -> None:
        """Have the instalment worked out from what is owed at the start of a period and its events."""
        interest = accrued(self.terms, period, owed_fen, inside, rates, nominal=is_nominal(self.terms))
        instalment_fen = work_out(
            self.terms,
            self.periods,
            period.n,
            owed_fen=_changed(owed_fen, inside),
            interest=interest,
            waiting=self.waiting,
            rate_percent=rate_on(rates, period.end),
        )
        self.worked_out_fen.append(instalment_fen)

    def _row(self, period: Period, inside: list[Change]) -> tuple[Row, bool]:
        """The row of a period and whether it ends the schedule; moves on to the start of the next period."""
        due, stop = self._day_of_row(period)
        gathered = self.waiting + accrued(self.terms, period, self.owed_fen, inside, self.book.rates, stop=stop)
        last = period is self.periods[-1] or (self.book.payoff is not None and self.book.payoff.on == due)
        owed_fen = _changed(self.owed_fen, inside)
        waits = self._waits(period)
        interest_fen = 0 if waits and not last else whole_fen(gathered, self.terms.rounding)
        principal_fen = owed_fen if last else self._principal(period.n, interest_fen, owed_fen)
        on_due = [] if last else self.book.changes_on(due)
        self.owed_fen = _changed(owed_fen - principal_fen, on_due)
        ended = last or (self.owed_fen == 0 and not self.book.draws_after(due))
        if ended and waits:
            interest_fen = whole_fen(gathered, self.terms.rounding)
        self.waiting = gathered if waits else Fraction(0)
        prepaid_fen = sum(change.prepaid_fen for change in [*inside, *on_due])
        return Row(period.n, due, principal_fen, interest_fen, prepaid_fen, self.owed_fen), ended

    def _day_of_row(self, period: Period) -> tuple[date, date]:
        """The due date of the row of a period, and the last day of its interest; a payoff moves them."""
        payoff = self.book.payoff
        if payoff is None or payoff.on >= period.end:
            return period.end, period.end
        return payoff.on, payoff.on if payoff.interest_to == "pay_date" else period.end

    def _waits(self, period: Period) -> bool:
        """Whether the interest of a row is collected with a later one."""
        return period.n <= self.terms.interest_grace_periods and self.terms.method != "bullet"

    def _principal(self, n: int, interest_fen: int, owed_fen: int) -> int:
        """The principal of a row that is not the last, in fen."""
        if not self.terms.has_instalment or n <= self.terms.principal_grace_periods:
            return 0
        instalment_fen = self.worked_out_fen[-1]
        if self.terms.method in PARTS_OF_PRINCIPAL:
            return min(instalment_fen, owed_fen)
        return min(max(instalment_fen - interest_fen, 0), owed_fen)


def _changed(owed_fen: int, changes: Sequence[Change]) -> int:
    """What is owed after some changes, in fen. FormatError if a prepayment is more than what is owed."""
    for change in changes:
        if change.prepaid_fen > owed_fen:
            raise FormatError(change.field, f"is more than the {yuan(owed_fen)} owed on {change.on}")
        owed_fen += change.drawn_fen - change.prepaid_fen
    return owed_fen
