"""Small calculations around a loan. FORMAT: "Loan rules". Money in fen, percentages as exact numbers."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from loans.servicing.engine.amounts import whole_fen


@dataclass(frozen=True)
class Penalty:
    """Penalty by days in fen: on overdue principal (罚息), on overdue interest (复利), and their sum."""

    penalty_fen: int
    compound_fen: int
    total_fen: int


def penalty_by_days(
    *,
    overdue_principal_fen: int,
    overdue_interest_fen: int,
    contract_rate_percent: Fraction,
    penalty_factor: Fraction,
    days: int,
    days_of_year: int,
    compound_interest: bool,
) -> Penalty:
    """The penalty for some days at the contract rate times a factor. FORMAT: penalty, by days.

    `days_of_year` is 360 or 365. Each of the two parts is rounded half up.
    """
    rate = contract_rate_percent * penalty_factor / 100 / days_of_year
    penalty_fen = whole_fen(overdue_principal_fen * rate * days)
    compound_fen = whole_fen(overdue_interest_fen * rate * days) if compound_interest else 0
    return Penalty(penalty_fen, compound_fen, penalty_fen + compound_fen)


def penalty_per_instalment(
    base_fen: int, percent: Fraction, instalments_overdue: int, rounding: str = "half_up"
) -> tuple[int, int]:
    """The fee in fen on one overdue instalment, rounded once, and on all of them. FORMAT: penalty."""
    fee_fen = whole_fen(base_fen * percent / 100, rounding)
    return fee_fen, fee_fen * instalments_overdue


def allocate(amount_fen: int, due: Mapping[str, int], order: Sequence[str]) -> tuple[dict[str, int], int]:
    """Spread a repayment over what is due, in fen: (applied to each part, what is left). FORMAT: waterfall.

    `order` names every part of `due` exactly once, first to be paid first. ValueError otherwise, or if an
    amount is negative.
    """
    if len(order) != len(due) or set(order) != set(due):
        raise ValueError("must name every part that is due exactly once")
    if amount_fen < 0 or any(part_fen < 0 for part_fen in due.values()):
        raise ValueError("amounts must not be negative")
    applied: dict[str, int] = {}
    for name in order:
        applied[name] = min(amount_fen, due[name])
        amount_fen -= applied[name]
    return applied, amount_fen


@dataclass(frozen=True)
class Collateral:
    """One thing that secures a loan (抵押物): its value in fen and the percentage of it that may be lent."""

    name: str
    value_fen: int
    ltv_percent: Fraction


def capacity(items: Sequence[Collateral], *, without: Collection[str] = ()) -> int:
    """What the items, less those released, may carry, in fen, the sum rounded half up. FORMAT: collateral."""
    kept = (item.value_fen * item.ltv_percent for item in items if item.name not in without)
    return whole_fen(sum(kept, Fraction(0)) / 100)


def shortfall(capacity_fen: int, outstanding_fen: int) -> int:
    """How much of a debt the capacity does not cover, in fen, not under 0. FORMAT: collateral."""
    return max(outstanding_fen - capacity_fen, 0)


def classify(days_overdue: int, floors: Sequence[tuple[int, str]], technical_days: int = 0) -> str:
    """The class (五级分类) of the last floor (from day, class) that the days overdue reach.

    "normal" under the first floor and for 1 to `technical_days` days. FORMAT: classification.
    """
    if 1 <= days_overdue <= technical_days:
        return "normal"
    reached = [floor for floor in floors if floor[0] <= days_overdue]
    return max(reached, key=lambda floor: floor[0])[1] if reached else "normal"


@dataclass(frozen=True)
class LossShare:
    """A loss in fen and who bears it."""

    loss_fen: int
    fund_fen: int
    lender_fen: int


def risk_fund(
    *,
    principal_fen: int,
    proceeds_fen: int,
    costs_fen: int,
    fund_percent: Fraction,
    fund_cap_fen: int | None = None,
) -> LossShare:
    """The net loss on a loan, the share of the risk fund (风险补偿金), half up and capped, and the rest.

    `fund_percent` is at most 100. FORMAT: risk_fund.
    """
    loss_fen = max(principal_fen - (proceeds_fen - costs_fen), 0)
    fund_fen = whole_fen(loss_fen * fund_percent / 100)
    if fund_cap_fen is not None:
        fund_fen = min(fund_fen, fund_cap_fen)
    return LossShare(loss_fen, fund_fen, loss_fen - fund_fen)
