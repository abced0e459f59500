"""Cases of loan rules: the object `given` in, the keys that the rule yields out. FORMAT: "Loan rules"."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from loans.servicing.engine import rules
from loans.servicing.engine.amounts import yuan
from loans.servicing.engine.apr import MAX_PAYMENTS, apr_hundredths
from loans.servicing.engine.shapes import Fields, FormatError, count, flag, items, text
from loans.servicing.engine.terms import CHOICES


@dataclass(frozen=True)
class Rule:
    """One rule: the keys of `given` it knows, and how its answer is worked out."""

    keys: tuple[str, ...]
    answer: Callable[[Fields], dict[str, Any]]


def rule_answer(rule: str, given: Any) -> dict[str, Any]:
    """The answer of a rule, money as decimal strings. Raises FormatError where `given` breaks FORMAT."""
    return RULES[rule].answer(Fields(given, "given", RULES[rule].keys))


def _apr(given: Fields) -> dict[str, Any]:
    payments = [_payment(*entry) for entry in given.entries("payments")]
    if not 1 <= sum(times for _, times in payments) <= MAX_PAYMENTS:
        raise FormatError("given.payments", f"must be 1 to {MAX_PAYMENTS} payments in all")
    per_year = given.quotient("unit_periods_per_year")
    if per_year == 0:
        raise FormatError("given.unit_periods_per_year", "must be more than zero")
    try:
        hundredths = apr_hundredths(
            given.money_fen("amount"),
            payments,
            first_whole=given.read("first_whole", _wait),
            first_part=_part_of_one(given),
            unit_periods_per_year=per_year,
        )
    except FormatError:
        raise
    except ValueError as error:
        raise FormatError("given.payments", str(error)) from None
    return {"apr_percent": yuan(hundredths)}


def _wait(value: Any, field: str) -> int:
    return count(value, field, most=MAX_PAYMENTS)


def _part_of_one(given: Fields) -> Fraction:
    part = given.quotient("first_part")
    if part >= 1:
        raise FormatError("given.first_part", "must be less than one unit period")
    return part


def _payment(value: Any, field: str) -> tuple[int, int]:
    read = Fields(value, field, ("amount", "count"))
    return read.money_fen("amount"), read.read("count", lambda entry, name: count(entry, name, least=1))


_PENALTY_BY_DAYS = (
    "overdue_principal", "overdue_interest", "contract_rate_percent", "penalty_factor", "days", "day_count",
    "compound_interest",
)  # fmt: skip
_PENALTY_PER_INSTALMENT = (
    "overdue_principal", "overdue_interest", "per_instalment_percent", "charge_on", "instalments_overdue",
    "rounding",
)  # fmt: skip


def _penalty(given: Fields) -> dict[str, Any]:
    if "per_instalment_percent" in given.value:
        return _penalty_per_instalment(Fields(given.value, given.field, _PENALTY_PER_INSTALMENT))
    return _penalty_by_days(Fields(given.value, given.field, _PENALTY_BY_DAYS))


def _penalty_by_days(given: Fields) -> dict[str, Any]:
    found = rules.penalty_by_days(
        overdue_principal_fen=given.money_fen("overdue_principal"),
        overdue_interest_fen=given.money_fen("overdue_interest"),
        contract_rate_percent=given.decimal("contract_rate_percent"),
        penalty_factor=given.decimal("penalty_factor"),
        days=given.read("days", count),
        days_of_year=365 if given.choice("day_count", CHOICES["day_count"]) == "act/365" else 360,
        compound_interest=given.read("compound_interest", flag),
    )
    return {
        "penalty": yuan(found.penalty_fen),
        "compound": yuan(found.compound_fen),
        "total": yuan(found.total_fen),
    }


def _penalty_per_instalment(given: Fields) -> dict[str, Any]:
    principal_fen, interest_fen = given.money_fen("overdue_principal"), given.money_fen("overdue_interest")
    on_both = given.choice("charge_on", ("principal", "principal_and_interest")) == "principal_and_interest"
    fee_fen, total_fen = rules.penalty_per_instalment(
        principal_fen + interest_fen if on_both else principal_fen,
        given.decimal("per_instalment_percent"),
        given.read("instalments_overdue", count),
        given.choice("rounding", CHOICES["rounding"], "half_up"),
    )
    return {"per_instalment": yuan(fee_fen), "total": yuan(total_fen)}


def _waterfall(given: Fields) -> dict[str, Any]:
    due = given.read("due", _parts)
    order = [text(*entry) for entry in given.entries("order")]
    amount_fen = given.money_fen("amount")
    try:
        applied, unapplied_fen = rules.allocate(amount_fen, due, order)
    except ValueError as error:
        raise FormatError("given.order", str(error)) from None
    return {
        "applied": {name: yuan(part_fen) for name, part_fen in applied.items()},
        "unapplied": yuan(unapplied_fen),
    }


def _parts(value: Any, field: str) -> dict[str, int]:
    read = Fields(value, field, value if isinstance(value, dict) else ())
    return {name: read.money_fen(name) for name in read.value}


def _collateral(given: Fields) -> dict[str, Any]:
    pledged = [_item(*entry) for entry in given.entries("items")]
    names = [item.name for item in pledged]
    if len(set(names)) != len(names):
        raise FormatError("given.items", "must have a different name each")
    outstanding_fen = given.money_fen("outstanding")
    capacity_fen = rules.capacity(pledged)
    releases = []
    for entry, field in given.entries("releases", []):
        release = _release(entry, field, names)
        after_fen = rules.capacity(pledged, without=release)
        missing_fen = rules.shortfall(after_fen, outstanding_fen)
        releases.append(
            {
                "release": release,
                "capacity_after": yuan(after_fen),
                "allowed": missing_fen == 0,
                "shortfall": yuan(missing_fen),
            }
        )
    missing_fen = rules.shortfall(capacity_fen, outstanding_fen)
    return {"capacity": yuan(capacity_fen), "shortfall": yuan(missing_fen), "releases": releases}


def _item(value: Any, field: str) -> rules.Collateral:
    read = Fields(value, field, ("name", "value", "ltv_percent"))
    return rules.Collateral(read.read("name", text), read.money_fen("value"), read.decimal("ltv_percent"))


def _release(value: Any, field: str, names: list[str]) -> list[str]:
    release = []
    for entry, name in items(value, field):
        if entry not in names:
            raise FormatError(name, "is not the name of an item")
        release.append(entry)
    return release


def _classification(given: Fields) -> dict[str, Any]:
    floors = [_floor(*entry) for entry in given.entries("floors")]
    technical_days = given.read("technical_days", count, 0)
    days = [count(*entry) for entry in given.entries("days_overdue")]
    return {"classes": [rules.classify(day, floors, technical_days) for day in days]}


def _floor(value: Any, field: str) -> tuple[int, str]:
    entries = items(value, field)
    if len(entries) != 2:
        raise FormatError(field, "must be a pair [from_day, class]")
    return count(*entries[0]), text(*entries[1])


def _risk_fund(given: Fields) -> dict[str, Any]:
    percent = given.decimal("fund_percent")
    if percent > 100:
        raise FormatError("given.fund_percent", "must not be more than 100")
    cap_fen = None if given.value.get("fund_cap") is None else given.money_fen("fund_cap")
    share = rules.risk_fund(
        principal_fen=given.money_fen("principal"),
        proceeds_fen=given.money_fen("proceeds"),
        costs_fen=given.money_fen("costs"),
        fund_percent=percent,
        fund_cap_fen=cap_fen,
    )
    return {"loss": yuan(share.loss_fen), "fund": yuan(share.fund_fen), "lender": yuan(share.lender_fen)}


RULES = {
    "apr": Rule(("amount", "payments", "first_whole", "first_part", "unit_periods_per_year"), _apr),
    "penalty": Rule(tuple({*_PENALTY_BY_DAYS, *_PENALTY_PER_INSTALMENT}), _penalty),
    "waterfall": Rule(("amount", "due", "order"), _waterfall),
    "collateral": Rule(("items", "outstanding", "releases"), _collateral),
    "classification": Rule(("days_overdue", "floors", "technical_days"), _classification),
    "risk_fund": Rule(("principal", "proceeds", "costs", "fund_percent", "fund_cap"), _risk_fund),
}
