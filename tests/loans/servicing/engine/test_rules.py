"""The loan rules, as later stages call them, in whole fen."""

from fractions import Fraction

import pytest

from loans.servicing.engine.apr import apr_hundredths
from loans.servicing.engine.rules import (
    Collateral,
    allocate,
    capacity,
    classify,
    penalty_by_days,
    penalty_per_instalment,
    risk_fund,
    shortfall,
)

DUE = {"fee": 500, "penalty": 1250, "interest": 34_567, "principal": 80_000}
FLOORS = [(1, "special_mention"), (91, "substandard"), (271, "doubtful"), (361, "loss")]


def test_a_repayment_flows_down_the_order_as_far_as_it_goes():
    order = ["fee", "penalty", "interest", "principal"]
    assert allocate(1_000, DUE, order) == ({"fee": 500, "penalty": 500, "interest": 0, "principal": 0}, 0)
    assert allocate(200_000, DUE, order) == (DUE, 83_683)
    assert allocate(0, DUE, order) == (dict.fromkeys(DUE, 0), 0)
    assert list(allocate(1, DUE, order[::-1])[0]) == order[::-1]
    assert DUE["fee"] == 500


@pytest.mark.parametrize("order", [["fee"], ["fee", "fee", "interest", "principal"], [*DUE, "gift"]])
def test_an_order_that_does_not_fit_what_is_due_is_refused(order):
    with pytest.raises(ValueError, match="exactly once"):
        allocate(100, DUE, order)


@pytest.mark.parametrize(("amount_fen", "fee_fen"), [(-1, 5), (1, -5)])
def test_negative_amounts_are_refused(amount_fen, fee_fen):
    with pytest.raises(ValueError, match="not be negative"):
        allocate(amount_fen, {"fee": fee_fen}, ["fee"])


def test_what_stays_pledged_must_carry_the_debt():
    pledged = [
        Collateral("orchard", 200_000_000, Fraction(60)),
        Collateral("shop", 80_000_000, Fraction(50)),
        Collateral("pond", 50_000_000, Fraction(40)),
    ]
    assert capacity(pledged) == 180_000_000
    assert capacity(pledged, without=["shop"]) == 140_000_000
    assert capacity(pledged, without=["shop", "orchard"]) == 20_000_000
    assert shortfall(20_000_000, 135_000_000) == 115_000_000
    assert shortfall(140_000_000, 135_000_000) == 0
    assert capacity([]) == 0


def test_capacity_is_rounded_once():
    thirds = [Collateral(name, 50, Fraction(1)) for name in "abc"]
    assert capacity(thirds) == 2  # 1.5 fen, not three times one


def test_a_class_follows_the_days_and_forgives_technical_ones():
    days = [0, 1, 7, 8, 90, 91, 270, 271, 360, 361, 9999]
    plain = ["normal", *["special_mention"] * 4, *["substandard"] * 2, *["doubtful"] * 2, *["loss"] * 2]
    assert [classify(day, FLOORS) for day in days] == plain
    assert [classify(day, FLOORS, 7) for day in days[:4]] == ["normal"] * 3 + ["special_mention"]
    assert classify(5, []) == "normal"


def test_penalty_and_compound_interest_are_rounded_apart():
    found = penalty_by_days(
        overdue_principal_fen=10_050,
        overdue_interest_fen=10_050,
        contract_rate_percent=Fraction(36),
        penalty_factor=Fraction(1),
        days=5,
        days_of_year=360,
        compound_interest=True,
    )
    assert (found.penalty_fen, found.compound_fen, found.total_fen) == (50, 50, 100)  # 50.25 each


@pytest.mark.parametrize(("rounding", "fee_fen"), [("half_up", 3), ("half_even", 2)])
def test_a_fee_is_rounded_once_per_instalment(rounding, fee_fen):
    assert penalty_per_instalment(250, Fraction(1), 4, rounding) == (fee_fen, 4 * fee_fen)


@pytest.mark.parametrize(
    ("proceeds_fen", "costs_fen", "cap_fen", "loss", "fund", "lender"),
    [
        (0, 0, None, 101, 51, 50),
        (101, 0, None, 0, 0, 0),
        (500, 0, None, 0, 0, 0),
        (0, 9, None, 110, 55, 55),
        (0, 0, 0, 101, 0, 101),
        (0, 0, 60, 101, 51, 50),
    ],
)
def test_the_fund_bears_its_share_of_the_net_loss(proceeds_fen, costs_fen, cap_fen, loss, fund, lender):
    share = risk_fund(
        principal_fen=101,
        proceeds_fen=proceeds_fen,
        costs_fen=costs_fen,
        fund_percent=Fraction(50),
        fund_cap_fen=cap_fen,
    )
    assert (share.loss_fen, share.fund_fen, share.lender_fen) == (loss, fund, lender)


def apr(amount_fen, payments, whole=1, part=Fraction(0), per_year=Fraction(12)):
    return apr_hundredths(amount_fen, payments, first_whole=whole, first_part=part, unit_periods_per_year=per_year)


def test_the_yearly_cost_is_rounded_half_up_on_the_exact_rate():
    assert apr(100_000, [(100_500, 1)]) == 600  # 0.5 % a month
    assert apr(10_000_000, [(10_000_500, 1)], per_year=Fraction(1)) == 1  # exactly 0.005 %
    assert apr(10_000_000, [(10_000_499, 1)], per_year=Fraction(1)) == 0
    assert apr(10_000_000, [(10_001_499, 1)], per_year=Fraction(1)) == 1
    assert apr(100_000, [(50_000, 2)]) == 0
    assert apr(1_000, [(100_000_000, 1)], per_year=Fraction(1)) == 9_999_900 * 100


def test_the_yearly_cost_may_be_under_zero():
    assert apr(100_000, [(90_000, 1)], per_year=Fraction(1)) == -1000
    assert apr(100_000, [(10, 1)], per_year=Fraction(1)) == -9999
    with pytest.raises(ValueError, match="over -100 %"):
        apr(100_000, [(1, 1)], per_year=Fraction(1))


def test_a_broken_first_period_counts_simply():
    # 1,000 grows by half a month at 6 % simply, then by a month: 1000 x 1.0025 x 1.005 = 1007.5125
    assert apr(100_000_000, [(100_751_250, 1)], part=Fraction(1, 2)) == 600
    assert apr(100_000_000, [(100_250_000, 1)], whole=0, part=Fraction(1, 2)) == 600


@pytest.mark.parametrize(
    ("amount_fen", "payments", "whole"), [(100, [(100, 1)], 0), (0, [(1, 1)], 1), (5, [(0, 3)], 1)]
)
def test_payments_that_no_rate_fits_are_refused(amount_fen, payments, whole):
    with pytest.raises(ValueError, match="no yearly rate"):
        apr(amount_fen, payments, whole)
