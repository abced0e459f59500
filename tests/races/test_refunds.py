"""A refund and the bank's refusal of another payment from one account: one order of locks; controls without it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction

from exchange import clock
from exchange.ledger.models import BankOrder
from exchange.ledger.selectors.trial import differences
from exchange.ledger.services.accounts import transit_account
from exchange.ledger.services.orders import settle_order
from listings.auctions.models import Deposit, Registration
from listings.auctions.services import deposits
from tests.factories import make_cast
from tests.listings.auctions.hall import admit, make_auction, pay
from tests.races.together import at_once

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def paid_twice() -> Iterator[Callable[..., SimpleNamespace]]:
    """Farmer and Stranger have lost; Stranger's second payment is on its way back. Keys are in order of opening."""

    def make(*, transit_first: bool) -> SimpleNamespace:
        clock.set_clock_offset(-timedelta(minutes=5))
        if transit_first:
            transit_account()
        cast = make_cast()
        auction = make_auction(cast)
        farmer, stranger = admit(auction, cast.farmer, cast.stranger)
        pay(stranger)
        clock.set_clock_offset(timedelta())
        Registration.objects.update(state=Registration.State.LOST)
        return SimpleNamespace(auction=auction, farmer=farmer, stranger=stranger, order=BankOrder.objects.get())

    yield make
    clock.set_clock_offset(timedelta())


@pytest.fixture
def half_way(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], threading.Event]:
    """Return `half_way(step)`: let the other thread go when this ledger step of a refund is done, and dawdle."""

    def after(step: str) -> threading.Event:
        done, act = threading.Event(), getattr(deposits, step)

        def slowly(**terms: Any) -> Any:
            made = act(**terms)
            if not done.is_set():
                done.set()
                time.sleep(0.5)
            return made

        monkeypatch.setattr(deposits, step, slowly)
        return done

    return after


@pytest.fixture
def step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: each step of the ledger locks for itself."""
    monkeypatch.setattr(deposits, "lock_accounts", lambda **which: [])


def refused_by_the_bank(made: SimpleNamespace, when: threading.Event) -> Callable[[], Any]:
    def act() -> None:
        assert when.wait(10)
        settle_order(reference=made.order.reference, paid=False, reason="no such account")

    return act


def one_back(made: SimpleNamespace) -> Callable[[], Any]:
    @transaction.atomic
    def act() -> None:
        deposits.send_back(Deposit.objects.lock(registration=made.stranger), None)

    return act


def all_back(made: SimpleNamespace) -> Callable[[], Any]:
    return lambda: deposits.refund_losers(auction_id=str(made.auction.pk))


def refunds(outcome: list[str], count: int) -> tuple[list[str], int, list[str]]:
    return outcome, Deposit.objects.filter(state=Deposit.State.REFUNDING).count() - count, list(differences())


def test_a_refund_and_a_refusal_take_their_accounts_in_one_order(paid_twice: Any, half_way: Any) -> None:
    made, done = paid_twice(transit_first=True), half_way("release")
    outcome = at_once(one_back(made), refused_by_the_bank(made, done))
    assert refunds(outcome, 1) == (["done", "done"], 0, [])


@pytest.mark.usefixtures("step_by_step")
def test_control_a_refund_that_locks_step_by_step_meets_a_refusal_coming_the_other_way(
    paid_twice: Any, half_way: Any
) -> None:
    made, done = paid_twice(transit_first=True), half_way("release")
    assert at_once(one_back(made), refused_by_the_bank(made, done)) == ["busy", "done"]


def test_many_refunds_and_a_refusal_take_their_accounts_in_one_order(paid_twice: Any, half_way: Any) -> None:
    made, done = paid_twice(transit_first=False), half_way("order_payment")
    outcome = at_once(all_back(made), refused_by_the_bank(made, done))
    assert refunds(outcome, 2) == (["done", "done"], 0, [])


@pytest.mark.usefixtures("step_by_step")
def test_control_many_refunds_that_lock_one_by_one_meet_a_refusal_coming_the_other_way(
    paid_twice: Any, half_way: Any
) -> None:
    made, done = paid_twice(transit_first=False), half_way("order_payment")
    assert at_once(all_back(made), refused_by_the_bank(made, done)) == ["busy", "done"]
