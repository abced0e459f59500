"""Money that comes while a default is declared or rent is paid out: locks in one order, and what happens without."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection

from exchange import clock
from exchange.clock import legal_now
from exchange.errors import Refused
from exchange.ledger.models import BankLine
from exchange.ledger.selectors.trial import differences
from exchange.locking import Lockable
from listings.deals import selectors
from listings.deals.models import Deal, Payment, Payout
from listings.deals.services import defaulting, payments, payouts
from listings.registry.models import Collective
from tests.factories import Cast, make_cast
from tests.listings.auctions.hall import hear
from tests.listings.deals.life import (
    confirm,
    fresh,
    hand_over,
    make_deal,
    make_paid_deal,
    pay_in,
    second_organiser,
    sign,
)
from tests.races.test_deals import at_once, unlocked

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def people(transactional_db: None, settings: Any, tmp_path: Path) -> Iterator[Cast]:
    settings.MEDIA_ROOT = tmp_path
    clock.set_clock_offset(timedelta())
    yield make_cast()
    clock.set_clock_offset(timedelta())


def uncounted(deal: Deal, fen: int, monkeypatch: pytest.MonkeyPatch) -> BankLine:
    """Let the bank book money of the deal that no reaction has counted yet."""
    with monkeypatch.context() as quiet:
        quiet.setattr(payments, "take_payment", lambda **_: None)
        pay_in(deal, fen)
    return BankLine.objects.filter(sub_account=selectors.sub_account(deal)).latest("line_number")


def taking(line: BankLine) -> Callable[[], Any]:
    return lambda: payments.take_payment(line_id=str(line.pk), received_at=line.booked_at)


def told(act: Callable[[], Any]) -> Callable[[], str]:
    """Return what became of an act: "done", the code of a refusal, or the database's word."""

    def run() -> str:
        try:
            act()
        except Refused as refused:
            return refused.code
        except OperationalError as error:
            return str(error.__cause__.sqlstate)
        return "done"

    return run


def default_and_payment(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], Deal]:
    """Declare a default while the last missing payment is counted."""
    deal = sign(cast, confirm(make_deal(cast)))
    line = uncounted(deal, deal.instalments.get(n=1).open_fen, monkeypatch)
    Deal.objects.filter(pk=deal.pk).update(due_at=legal_now() - timedelta(days=400))
    defaulting.propose_default(deal_id=str(deal.pk), reason="未付款", by=cast.organiser)
    second = second_organiser(cast)

    def declare() -> Any:
        return defaulting.confirm_default(deal_id=str(deal.pk), proposal=1, by=second)

    outcome = at_once(monkeypatch, defaulting, "settled_deadline", told(declare), told(taking(line)))
    return outcome, fresh(deal)


def test_who_has_paid_is_not_declared_in_default_at_the_same_moment(
    people: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome, deal = default_and_payment(people, monkeypatch)
    assert (outcome, deal.state) == (["payment_under_way", "done"], Deal.State.PAID)
    assert list(differences()) == []


def test_control_without_the_lock_he_has_paid_and_is_in_default(people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    unlocked(monkeypatch)
    outcome, deal = default_and_payment(people, monkeypatch)
    assert (outcome, deal.state) == (["done", "done"], Deal.State.DEFAULTED)
    assert deal.instalments.get(n=1).paid_on is not None


def two_rented(cast: Cast) -> list[Deal]:
    """Two deals of one collective in use, by the order in which they are paid out; their rent waits for an account."""
    deals = [hand_over(cast, make_paid_deal(cast)) for _ in range(2)]
    hear()
    Collective.objects.filter(pk=cast.collective.pk).update(bank_account="6228480050011911")
    assert Payout.objects.count() == 0
    return sorted(deals, key=lambda deal: deal.pk)


def payout_and_payment(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Pay out the rent of two deals; after the first order money of the second deal is taken, deal locked first."""
    _first, second = two_rented(cast)
    line = uncounted(second, 1_000_000, monkeypatch)
    ordered, has_deal = threading.Event(), threading.Event()
    order, lock_accounts = payouts._pay_out, payments.lock_accounts

    def ordering(*args: Any) -> bool:
        done = order(*args)
        ordered.set()
        has_deal.wait(1)
        return done

    def locking(**arguments: Any) -> Any:
        has_deal.set()
        return lock_accounts(**arguments)

    monkeypatch.setattr(payouts, "_pay_out", ordering)
    monkeypatch.setattr(payments, "lock_accounts", locking)

    def pay_out() -> Any:
        return payouts.pay_out_for_collective(collective_id=str(cast.collective.pk))

    def take() -> Any:
        ordered.wait(10)
        return taking(line)()

    def run(act: Callable[[], str]) -> str:
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(run, [told(pay_out), told(take)]))


def test_rent_of_two_deals_and_a_payment_of_one_do_not_wait_for_each_other(
    people: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert payout_and_payment(people, monkeypatch) == ["done", "done"]
    assert (Payout.objects.count(), Payment.objects.filter(amount_fen=1_000_000).count()) == (2, 1)
    assert list(differences()) == []


def test_control_deal_by_deal_they_wait_for_each_other_until_one_gives_up(
    people: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(payouts, "lock_accounts", lambda **_: None)
    plain = Lockable.lock_all

    def lock_all(self: Any, pks: Any) -> Any:
        return list(self.filter(pk__in=list(pks)).order_by("pk")) if self.model is Deal else plain(self, pks)

    monkeypatch.setattr(Lockable, "lock_all", lock_all)
    outcome = payout_and_payment(people, monkeypatch)
    assert outcome != ["done", "done"]
    assert list(differences()) == []
