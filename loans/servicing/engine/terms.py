"""The terms of a loan. FORMAT: "Quote request" and the part of "Limits" that needs no calendar."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from loans.servicing.engine.amounts import yuan
from loans.servicing.engine.shapes import Fields, FormatError, count, day

MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
CHOICES = {
    "method": ("annuity", "equal_principal", "interest_only", "bullet", "flat"),
    "interval": tuple(MONTHS),
    "month_end": ("clamp", "roll"),
    "day_count": ("30/360", "act/360", "act/365"),
    "rounding": ("half_up", "half_even"),
    "instalment_rounding": ("up",),
    "instalment_from": ("equal_periods", "actual_periods"),
    "tranche_instalment": ("drawn_amount", "full_amount"),
}
PARTS_OF_PRINCIPAL = ("equal_principal", "flat")


@dataclass(frozen=True, kw_only=True)
class Tranche:
    """A later payout, in fen."""

    on: date
    amount_fen: int


@dataclass(frozen=True, kw_only=True)
class Terms:
    """The terms of a loan (贷款条件): money in fen, the yearly rate in percent (`Fraction`), days as dates.

    Names, meanings and defaults are those of FORMAT, "Quote request", with `_fen` on money.
    Raises FormatError, naming the term, where they break FORMAT, "Limits".
    """

    principal_fen: int
    annual_rate_percent: Fraction
    periods: int
    disbursed_on: date
    method: str = "annuity"
    interval: str = "month"
    first_due_on: date | None = None
    due_day: int | None = None
    matures_on: date | None = None
    month_end: str = "clamp"
    day_count: str = "30/360"
    rounding: str = "half_up"
    instalment_multiple_fen: int = 1
    instalment_rounding: str | None = None
    instalment_from: str = "equal_periods"
    principal_grace_periods: int = 0
    interest_grace_periods: int = 0
    tranches: tuple[Tranche, ...] = ()
    tranche_instalment: str = "drawn_amount"

    def __post_init__(self) -> None:
        for name, choices in CHOICES.items():
            value = getattr(self, name)
            if value not in choices and not (value is None and name == "instalment_rounding"):
                raise FormatError(name, f"must be one of {', '.join(choices)}")
        count(self.periods, "periods", least=1)
        if self.due_day is not None:
            count(self.due_day, "due_day", least=1, most=31)
        if self.annual_rate_percent < 0:
            raise FormatError("annual_rate_percent", "must not be negative")
        if self.instalment_multiple_fen < 1:
            raise FormatError("instalment_multiple", "must be at least one cent")
        if self.first_due_on is not None and self.first_due_on <= self.disbursed_on:
            raise FormatError("first_due_on", f"must lie after the payout on {self.disbursed_on}")
        self._check_amounts()
        self._check_grace()

    def _check_amounts(self) -> None:
        if self.principal_fen < 1:
            raise FormatError("principal", "must be more than zero")
        if any(tranche.amount_fen < 0 for tranche in self.tranches):
            raise FormatError("tranches", "must not be negative")
        if self.first_payout_fen < 1:
            raise FormatError("tranches", f"must add up to less than {yuan(self.principal_fen)}")

    def _check_grace(self) -> None:
        for name in ("principal_grace_periods", "interest_grace_periods"):
            count(getattr(self, name), name, most=self.periods - 1)
        if self.method == "annuity" and self.interest_grace_periods > self.principal_grace_periods:
            raise FormatError(
                "interest_grace_periods",
                f"must not be more than the {self.principal_grace_periods} principal_grace_periods (annuity)",
            )

    @property
    def first_payout_fen(self) -> int:
        """What goes out on `disbursed_on`: the principal less the tranches, in fen."""
        return self.principal_fen - sum(tranche.amount_fen for tranche in self.tranches)

    @property
    def has_instalment(self) -> bool:
        """Whether there is an instalment, or a part of principal, to be worked out."""
        return self.method == "annuity" or self.method in PARTS_OF_PRINCIPAL


_KEYS = (
    "principal", "annual_rate_percent", "method", "periods", "interval", "disbursed_on", "first_due_on",
    "due_day", "matures_on", "month_end", "day_count", "rounding", "instalment_multiple",
    "instalment_rounding", "instalment_from", "principal_grace_periods", "interest_grace_periods",
    "tranches", "tranche_instalment",
)  # fmt: skip


def terms_from_json(value: Any, field: str = "terms") -> Terms:
    """Terms from the JSON object of FORMAT, "Quote request" (yuan as decimal strings, ISO dates).

    Raises FormatError with the full field name ("terms.periods") where the object breaks FORMAT.
    """
    read = Fields(value, field, _KEYS)
    given: dict[str, Any] = {
        "principal_fen": read.money_fen("principal"),
        "annual_rate_percent": read.decimal("annual_rate_percent"),
        "periods": read.read("periods", count),
        "disbursed_on": read.read("disbursed_on", day),
        "first_due_on": read.read_or_null("first_due_on", day),
        "due_day": read.read_or_null("due_day", count),
        "matures_on": read.read_or_null("matures_on", day),
        "instalment_multiple_fen": read.money_fen("instalment_multiple", 1),
        "principal_grace_periods": read.read("principal_grace_periods", count, 0),
        "interest_grace_periods": read.read("interest_grace_periods", count, 0),
        "tranches": tuple(_tranche(*entry) for entry in read.entries("tranches", [])),
    }
    for name, choices in CHOICES.items():
        if name in read.value and not (name == "instalment_rounding" and read.value[name] is None):
            given[name] = read.choice(name, choices)
    try:
        return Terms(**given)
    except FormatError as error:
        raise error.within(field) from None


def _tranche(value: Any, field: str) -> Tranche:
    read = Fields(value, field, ("on", "amount"))
    return Tranche(on=read.read("on", day), amount_fen=read.money_fen("amount"))
