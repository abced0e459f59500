"""Opening, end, extension, night, pauses and the falling clock."""

import pytest

from listings.auctions.engine.falling import price_on_clock
from listings.auctions.engine.reading import SECOND
from listings.auctions.engine.record import record_from_json
from listings.auctions.engine.replay import replay
from listings.auctions.engine.state import initial_state
from tests.listings.auctions.engine.halls import arrivals, clock, hall, played

FROM_BID = {"mode": "from_bid"}
NIGHT = {"no_close_after": "12:10", "resume_at": "09:00"}
FALLING = {"format": "descending", "descending": {"step_percent_of_start": "10", "interval_s": 60, "floor": "45"}}


def test_the_end_itself_is_closed():
    end = played("11:59:59.999999 Farmer bid 100", "12:00 Company bid 200")
    assert end["reasons"] == [None, "closed"]


def test_one_microsecond_outside_the_window_does_not_extend():
    assert played("11:54:59.999999 Farmer bid 100", extension=FROM_BID)["extensions"] == 0
    assert played("11:55 Farmer bid 100", extension=FROM_BID)["extensions"] == 1


@pytest.mark.parametrize(
    ("mode", "end"), [("from_bid", "12:03:00"), ("from_end", "12:05:00"), ("quiet_period", "12:03:00")]
)
def test_the_three_ways_to_extend(mode: str, end: str):
    assert played("11:58 Farmer bid 100", extension={"mode": mode})["ends_at"] == clock(end)


def test_a_quiet_period_looks_at_its_length_not_at_the_window():
    extension = {"mode": "quiet_period", "window_s": 1, "length_s": 3600}
    end = played("10:59:59 Farmer bid 100", "11:00 Company bid 110", extension=extension)
    assert (end["extensions"], end["ends_at"]) == (1, clock("12:00:00"))


def test_the_total_counts_from_the_original_end():
    extension = {"mode": "from_end", "max_total_s": 400}
    end = played("11:58 Farmer bid 100", "12:03 Company bid 110", "12:06 Farmer bid 120", extension=extension)
    assert (end["extensions"], end["ends_at"]) == (2, clock("12:06:40"))


def test_an_end_in_the_night_moves_to_the_morning_and_bids_are_taken_meanwhile():
    end = played(
        "11:59 Farmer bid 100",
        "12:03 Company bid 110",
        "12:06 Farmer bid 120",
        "23:00 Company bid 130",
        extension=FROM_BID | {"night": NIGHT},
    )
    assert end["accepted"] == [True] * 4
    assert (end["extensions"], end["ends_at"]) == (3, "2026-03-03T09:00:00+08:00")


def test_exactly_the_last_minute_of_the_day_is_still_allowed():
    lines = ("11:59 Farmer bid 100", "12:03 Company bid 110", "12:05 Farmer bid 120")
    end = played(*lines, extension=FROM_BID | {"night": NIGHT})
    assert end["ends_at"] == clock("12:10:00")


def test_before_the_morning_moves_to_the_same_morning():
    end = played(
        "02:00 Farmer bid 100",
        opens_at=clock("01:00:00"),
        ends_at=clock("02:01:00"),
        extension=FROM_BID | {"night": NIGHT},
    )
    assert end["ends_at"] == clock("09:00:00")


def test_the_night_goes_by_the_offset_of_the_end():
    end = played(
        "11:59 Farmer bid 100",
        ends_at="2026-03-02T04:00:00Z",
        extension=FROM_BID | {"night": {"no_close_after": "04:00", "resume_at": "03:00"}},
    )
    assert end["ends_at"] == "2026-03-03T03:00:00+00:00"


def test_the_caps_cut_even_the_morning():
    night = {"no_close_after": "12:00", "resume_at": "09:00"}
    end = played("11:59 Farmer bid 100", extension=FROM_BID | {"night": night, "max_total_s": 3600})
    assert end["ends_at"] == clock("13:00:00")


def test_the_night_is_looked_at_even_if_the_end_would_stay():
    end = played(
        "11:59 Farmer bid 100",
        extension={"mode": "from_bid", "length_s": 1, "night": {"no_close_after": "11:30", "resume_at": "09:00"}},
    )
    assert (end["extensions"], end["ends_at"]) == (1, "2026-03-03T09:00:00+08:00")


def test_a_pause_that_does_not_count_changes_nothing():
    quiet = played("10:30 Farmer bid 100")
    for lines in (
        ("08:59 pause", "10:30 Farmer bid 100"),
        ("09:30 resume", "10:30 Farmer bid 100"),
        ("10:30 Farmer bid 100", "12:00 pause"),
        ("10:30 Farmer bid 100", "12:00 pause", "13:00 resume"),
    ):
        assert played(*lines) == quiet


def test_a_second_pause_does_not_begin_anew():
    end = played("10:00 pause", "10:10 pause", "10:30 resume")
    assert end["ends_at"] == clock("12:30:00")


def test_a_paused_hall_does_not_end():
    end = played("11:00 pause", "13:00 Farmer bid 100")
    assert (end["reasons"], end["outcome"]) == (["paused"], "open")
    end = played("11:00 pause", "13:00 Farmer bid 100", "13:00 resume", "13:59:59 Farmer bid 100")
    assert (end["reasons"], end["outcome"], end["ends_at"]) == (["paused", None], "sold", clock("14:00:00"))


def test_a_pause_after_a_buy_now_does_not_count():
    end = played("10:00 Farmer bid 500", "10:01 pause", buy_now="500")
    assert end["outcome"] == "sold"


def test_the_hall_is_open_at_a_last_check_before_its_end_only():
    assert played("10:00 Farmer bid 100", "11:59:59 close_check")["outcome"] == "open"
    assert played("10:00 Farmer bid 100", "12:00 close_check")["outcome"] == "sold"
    assert played("10:00 close_check", "10:01 Farmer bid 100")["outcome"] == "sold"
    assert played("08:00 close_check")["outcome"] == "open"


def test_the_clock_falls_at_the_very_second_and_never_under_its_floor():
    record = record_from_json(hall(**FALLING))
    state, opens = initial_state(record.rules), record.rules.opens_at
    shown = [price_on_clock(state, record.rules, opens + second * SECOND) for second in (0, 59, 60, 300, 360, 9999)]
    assert shown == [10000, 10000, 9000, 5000, 4500, 4500]


def test_the_clock_stands_while_the_hall_is_paused():
    record = record_from_json(hall("09:01:30 pause", **FALLING))
    state, _ = replay(record.rules, record.events)
    assert price_on_clock(state, record.rules, record.rules.opens_at + 3600 * SECOND) == 9000


def test_the_clock_has_stood_still_for_all_pauses_together():
    lines = ("09:00:30 pause", "09:10:30 resume", "09:10:40 pause", "09:30:40 resume")
    end = played(*lines, "09:30:59 Farmer take 90", "09:31 Farmer take 90", **FALLING)
    assert end["reasons"] == ["no_current_price", None]


def test_the_drop_is_rounded_once_and_then_multiplied():
    falling = {"format": "descending", "start": "0.45", "descending": {"step_percent_of_start": "10", "interval_s": 1}}
    end = played("09:00:02 Farmer take 0.35", **falling)
    assert end["reasons"] == [None]
    assert (end["next_min"], end["public_bids"]) == (None, [["Farmer", "0.35"]])


def test_a_take_under_the_reserve_ends_the_hall_without_a_sale():
    end = played("09:03 Farmer take 70", "09:04 Company take 60", reserve="80", **FALLING)
    assert end["reasons"] == [None, "closed"]
    assert (end["outcome"], end["price"], end["leader"], end["winner"]) == ("reserve_not_met", "70", "Farmer", None)


def test_a_bid_of_the_same_instant_counts_in_the_order_of_the_list():
    lines = arrivals("10:00 Farmer bid 100", "10:00 Company bid 100")
    assert [event["at"] for event in lines] == [clock("10:00:00")] * 2
    end = played("10:00 Farmer bid 100", "10:00 Company bid 100")
    assert (end["reasons"], end["leader"]) == ([None, "too_low"], "Farmer")
