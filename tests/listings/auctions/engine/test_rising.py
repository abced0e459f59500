"""Rising bids, limits, reserve and matches, where the shared cases leave a corner dark."""

import pytest

from tests.listings.auctions.engine.halls import played

LIMITS = {"proxy": {"allowed": True}}
EQUAL_PRICE = {"mode": "equal_price", "ranks": {"Holder": 2, "Farmer": 1}}


def test_a_first_limit_under_the_reserve_is_lifted_and_shown_once():
    end = played("10:00 Farmer max 300", reserve="250", **LIMITS)
    assert end["public_bids"] == [["Farmer", "250"]]
    assert end["prices"] == ["250"]
    assert end["outcome"] == "sold"


def test_a_raised_limit_that_is_lifted_is_shown_and_extends():
    end = played(
        "10:00 Farmer max 150",
        "11:58 Farmer max 240",
        reserve="250",
        extension={"mode": "from_bid"},
        **LIMITS,
    )
    assert end["public_bids"] == [["Farmer", "150"], ["Farmer", "240"]]
    assert end["ends_at"] == "2026-03-02T12:03:00+08:00"
    assert end["extensions"] == 1
    assert end["outcome"] == "reserve_not_met"
    assert (end["price"], end["leader"], end["winner"]) == ("240", "Farmer", None)


def test_a_raised_limit_that_moves_nothing_is_not_shown_and_does_not_extend():
    end = played("10:00 Farmer max 150", "11:58 Farmer max 240", extension={"mode": "from_bid"}, **LIMITS)
    assert end["accepted"] == [True, True]
    assert end["public_bids"] == [["Farmer", "100"]]
    assert end["extensions"] == 0


def test_a_beaten_challenger_lifts_the_leader_to_the_reserve():
    end = played("10:00 Farmer max 400", "10:01 Company bid 260", reserve="250", **LIMITS)
    assert end["public_bids"] == [["Farmer", "250"], ["Company", "260"], ["Farmer", "270"]]


def test_a_hand_bid_has_nothing_to_be_lifted_with():
    end = played("10:00 Farmer bid 100", "10:01 Company bid 200", reserve="250")
    assert end["prices"] == ["100", "200"]
    assert end["outcome"] == "reserve_not_met"


def test_the_leader_must_raise_his_own_limit():
    end = played(
        "10:00 Farmer max 300",
        "10:01 Farmer max 300",
        "10:02 Farmer max 520",
        "10:03 Farmer max 305",
        "10:04 Farmer max 500",
        ceiling="500",
        whole_steps=True,
        **LIMITS,
    )
    assert end["reasons"] == [None, "limit_not_higher", "above_ceiling", "not_multiple", None]
    assert end["prices"] == ["100"] * 5


def test_a_limit_is_not_bound_by_the_largest_raise():
    end = played("10:00 Farmer max 900", "10:01 Company bid 160", "10:02 Company bid 120", max_raise_steps=2, **LIMITS)
    assert end["reasons"] == [None, "raise_too_large", None]


def test_the_ceiling_comes_before_the_largest_raise():
    end = played("10:00 Farmer bid 900", "10:01 Farmer bid 800", max_raise_steps=2, ceiling="850")
    assert end["reasons"] == ["above_ceiling", "raise_too_large"]


def test_the_step_of_a_table_is_taken_at_the_beaten_amount():
    table = {"table": [["100", "10"], ["500", "100"]]}
    end = played("10:00 Farmer max 600", "10:01 Company max 900", step=table, **LIMITS)
    assert end["prices"] == ["100", "700"]
    assert end["next_min"] == "800"


def test_below_the_first_bound_the_first_band_holds():
    end = played("10:00 Farmer bid 100", step={"table": [["1000", "7"], ["2000", "9"]]})
    assert end["next_min"] == "107"


def test_a_share_of_the_start_is_rounded_half_up_to_the_fen():
    assert played("10:00 Farmer bid 0.50", start="0.50", step={"percent_of_start": "1"})["next_min"] == "0.51"
    assert played("10:00 Farmer bid 1.49", start="1.49", step={"percent_of_start": "1"})["next_min"] == "1.50"


def test_a_share_of_the_price_is_rounded_down_to_its_multiple():
    step = {"percent_of_price": "2.5", "round_to": "5", "at_least": "1"}
    assert played("10:00 Farmer bid 799", step=step)["next_min"] == "814"
    assert played("10:00 Farmer bid 100", step=step)["next_min"] == "101"


def test_a_first_limit_starts_one_step_over_where_the_start_may_not_be_bid():
    end = played("10:00 Farmer max 109", "10:01 Farmer max 300", first_bid_at_start=False, **LIMITS)
    assert end["reasons"] == ["too_low", None]
    assert end["price"] == "110"


def test_buy_now_needs_no_step_and_neither_lifts_nor_extends():
    end = played(
        "11:59 Farmer bid 7777.77",
        buy_now="500",
        reserve="600",
        ceiling="400",
        whole_steps=True,
        max_raise_steps=1,
        extension={"mode": "from_bid"},
    )
    assert end["public_bids"] == [["Farmer", "500"]]
    assert (end["ends_at"], end["extensions"]) == ("2026-03-02T11:59:00+08:00", 0)
    assert (end["outcome"], end["price"], end["winner"]) == ("reserve_not_met", "500", None)


def test_the_leader_who_may_not_raise_cannot_buy_now_either():
    end = played("10:00 Farmer bid 100", "10:01 Farmer bid 500", buy_now="500")
    assert end["reasons"] == [None, "already_leading"]


def test_a_match_is_answered_by_the_leaders_unused_limit():
    end = played(
        "10:00 Farmer max 115",
        "10:01 Holder match",
        "10:02 Holder match",
        "10:03 Holder match",
        priority={"mode": "equal_price", "ranks": {"Holder": 1}},
        **LIMITS,
    )
    assert end["public_bids"] == [
        ["Farmer", "100"],
        ["Holder", "100"],
        ["Farmer", "110"],
        ["Holder", "110"],
        ["Farmer", "115"],
        ["Holder", "115"],
    ]
    assert (end["price"], end["leader"]) == ("115", "Holder")


def test_a_holder_who_leads_by_an_ordinary_bid_yields_only_to_a_better_rank():
    end = played("10:00 Holder bid 100", "10:01 Farmer match", "10:02 Holder match", priority=EQUAL_PRICE)
    assert end["reasons"] == [None, None, "not_priority"]
    assert end["leader"] == "Farmer"


@pytest.mark.parametrize("mode", ["none", "ask_after_close"])
def test_nobody_matches_where_the_rules_do_not_say_so(mode: str):
    end = played("10:00 Farmer bid 100", "10:01 Holder match", priority={"mode": mode, "ranks": {"Holder": 1}})
    assert end["reasons"] == [None, "not_priority"]


def test_an_equal_hand_bid_is_taken_where_an_equal_limit_is_refused():
    end = played(
        "10:00 Farmer max 300",
        "10:01 Company max 300",
        "10:02 Company bid 300",
        proxy={"allowed": True, "tie": "refuse_equal"},
    )
    assert end["reasons"] == [None, "limit_not_higher", None]
    assert (end["price"], end["leader"]) == ("300", "Farmer")
