"""What happens to a loan on the way. FORMAT: "Events" and the part of "Limits" about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from loans.servicing.engine.dates import Period
from loans.servicing.engine.shapes import Fields, FormatError, day, items
from loans.servicing.engine.terms import Terms


@dataclass(frozen=True, kw_only=True)
class Prepay:
    """A prepayment (提前还款) in fen, all of it principal; mode "shorten" or "reduce"."""

    on: date
    amount_fen: int
    mode: str


@dataclass(frozen=True, kw_only=True)
class Payoff:
    """All is paid on that day; interest to "pay_date" or "period_end"."""

    on: date
    interest_to: str


@dataclass(frozen=True, kw_only=True)
class RateChange:
    """A new yearly rate in percent from that day, included."""

    on: date
    annual_rate_percent: Fraction


Event = Prepay | Payoff | RateChange

_KINDS: dict[str, tuple[str, ...]] = {
    "prepay": ("on", "type", "amount", "mode"),
    "payoff": ("on", "type", "interest_to"),
    "rate_change": ("on", "type", "annual_rate_percent"),
}


def events_from_json(value: Any, field: str = "events") -> list[Event]:
    """Events from the JSON list of FORMAT, "Events". Raises FormatError with the field ("events[0].mode")."""
    return [_event(entry, name) for entry, name in items(value, field)]


def _event(value: Any, field: str) -> Event:
    every = {key for keys in _KINDS.values() for key in keys}
    kind = Fields(value, field, every).choice("type", tuple(_KINDS))
    read = Fields(value, field, _KINDS[kind])
    on = read.read("on", day)
    if kind == "prepay":
        mode = read.choice("mode", ("shorten", "reduce"))
        return Prepay(on=on, amount_fen=read.money_fen("amount"), mode=mode)
    if kind == "payoff":
        return Payoff(on=on, interest_to=read.choice("interest_to", ("pay_date", "period_end")))
    return RateChange(on=on, annual_rate_percent=read.decimal("annual_rate_percent"))


@dataclass(frozen=True)
class Change:
    """A change of what is owed, from the day after `on`; `prepaid_fen` or `drawn_fen` is zero."""

    on: date
    prepaid_fen: int
    drawn_fen: int
    field: str


class Book:
    """The events and tranches of one loan, checked against its calendar and put in order.

    On one day a prepayment comes before a tranche: a tranche is owed only from the following day.
    Raises FormatError where they break FORMAT, "Limits"; that a prepayment is not more than what is owed
    is seen only when the schedule runs.
    """

    def __init__(self, terms: Terms, events: Sequence[Event], last_due: date) -> None:
        self.rates: list[tuple[date, Fraction]] = [(terms.disbursed_on, terms.annual_rate_percent)]
        self.payoff: Payoff | None = None
        self._prepayments: list[Change] = []
        self._working_out: list[date] = []
        for place, event in enumerate(events):
            self._enter(terms, event, f"events[{place}]", last_due)
        self._draws = self._tranches(terms, last_due)
        self.rates.sort(key=lambda entry: entry[0])
        self.changes = sorted([*self._prepayments, *self._draws], key=lambda change: change.on)
        self._check_payoff(events)

    def _enter(self, terms: Terms, event: Event, field: str, last_due: date) -> None:
        _check_day(event.on, f"{field}.on", terms, last_due, last_allowed=isinstance(event, Payoff))
        if isinstance(event, Payoff):
            if self.payoff is not None:
                raise FormatError(field, "is a second payoff, and a loan has at most one")
            self.payoff = event
        elif isinstance(event, RateChange):
            if event.annual_rate_percent < 0:
                raise FormatError(f"{field}.annual_rate_percent", "must not be negative")
            self.rates.append((event.on, event.annual_rate_percent))
            self._working_out.append(event.on)
        else:
            self._enter_prepayment(terms, event, field)

    def _enter_prepayment(self, terms: Terms, event: Prepay, field: str) -> None:
        if terms.method == "flat":
            raise FormatError(field, "is a prepayment, and flat loans take none")
        if event.amount_fen < 0:
            raise FormatError(f"{field}.amount", "must not be negative")
        self._prepayments.append(Change(event.on, event.amount_fen, 0, f"{field}.amount"))
        if event.mode == "reduce":
            self._working_out.append(event.on)

    def _tranches(self, terms: Terms, last_due: date) -> list[Change]:
        draws = []
        for place, tranche in enumerate(terms.tranches):
            field = f"terms.tranches[{place}].on"
            _check_day(tranche.on, field, terms, last_due, last_allowed=False)
            draws.append(Change(tranche.on, 0, tranche.amount_fen, field))
            if terms.tranche_instalment == "drawn_amount":
                self._working_out.append(tranche.on)
        return draws

    def _check_payoff(self, events: Sequence[Event]) -> None:
        if self.payoff is None:
            return
        late = f"must lie before the payoff on {self.payoff.on}"
        for place, event in enumerate(events):
            if event is not self.payoff and event.on >= self.payoff.on:
                raise FormatError(f"events[{place}].on", late)
        for draw in self._draws:
            if draw.on >= self.payoff.on:
                raise FormatError(draw.field, late)

    def works_out_in(self, period: Period) -> bool:
        """Whether an event has the instalment worked out anew; on a due date it counts for the next one."""
        return any(period.start <= on < period.end for on in self._working_out)

    def changes_within(self, period: Period) -> list[Change]:
        """The changes of what is owed strictly inside a period, in order."""
        return [change for change in self.changes if period.start < change.on < period.end]

    def changes_on(self, due: date) -> list[Change]:
        """The changes of what is owed on a due date; they come after its row."""
        return [change for change in self.changes if change.on == due]

    def draws_after(self, due: date) -> bool:
        """Whether a tranche is still to come."""
        return any(draw.on > due for draw in self._draws)


def _check_day(on: date, field: str, terms: Terms, last_due: date, *, last_allowed: bool) -> None:
    if on <= terms.disbursed_on:
        raise FormatError(field, f"must lie after the payout on {terms.disbursed_on}, not on {on}")
    if on > last_due or (on == last_due and not last_allowed):
        raise FormatError(field, f"must lie before the last due date {last_due}, not on {on}")
