"""Random rules for the random halls, and what the text of docs/record.md says of a step in them."""

from fractions import Fraction
from typing import Any

import hypothesis.strategies as st

from listings.auctions.engine.state import ADMITTED, Admission

SECOND = 1_000_000
START = 10_000
AFTER_THE_END = ("accept", "waive")
BIDDERS = ("Farmer", "Company", "Village", "Holder", "Elder")
RANKS = {"Holder": 1, "Elder": 2, "Village": 2}
CAST = dict.fromkeys(BIDDERS, ADMITTED) | {
    "Debtor": Admission(qualified=True),
    "Stranger": Admission(),
}

STEP_FORMS: list[dict[str, Any]] = [
    {"fixed": "5"},
    {"table": [["0", "5"], ["120", "10"], ["150", "1"]]},
    {"percent_of_start": "3.3"},
    {"percent_of_price": "7", "round_to": "0.50", "at_least": "1"},
]
EXTENSIONS = st.fixed_dictionaries(
    {"mode": st.sampled_from(["from_bid", "from_end", "quiet_period", "none"])},
    optional={
        "window_s": st.sampled_from([0, 30, 120]),
        "length_s": st.sampled_from([0, 20, 120]),
        "max_count": st.sampled_from([0, 1, 3]),
        "max_total_s": st.sampled_from([0, 60, 300]),
        "hard_end": st.sampled_from(["2026-03-02T10:10:00+08:00", "2026-03-02T10:12:00+08:00"]),
        "night": st.just({"no_close_after": "10:11", "resume_at": "06:00"}),
    },
)
RISING = st.fixed_dictionaries(
    {
        "step": st.sampled_from(STEP_FORMS),
        "extension": EXTENSIONS,
        "proxy": st.sampled_from([{"allowed": True}, {"allowed": True, "tie": "refuse_equal"}, {}]),
        "priority": st.sampled_from(
            [{"mode": mode, "ranks": RANKS} for mode in ("equal_price", "ask_after_close", "none")]
        ),
    },
    optional={
        "whole_steps": st.just(True),
        "first_bid_at_start": st.booleans(),
        "max_raise_steps": st.sampled_from([2, 5]),
        "ceiling": st.sampled_from(["160", "900"]),
        "reserve": st.sampled_from(["90", "125", "180"]),
        "buy_now": st.sampled_from(["240", "900"]),
        "leader_may_raise": st.booleans(),
        "min_bidders": st.sampled_from([1, 9]),
    },
)
OTHERS = st.one_of(
    st.fixed_dictionaries(
        {
            "format": st.just("sealed"),
            "sealed": st.fixed_dictionaries(
                {"pricing": st.sampled_from(["first_price", "second_price"]), "may_replace": st.booleans()}
            ),
        },
        optional={"reserve": st.just("125"), "ceiling": st.just("150")},
    ),
    st.fixed_dictionaries(
        {
            "format": st.just("descending"),
            "descending": st.just({"step_percent_of_start": "3.33", "interval_s": 60, "floor": "70"}),
        },
        optional={"reserve": st.just("90")},
    ),
)
ANY_RULES = st.sampled_from([RISING] * 5 + [OTHERS]).flatmap(lambda rules: rules)
WAITS = st.sampled_from([0, 0, 1, SECOND, 3 * SECOND, 7 * SECOND, 30 * SECOND])
ANYBODY = st.sampled_from([*BIDDERS, *BIDDERS, "Debtor", "Stranger"])
ADMITTED_BIDDER = st.sampled_from(BIDDERS)


def fen(yuan: str | None) -> int | None:
    return None if yuan is None else int(Fraction(yuan) * 100)


def step_at(form: dict[str, Any], price: int) -> int:
    """The step in fen by the text alone, with exact fractions."""
    if "fixed" in form:
        return int(Fraction(form["fixed"]) * 100)
    if "table" in form:
        bands = [band for band in form["table"] if Fraction(band[0]) * 100 <= price]
        return int(Fraction((bands or form["table"])[-1][1]) * 100)
    if "percent_of_start" in form:
        return int(START * Fraction(form["percent_of_start"]) / 100 + Fraction(1, 2))
    multiple = Fraction(form["round_to"]) * 100
    share = price * Fraction(form["percent_of_price"]) / 100 // multiple * multiple
    return int(max(share, Fraction(form["at_least"]) * 100))
