"""The least raise (加价幅度) at a price: the four forms of docs/record.md, "Step". Amounts in fen."""

from bisect import bisect_right
from dataclasses import dataclass
from typing import Any

from exchange.money import divide_half_up
from listings.auctions.engine.reading import (
    Fields,
    Malformed,
    money,
    money_to_json,
    percent,
    percent_to_json,
    positive_money,
)

Percent = tuple[int, int]


@dataclass(frozen=True, slots=True)
class FixedStep:
    """The same step at every price."""

    fixed: int

    def at(self, _price: int) -> int:
        """The step in fen."""
        return self.fixed

    def to_json(self) -> dict[str, Any]:
        """As in a record."""
        return {"fixed": money_to_json(self.fixed)}


@dataclass(frozen=True, slots=True)
class TableStep:
    """The step of the last band whose lower bound is not over the price; below all bounds, the first."""

    bounds: tuple[int, ...]
    steps: tuple[int, ...]

    def at(self, price: int) -> int:
        """The step in fen at a price in fen."""
        return self.steps[max(bisect_right(self.bounds, price) - 1, 0)]

    def to_json(self) -> dict[str, Any]:
        """As in a record."""
        bands = zip(self.bounds, self.steps, strict=True)
        return {"table": [[money_to_json(bound), money_to_json(step)] for bound, step in bands]}


@dataclass(frozen=True, slots=True)
class PercentOfStart:
    """A share of the start price, rounded half up to the fen once; `fen` is the outcome."""

    percent: Percent
    fen: int

    def at(self, _price: int) -> int:
        """The step in fen."""
        return self.fen

    def to_json(self) -> dict[str, Any]:
        """As in a record."""
        return {"percent_of_start": percent_to_json(self.percent)}


@dataclass(frozen=True, slots=True)
class PercentOfPrice:
    """A share of the price, rounded down to a multiple of `round_to`, never under `at_least`."""

    percent: Percent
    round_to: int
    at_least: int

    def at(self, price: int) -> int:
        """The step in fen at a price in fen."""
        share, scale = self.percent
        return max(price * share // (100 * scale * self.round_to) * self.round_to, self.at_least)

    def to_json(self) -> dict[str, Any]:
        """As in a record."""
        return {
            "percent_of_price": percent_to_json(self.percent),
            "round_to": money_to_json(self.round_to),
            "at_least": money_to_json(self.at_least),
        }


Step = FixedStep | TableStep | PercentOfStart | PercentOfPrice
NO_STEP = FixedStep(0)


def share_of(amount_fen: int, share: Percent) -> int:
    """That percentage of the amount in fen, rounded half up to the fen."""
    return divide_half_up(amount_fen * share[0], 100 * share[1])


def step_from_json(value: Any, where: str, *, start_fen: int, lowest_fen: int) -> Step:
    """Read one of the four forms. A step that comes out as 0 at the lowest price there can be is Malformed."""
    form = Fields(value, where, ("fixed", "table", "percent_of_start", "percent_of_price", "round_to", "at_least"))
    forms = [key for key in ("fixed", "table", "percent_of_start", "percent_of_price") if form.has(key)]
    if len(forms) != 1:
        raise Malformed(where, "must have exactly one of fixed, table, percent_of_start, percent_of_price")
    if forms != ["percent_of_price"] and (form.has("round_to") or form.has("at_least")):
        raise Malformed(where, "may have round_to and at_least only beside percent_of_price")
    step = _read_form(form, forms[0], start_fen)
    if step.at(lowest_fen) == 0:
        raise Malformed(form.path(forms[0]), "comes out as a step of 0")
    return step


def _read_form(form: Fields, key: str, start_fen: int) -> Step:
    if key == "fixed":
        return FixedStep(form.read(key, positive_money))
    if key == "table":
        return form.read(key, _table)
    share = form.read(key, percent)
    if key == "percent_of_start":
        return PercentOfStart(share, share_of(start_fen, share))
    return PercentOfPrice(share, form.read("round_to", positive_money, 1), form.read("at_least", money, 1))


def _table(value: Any, where: str) -> TableStep:
    if not isinstance(value, list) or not value:
        raise Malformed(where, "must be a list of bands [lower bound, step]")
    bands = []
    for index, band in enumerate(value):
        if not isinstance(band, list) or len(band) != 2:
            raise Malformed(f"{where}[{index}]", "must be [lower bound, step]")
        bands.append((money(band[0], f"{where}[{index}][0]"), positive_money(band[1], f"{where}[{index}][1]")))
    bounds, steps = zip(*bands, strict=True)
    for index in range(1, len(bounds)):
        if bounds[index] <= bounds[index - 1]:
            raise Malformed(f"{where}[{index}][0]", "must be over the bound before it")
    return TableStep(bounds, steps)
