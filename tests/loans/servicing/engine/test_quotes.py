"""Worked examples of quotes, small enough for a pencil, where the public cases are silent."""

import ast
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from loans.servicing.engine.amounts import whole
from loans.servicing.engine.dates import due_dates
from loans.servicing.engine.events import Payoff, Prepay, RateChange
from loans.servicing.engine.quote import quote
from loans.servicing.engine.shapes import FormatError
from loans.servicing.engine.terms import Terms, terms_from_json

ENGINE = Path(__file__).parents[4] / "loans" / "servicing" / "engine"


def terms(**changes):
    """360 yuan a month's interest per 120,000 at 3.6 %; the first period, 15 April to 15 May, has 30 days."""
    given = {
        "principal": "36000",
        "annual_rate_percent": "3.6",
        "periods": 6,
        "disbursed_on": "2026-04-15",
    }
    return terms_from_json({**given, **changes})


def prepay(month, day, yuan, mode="shorten"):
    return Prepay(on=date(2026, month, day), amount_fen=yuan * 100, mode=mode)


def rate(month, day, percent):
    return RateChange(on=date(2026, month, day), annual_rate_percent=Fraction(percent))


def payoff(month, day, interest_to="pay_date"):
    return Payoff(on=date(2026, month, day), interest_to=interest_to)


def yuan(rows, column):
    """A column of a schedule in yuan."""
    return [getattr(row, column + "_fen") / 100 for row in rows]


def test_a_million_over_thirty_years_is_exact_to_the_cent():
    quoted = quote(terms(principal="1000000", annual_rate_percent="3.10", periods=360))
    assert quoted.instalment_fen == 427_016
    assert quoted.last_instalment_fen == 427_259
    assert quoted.total_interest_fen == 53_726_003
    assert quoted.total_interest_unrounded_fen == 53_725_904
    assert quoted.instalment_after_fen is quoted.principal_part_fen is None


@pytest.mark.parametrize(("rounding", "interest_fen"), [("half_up", 1563), ("half_even", 1562)])
def test_an_exact_half_cent_goes_by_the_rounding_of_the_loan(rounding, interest_fen):
    quoted = quote(terms(principal="1250", annual_rate_percent="15", rounding=rounding))
    assert quoted.rows[0].interest_fen == interest_fen


def test_a_tie_is_decided_on_the_whole_fraction():
    almost = 10**60
    assert whole(5 * almost - 1, 10 * almost) == 0
    assert whole(5 * almost, 10 * almost) == 1
    assert [whole(n, 2, "half_even") for n in (1, 3, 5)] == [0, 2, 2]
    assert [whole(n, 10, "up") for n in (0, 1, 10, 11)] == [0, 1, 1, 2]


def test_a_prepayment_inside_a_period_counts_from_the_following_day():
    quoted = quote(terms(method="interest_only"), [prepay(4, 25, 12_000)])
    assert yuan(quoted.rows[:2], "interest") == [36 + 48, 72]  # 10 days on 36,000, 20 days on 24,000
    assert yuan(quoted.rows[:2], "prepaid") == [12_000, 0]
    assert yuan(quoted.rows, "balance") == [24_000] * 5 + [0]


def test_a_new_rate_counts_from_its_own_day():
    quoted = quote(terms(method="interest_only"), [rate(4, 26, "7.2")])
    assert yuan(quoted.rows[:2], "interest") == [36 + 144, 216]


def test_a_new_rate_on_a_due_date_counts_for_that_last_day_and_the_instalment_follows_later():
    quoted = quote(terms(), [rate(5, 15, "7.2")])
    before, after = quote(terms()), quote(terms(annual_rate_percent="7.2"))
    assert quoted.rows[0].interest_fen == 10_440 + 720  # 29 days at 3.6 %, one at 7.2 %
    assert quoted.rows[0].total_fen == before.instalment_fen
    assert quoted.rows[1].total_fen == quoted.instalment_after_fen
    assert before.instalment_fen < quoted.instalment_after_fen < after.instalment_fen


def test_a_working_out_does_not_know_the_rate_of_the_day_its_period_ends():
    early, late = rate(4, 26, "7.2"), rate(5, 15, "36")
    alone, both = quote(terms(), [early]), quote(terms(), [early, late])
    assert both.rows[0].total_fen == alone.rows[0].total_fen == alone.instalment_after_fen
    assert both.rows[0].interest_fen > alone.rows[0].interest_fen
    assert both.instalment_after_fen == both.rows[1].total_fen > alone.instalment_after_fen


def test_events_of_one_period_are_worked_out_together():
    events = [prepay(5, 20, 6_000, "reduce"), prepay(6, 1, 6_000, "shorten")]
    quoted = quote(terms(annual_rate_percent="0"), events)
    assert yuan(quoted.rows, "principal") == [6_000, 3_600, 3_600, 3_600, 3_600, 3_600]
    assert quoted.instalment_after_fen == 360_000


def test_after_a_shorten_a_later_working_out_spreads_over_the_whole_term_again():
    shortened = [prepay(5, 15, 12_000)]
    zero = terms(annual_rate_percent="0")
    assert len(quote(zero, shortened).rows) == 4
    spread = quote(zero, [*shortened, rate(6, 15, "0")])
    assert yuan(spread.rows, "principal") == [6_000, 6_000, 3_000, 3_000, 3_000, 3_000]


def test_a_tranche_changes_the_instalment_worked_out_from_the_drawn_amount():
    drawn = terms(
        principal="10000", annual_rate_percent="0", periods=4, tranches=[{"on": "2026-06-15", "amount": "4000"}]
    )
    quoted = quote(drawn)
    assert yuan(quoted.rows, "principal") == [1500, 1500, 3500, 3500]
    assert yuan(quoted.rows, "balance") == [4500, 7000, 3500, 0]
    assert (quoted.instalment_fen, quoted.instalment_after_fen) == (150_000, 350_000)


def test_rows_are_zero_while_nothing_is_owed_and_a_tranche_is_still_to_come():
    quoted = quote(
        terms(
            principal="1000",
            method="equal_principal",
            periods=5,
            tranches=[{"on": "2026-07-15", "amount": "900"}],
            tranche_instalment="full_amount",
        )
    )
    assert yuan(quoted.rows, "total")[:3] == [100.3, 0, 0]
    assert yuan(quoted.rows, "balance") == [0, 0, 900, 700, 0]
    assert yuan(quoted.rows, "principal")[3:] == [200, 700]


def test_the_row_that_ends_a_loan_collects_the_interest_that_was_waiting():
    grace = {"method": "equal_principal", "interest_grace_periods": 3}
    everything = quote(terms(**grace), [prepay(6, 15, 24_000)])
    assert yuan(everything.rows, "interest") == [0, 198]  # 108 and 90 of two months
    assert yuan(everything.rows, "prepaid") == [0, 24_000]
    inside = quote(terms(**grace), [payoff(6, 15)])
    assert yuan(inside.rows, "total") == [6_000, 30_198]


def test_waiting_interest_is_rounded_once_when_it_is_collected():
    grace = terms(principal="333.50", method="interest_only", interest_grace_periods=2)
    assert [row.interest_fen for row in quote(grace).rows] == [0, 0, 300, 100, 100, 100]  # 3 x 1.0005


def test_the_instalment_keeps_the_term_where_a_row_collects_more_interest_than_it():
    quoted = quote(
        terms(
            principal="1000000",
            annual_rate_percent="12",
            periods=60,
            principal_grace_periods=12,
            interest_grace_periods=12,
        )
    )
    assert len(quoted.rows) == 60
    assert (quoted.rows[12].interest_fen, quoted.rows[12].principal_fen) == (13_000_000, 0)
    assert {row.total_fen for row in quoted.rows[13:-1]} == {quoted.instalment_fen}
    assert abs(quoted.last_instalment_fen - quoted.instalment_fen) < 100


def test_an_instalment_anew_after_nearly_all_is_prepaid_keeps_the_term():
    quoted = quote(terms(), [prepay(5, 14, 35_950, "reduce")])
    assert len(quoted.rows) == 6
    assert quoted.rows[0].principal_fen == 0
    assert quoted.instalment_after_fen == 1009  # 50.00 over five rows at 0.3 %


def test_everything_prepaid_inside_a_period_leaves_its_interest_to_the_row():
    quoted = quote(terms(), [prepay(4, 25, 36_000, "reduce")])
    assert [(row.principal_fen, row.interest_fen, row.prepaid_fen) for row in quoted.rows] == [(0, 3600, 3_600_000)]


def test_everything_prepaid_on_a_due_date_ends_the_loan_without_a_working_out():
    first = quote(terms()).rows[0]
    rest = Prepay(on=first.due, amount_fen=first.balance_fen, mode="reduce")
    quoted = quote(terms(), [rest])
    assert len(quoted.rows) == 1
    assert quoted.rows[0].prepaid_fen == first.balance_fen
    assert quoted.instalment_after_fen is None


@pytest.mark.parametrize(
    ("changes", "event", "interest"),
    [
        ({"method": "interest_only"}, payoff(4, 25), 36),
        ({"method": "interest_only"}, payoff(4, 25, "period_end"), 108),
        ({"method": "interest_only"}, payoff(5, 15), 108),
        ({"method": "flat"}, payoff(4, 25), 36),
        ({"method": "bullet"}, payoff(5, 15, "period_end"), 648),
        ({"method": "bullet", "periods": 1}, payoff(4, 25), 36),
        ({"method": "interest_only", "day_count": "act/360"}, payoff(4, 26), 39.6),
    ],
)
def test_a_payoff_is_the_last_row_and_its_interest_runs_as_agreed(changes, event, interest):
    quoted = quote(terms(**changes), [event])
    assert [(row.n, row.due, row.balance_fen) for row in quoted.rows] == [(1, event.on, 0)]
    assert yuan(quoted.rows, "total") == [36_000 + interest]


def test_a_bullet_loan_splits_its_one_period_by_real_days():
    bullet = terms(method="bullet", principal="36500", periods=12)
    quoted = quote(bullet, [Prepay(on=date(2026, 4, 25), amount_fen=3_650_000 // 2, mode="reduce")])
    assert yuan(quoted.rows, "interest") == [36 + 639]  # 10 of 365 days on 36,500, 355 on half of it
    assert yuan(quoted.rows, "principal") == [18_250]


def test_a_flat_loan_bears_interest_on_the_original_principal():
    quoted = quote(
        terms(method="flat", tranches=[{"on": "2026-06-01", "amount": "18000"}], tranche_instalment="full_amount")
    )
    assert yuan(quoted.rows, "interest") == [108] * 6
    assert quoted.principal_part_fen == 600_000
    assert quoted.instalment_fen is None


def test_equal_principal_is_worked_out_anew_over_the_rows_left():
    quoted = quote(terms(method="equal_principal", annual_rate_percent="0"), [prepay(6, 1, 15_000, "reduce")])
    assert yuan(quoted.rows, "principal") == [6_000, 3_000, 3_000, 3_000, 3_000, 3_000]
    assert (quoted.principal_part_fen, quoted.instalment_after_fen) == (600_000, 300_000)


def test_equal_periods_share_the_month_of_thirty_days_by_real_days():
    long = terms(disbursed_on="2026-05-15", day_count="act/365", periods=2, annual_rate_percent="36.5")
    quoted = quote(long, [Prepay(on=date(2026, 5, 25), amount_fen=1_800_000, mode="reduce")])
    # 3 % a month; 10 of 31 days on 36,000, 21 on 18,000; then two equal amounts that clear 18,000
    first = Fraction(36_000 * 10 + 18_000 * 21, 31) * Fraction(3, 100)
    amount = (18_000 + first) * Fraction(103, 100) / Fraction(203, 100)
    assert quoted.instalment_after_fen == whole(amount.numerator * 100, amount.denominator)
    assert quoted.rows[0].interest_fen == 36_000 * 10 // 10 + 18_000 * 21 // 10  # 0.1 % a day, really


def test_a_single_period_and_a_rate_of_zero_are_ordinary():
    single = quote(terms(periods=1))
    assert [(row.principal_fen, row.interest_fen) for row in single.rows] == [(3_600_000, 10_800)]
    assert single.instalment_fen == single.last_instalment_fen == 3_610_800
    zero = quote(terms(annual_rate_percent="0", principal="100", periods=3))
    assert [row.total_fen for row in zero.rows] == [3333, 3333, 3334]
    assert zero.total_interest_unrounded_fen == 0


def test_an_instalment_rounded_up_may_end_a_loan_early_and_the_last_row_takes_the_rest():
    quoted = quote(
        terms(principal="100", annual_rate_percent="0", periods=30, instalment_multiple="1", instalment_rounding="up")
    )
    assert (len(quoted.rows), quoted.instalment_fen) == (25, 400)


def test_interest_only_and_bullet_have_no_instalment():
    for method in ("interest_only", "bullet"):
        quoted = quote(terms(method=method), [rate(5, 1, "4")])
        assert quoted.instalment_fen is quoted.instalment_after_fen is quoted.principal_part_fen is None
        assert quoted.total_interest_unrounded_fen is None


def dues(**changes):
    return [str(day) for day in due_dates(terms(annual_rate_percent="0", **changes))]


def test_due_dates_come_from_the_first_one_and_never_from_the_one_before():
    january = {"disbursed_on": "2024-01-31", "periods": 3}
    assert dues(**january) == ["2024-02-29", "2024-03-31", "2024-04-30"]
    assert dues(**january, month_end="roll") == ["2024-03-01", "2024-03-31", "2024-05-01"]
    assert dues(**january, interval="quarter") == ["2024-04-30", "2024-07-31", "2024-10-31"]
    assert dues(**january, interval="year") == ["2025-01-31", "2026-01-31", "2027-01-31"]
    assert dues(**january, due_day=20) == ["2024-02-20", "2024-03-20", "2024-04-20"]
    assert dues(**january, first_due_on="2024-02-29") == ["2024-02-29", "2024-03-29", "2024-04-29"]
    assert dues(**january, first_due_on="2024-02-05", due_day=31) == ["2024-02-05", "2024-03-31", "2024-04-30"]
    assert dues(**january, matures_on="2024-04-02") == ["2024-02-29", "2024-03-31", "2024-04-02"]
    assert dues(**january, method="bullet") == ["2024-04-30"]
    assert dues(disbursed_on="2024-11-30", due_day=31, month_end="roll", periods=1) == ["2024-12-31"]


def test_a_later_stage_may_build_terms_from_whole_fen():
    made = Terms(
        principal_fen=3_600_000,
        annual_rate_percent=Fraction(36, 10),
        periods=6,
        disbursed_on=date(2026, 4, 15),
    )
    assert made == terms()
    with pytest.raises(FormatError) as refused:
        Terms(principal_fen=1, annual_rate_percent=Fraction(1), periods=0, disbursed_on=date(2026, 4, 15))
    assert refused.value.field == "periods"
    with pytest.raises(FormatError, match="principal: "):
        Terms(principal_fen=0, annual_rate_percent=Fraction(1), periods=1, disbursed_on=date(2026, 4, 15))


def test_no_floating_point_number_stands_in_the_engine():
    looked_at = 0
    for path in ENGINE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            looked_at += 1
            assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), path
            assert not (isinstance(node, ast.Name) and node.id in ("float", "round", "math")), path
    assert looked_at > 3000
