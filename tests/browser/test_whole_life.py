"""One right lives its whole life in a browser: each step by the person whose step it is, in Chinese.

Village and the bidders hold telephones, the offices sit at desks. Issue 2, part 3.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from playwright.sync_api import Browser

from exchange.clock import legal_day, legal_now
from listings.auctions.models import Auction
from listings.catalogue.models import Announcement
from listings.deals.models import Deal
from loans.servicing.models import Loan
from tests.bank import SandboxBank
from tests.browser.people.banker import Banker
from tests.browser.people.bidder import ACCOUNTS, Bidder
from tests.browser.people.offices import Leader, Organiser, Reviewer
from tests.browser.people.parties import (
    applies,
    confirms_sheet,
    is_free,
    is_paid_out,
    pays_first,
    signs,
    verifies,
    writes_sheet,
)
from tests.browser.people.person import Person
from tests.browser.people.village import TITLE, Village
from tests.browser.stack import Stack, running
from tests.factories import Cast, make_cast
from tests.flows.past import bring_past
from tests.flows.story import CERTIFICATE, MORTGAGE
from tests.loans.cast import make_product

CITY, NANCHUAN, LIANGPING = "500000", "500119", "500155"
P = TypeVar("P", bound=Person)
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast(transactional_db: None, settings: Any) -> Cast:
    """The cast with passwords that the pages' own process can check."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    settings.DEMONSTRATION = True
    return make_cast()


@pytest.fixture
def stack(cast: Cast, sandbox_bank: SandboxBank, tmp_path: Path) -> Iterator[Stack]:
    """The running exchange of that cast."""
    yield from running(sandbox_bank, tmp_path)


class People:
    """Everybody's browsers; they are made when the person first acts, and looked through at the end."""

    def __init__(self, chromium: Browser, stack: Stack, cast: Cast) -> None:
        self.chromium, self.stack, self.cast = chromium, stack, cast
        self.known: list[Person] = []

    def __call__(self, kind: type[P], name: str, **more: Any) -> P:
        """Let somebody come and log in."""
        person = kind(self.chromium, self.stack.url, getattr(self.cast, name), **more)
        self.known.append(person)
        person.log_in()
        return person

    def stranger(self) -> Person:
        """Let somebody come who has no account here."""
        person = Person(self.chromium, self.stack.url, self.cast.stranger)
        self.known.append(person)
        return person

    def rest(self) -> None:
        """Let all put their browsers away."""
        for person in self.known:
            person.rest()

    def faults(self) -> list[str]:
        """Return what went wrong in anybody's browser."""
        missed = [f"{one.user.username} was not refused" for one in self.known for _time in range(one.refusals)]
        return missed + [fault for person in self.known for fault in person.faults]


@pytest.fixture
def people(chromium: Browser, stack: Stack, cast: Cast) -> Iterator[People]:
    """The cast, each with a browser."""
    made = People(chromium, stack, cast)
    yield made
    for person in made.known:
        person.leave()


def test_a_right_lives_its_whole_life(people: People, stack: Stack, cast: Cast) -> None:
    bring_past()
    make_product(cast, name="农村产权抵押贷")
    stack.tick()
    city = people(Leader, "city")
    before = {code: city.reads(code) for code in (NANCHUAN, LIANGPING)}
    village = people(Village, "village")
    files(village)
    organiser = reviewed(people, village)
    stack.tick()
    farmer, company = registered(people, stack, village.listing)
    auction = Auction.objects.get()
    bid_in_the_room(people, stack, auction, farmer, company)
    closed(people, stack, auction, farmer, company)
    dealt(people, stack, organiser, village, farmer)
    lent(people, stack, farmer)
    stack.tick()
    figures_moved(city, before)
    assert people.faults() == []
    assert stack.complaints() == []


def files(village: Village) -> None:
    village.enters_land()
    village.drafts()
    village.writes_basics()
    village.enters_vote()
    village.adds_papers()
    village.sets_price()
    village.submits()


def reviewed(people: People, village: Village) -> Organiser:
    reason = "用途写清楚：只屠宰，还是也加工？"
    town, district = people(Reviewer, "town"), people(Reviewer, "district")
    town.returns(TITLE, reason)
    village.mends(reason)
    town.approves(TITLE)
    district.approves(TITLE)
    organiser = people(Organiser, "organiser")
    organiser.announces(TITLE)
    return organiser


def registered(people: People, stack: Stack, listing: str) -> tuple[Bidder, Bidder]:
    """Both register and pay; Farmer's first money comes from his brother and goes back."""
    farmer, company = people(Bidder, "farmer"), people(Bidder, "company", java_script_enabled=False)
    stack.go_to(Announcement.objects.get().announced_at)  # a slow machine has used up some of the minute
    farmer.registers(listing, TITLE, farmer.user.full_name)
    company.registers(listing, TITLE, "南川肉食品有限公司")
    farmer.pays(payer="李二山")
    stack.tick()
    farmer.reads_of_other_money("李二山")
    farmer.pays()
    company.pays()
    farmer.open(farmer.registration)
    stack.tick()
    paddle = farmer.is_admitted()
    company.open(company.registration)
    company.sees("已有竞买资格", "您的竞买号")
    assert company.paddle != paddle
    farmer.number, company.number = paddle, company.paddle
    assert sorted(fen for _reference, fen in stack.bank.paid) == [6_000_00], "only the brother's money went back"
    return farmer, company


def bid_in_the_room(people: People, stack: Stack, auction: Auction, farmer: Bidder, company: Bidder) -> None:
    """Free bidding, and in the last seconds a bid that extends; Company uses no JavaScript."""
    people.rest()
    stack.go_to(auction.opens_at)
    farmer.enters_room(str(auction.listing_id))
    farmer.is_connected()
    company.enters_room(str(auction.listing_id))
    company.bids_by_form(30_000)
    farmer.sees_bid(company.number, 30_000)
    farmer.bids(31_000)
    company.enters_room(str(auction.listing_id))
    company.bids_too_low_by_form("31499.99", "31,500")
    company.bids_by_form(32_000)
    farmer.is_outbid(company.number, 32_000)
    farmer.bids(32_500)
    people.rest()
    stack.go_to(auction.ends_at - timedelta(seconds=55))
    company.enters_room(str(auction.listing_id))
    farmer.enters_room(str(auction.listing_id))
    farmer.is_connected()
    company.bids_by_form(34_500)
    farmer.is_outbid(company.number, 34_500)
    farmer.sees_extension(1)
    farmer.bids(35_000)


def closed(people: People, stack: Stack, auction: Auction, farmer: Bidder, company: Bidder) -> None:
    """The hall ends; everybody reads the result, the loser's money goes back."""
    people.rest()
    auction.refresh_from_db()
    stack.go_to(auction.ends_at)
    stack.tick()
    for bidder in (farmer, company):
        bidder.enters_room(str(auction.listing_id))
    farmer.has_won(35_000)
    company.has_lost()
    company.reads_refund()


def dealt(people: People, stack: Stack, organiser: Organiser, village: Village, farmer: Bidder) -> None:
    """Publicity, contract, signatures, first payment, hand-over, attestation, certificate."""
    people.rest()
    publicity_to = Deal.objects.get(origin="platform").publicity_to
    assert publicity_to is not None
    stack.go_to(publicity_to)
    stack.tick()
    organiser.draws_up(TITLE)
    signs(village, TITLE)
    signs(farmer, TITLE)
    stack.tick()
    pays_first(farmer, TITLE, ACCOUNTS["farmer"])
    stack.tick()
    writes_sheet(village, TITLE)
    confirms_sheet(farmer, TITLE)
    number, code = organiser.attests(TITLE)
    stranger = people.stranger()
    verifies(stranger, number, code)
    assert stranger.faults == []
    stranger.breaks_policy()
    organiser.certifies(TITLE, CERTIFICATE)


def lent(people: People, stack: Stack, farmer: Bidder) -> None:
    """Application, valuation, approval by a second banker, mortgage, payout, a repayment, release."""
    name = farmer.user.full_name
    applies(farmer, TITLE)
    officer, approver = people(Banker, "bank"), people(Banker, "bank2")
    officer.values(name, "35000")
    approver.approves(name)
    officer.registers(name, MORTGAGE)
    officer.pays_out(name)
    is_paid_out(farmer)
    people.rest()
    first = Loan.objects.get(origin="platform").schedule.order_by("n")[0]
    stack.go_to(legal_now() + (first.due_on - legal_day()))
    officer.books(name, "5891.46")
    officer.settles(name)
    is_free(farmer)


def figures_moved(city: Leader, before: dict[str, dict[str, str]]) -> None:
    """City sees that all has moved by this deal and this loan alone; Liangping's stand as they stood."""
    assert (before[LIANGPING]["累计成交额"], before[LIANGPING]["成交宗数"]) == ("1.80亿元", "143宗")
    assert before[LIANGPING]["贷款发放"] == "2.60亿元"
    assert city.reads(LIANGPING) == before[LIANGPING]
    after = city.reads(NANCHUAN)
    assert (before[NANCHUAN]["成交宗数"], before[NANCHUAN]["累计成交额"]) == ("0宗", "0元")
    assert (after["成交宗数"], after["累计成交额"], after["贷款发放"]) == ("1宗", "70万元", "20万元")
    assert after["成交面积"] == "4.2亩"
    city.opens_rows("成交宗数")
    city.sees(TITLE, "¥700,000")
    assert city.reads(CITY)["成交宗数"] == "144宗"
