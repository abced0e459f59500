"""Two people at one deal: the deal's lock puts them in a row; without it money, a signature or an import is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.db.models import Manager

from exchange import clock
from exchange.accounts.models import User
from exchange.clock import legal_now
from exchange.history import Imported
from exchange.journal.models import Event
from exchange.ledger.models import BankLine
from exchange.locking import Lockable
from listings.deals import selectors
from listings.deals.models import Contract, Deal, Payment
from listings.deals.services import contracts, importing, payments
from tests.factories import Cast, make_cast
from tests.listings.deals.life import confirm, draw_up, fresh, make_deal, pay_in, sign
from tests.listings.deals.test_import_deals import HEADER, line

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def people(transactional_db: None, settings: Any, tmp_path: Path) -> Iterator[Cast]:
    settings.MEDIA_ROOT = tmp_path
    clock.set_clock_offset(timedelta())
    yield make_cast()
    clock.set_clock_offset(timedelta())


def at_once(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, *calls: Callable[[], Any]) -> list[Any]:
    """Run two calls; the first waits inside `module.name` until the second is as far, or has ended or must wait."""
    arrived, second = threading.Event(), threading.Event()
    inner = getattr(module, name)

    def slowly(*args: Any, **kwargs: Any) -> Any:
        (second if arrived.is_set() else arrived).set()
        second.wait(1.5)
        return inner(*args, **kwargs)

    monkeypatch.setattr(module, name, slowly)

    def run(place: int) -> Any:
        try:
            if place:
                arrived.wait(10)
            return calls[place]()
        except IntegrityError as error:
            return error
        finally:
            if place:
                second.set()
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(run, [0, 1]))


def unlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every lock be a plain read."""
    monkeypatch.setattr(Lockable, "lock", lambda self, **lookup: Manager.get(self, **lookup))


def two_payments(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Deal:
    """Let two lines of 10,000 yuan each be taken at once for a first instalment of which 29,000 are open."""
    deal = sign(cast, confirm(make_deal(cast)))
    with monkeypatch.context() as quiet:
        quiet.setattr(payments, "take_payment", lambda **_: None)
        pay_in(deal, 1_000_000)
        pay_in(deal, 1_000_000)
    lines = list(BankLine.objects.filter(sub_account=selectors.sub_account(deal)).order_by("pk"))
    assert (len(lines), Payment.objects.filter(kind="bank").count()) == (2, 0)
    calls = [lambda one=one: payments.take_payment(line_id=str(one.pk), received_at=legal_now()) for one in lines]
    at_once(monkeypatch, payments, "divided", *calls)
    return fresh(deal)


def test_two_payments_at_once_are_both_counted(people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    deal = two_payments(people, monkeypatch)
    assert deal.instalments.get(n=1).paid_fen == 600_000 + 2_000_000


def test_control_without_the_lock_a_payment_is_lost(people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    unlocked(monkeypatch)
    monkeypatch.setattr(payments, "lock_accounts", lambda **_: None)
    deal = two_payments(people, monkeypatch)
    assert deal.instalments.get(n=1).paid_fen == 600_000 + 1_000_000


def two_signatures(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Deal:
    deal = confirm(make_deal(cast))
    contract = draw_up(cast, deal)

    def signing(person: User) -> Callable[[], Contract]:
        person = User.objects.get(pk=person.pk)
        return lambda: contracts.sign_contract(deal_id=str(contract.deal_id), sha256=contract.sha256, by=person)

    # The clock of a new connection is the real one; signing needs no other.
    at_once(monkeypatch, contracts, "record_deal", signing(cast.village), signing(cast.company))
    return fresh(deal)


def test_two_signatures_at_once_make_one_contract(people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    deal = two_signatures(people, monkeypatch)
    assert (deal.state, deal.instalments.count()) == (Deal.State.CONTRACTED, 20)
    assert Event.objects.filter(kind="deal.contracted").count() == 1


def test_control_without_the_lock_both_have_signed_and_nobody_makes_it(
    people: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlocked(monkeypatch)
    deal = two_signatures(people, monkeypatch)
    contract = selectors.current_contract(deal)
    assert contract is not None
    assert contract.is_signed
    assert (deal.state, deal.instalments.count()) == (Deal.State.CONFIRMED, 0)


def two_imports(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    lines = [HEADER, line(), line(ref="LP-2")]

    def once() -> Imported:
        return importing.import_deals(lines=lines, file="past.csv", by=None)

    return at_once(monkeypatch, importing, "copy_in", once, once)


def test_the_same_file_twice_at_once_is_imported_once(people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    done = two_imports(monkeypatch)
    assert sorted((one.added, one.same) for one in done) == [(0, 2), (2, 0)]
    assert Event.objects.filter(kind="deal.closed").count() == 2


def test_control_without_the_lock_the_second_import_fails(people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "one_at_a_time", lambda lock: None)
    done = two_imports(monkeypatch)
    assert sum(isinstance(one, IntegrityError) for one in done) == 1
    assert Deal.objects.count() == 2
