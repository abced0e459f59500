"""Sealed offers, priority answers after the end, and the outcome."""

from listings.auctions.engine.offers import Offers, offers_from_json
from tests.listings.auctions.engine.halls import played

SECOND_PRICE = {"format": "sealed", "sealed": {"pricing": "second_price"}}
ASK = {"mode": "ask_after_close", "ranks": {"Holder": 1, "Company": 2}}


def test_a_single_sealed_offer_pays_the_start_price_but_never_less_than_the_reserve():
    assert played("10:00 Farmer seal 300", **SECOND_PRICE)["price"] == "100"
    assert played("10:00 Farmer seal 300", reserve="250", **SECOND_PRICE)["price"] == "250"


def test_a_sealed_offer_under_the_reserve_does_not_win_and_is_not_lifted():
    end = played("10:00 Farmer seal 300", "10:01 Company seal 200", reserve="400", **SECOND_PRICE)
    assert (end["outcome"], end["price"], end["leader"], end["winner"]) == ("reserve_not_met", "200", "Farmer", None)


def test_a_sealed_hall_shows_neither_prices_nor_bids():
    end = played("10:00 Farmer seal 300", "10:01 Company seal 200", format="sealed")
    assert (end["prices"], end["public_bids"], end["next_min"]) == ([None, None], [], None)


def test_a_paused_sealed_hall_stays_sealed():
    end = played("10:00 Farmer seal 300", "10:01 pause", format="sealed")
    assert (end["outcome"], end["price"], end["leader"]) == ("open", None, None)


def test_a_replaced_offer_may_be_lower_and_stands_alone():
    end = played(
        "10:00 Farmer seal 300",
        "10:01 Company seal 200",
        "10:02 Farmer seal 150",
        format="sealed",
        sealed={"may_replace": True},
    )
    assert (end["winner"], end["price"]) == ("Company", "200")


def test_offers_of_thousands_of_bidders_are_kept_apart_and_old_maps_stay():
    offers, before = Offers(), None
    for number in range(3000):
        offers = offers.put(f"Bidder {number}", 100 + number)
        before = offers if number == 999 else before
    assert before is not None
    assert len(list(before)) == 1000
    assert len(list(offers)) == 3000
    assert before.of("Bidder 1000") is None
    assert offers.of("Bidder 1000") == ("Bidder 1000", 1100, 1000)
    replaced = offers.put("Bidder 7", 9)
    assert len(list(replaced)) == 3000
    assert [offer.bidder for offer in replaced][-1] == "Bidder 7"
    assert offers_from_json(replaced.to_json()) == replaced


def test_a_holder_without_deposit_cannot_accept():
    end = played("10:00 Farmer bid 100", "12:00 Stranger accept", priority={**ASK, "ranks": {"Stranger": 1}})
    assert end["reasons"] == [None, "not_qualified"]
    assert end["winner"] == "Farmer"


def test_nothing_is_accepted_under_the_reserve():
    end = played("10:00 Farmer bid 100", "12:00 Holder accept", reserve="200", priority=ASK)
    assert end["reasons"] == [None, "no_current_price"]


def test_a_sealed_leader_has_nothing_to_accept():
    end = played("10:00 Holder seal 300", "12:00 Holder accept", "12:01 Company accept", format="sealed", priority=ASK)
    assert end["reasons"] == [None, "already_leading", None]
    assert (end["winner"], end["leader"], end["price"]) == ("Company", "Holder", "300")


def test_an_answer_may_follow_a_take_at_once():
    end = played("09:00 Farmer take 100", "09:00 Holder accept", format="descending", priority=ASK)
    assert (end["winner"], end["leader"]) == ("Holder", "Farmer")


def test_all_who_waive_leave_it_to_the_leader():
    end = played("10:00 Farmer bid 100", "12:00 Holder waive", "12:01 Company waive", priority=ASK)
    assert end["winner"] == "Farmer"


def test_no_answer_is_taken_in_a_paused_hall():
    end = played("10:00 Farmer bid 100", "11:00 pause", "13:00 Holder accept", priority=ASK)
    assert end["reasons"] == [None, "not_open"]


def test_too_few_bidders_comes_before_all_other_outcomes_and_still_tells_the_price():
    end = played("10:00 Farmer bid 100", min_bidders=4, reserve="900")
    assert (end["outcome"], end["price"], end["leader"], end["winner"]) == ("too_few_bidders", "100", "Farmer", None)
    assert played(min_bidders=4)["outcome"] == "too_few_bidders"
    assert played(min_bidders=3)["outcome"] == "no_bids"
