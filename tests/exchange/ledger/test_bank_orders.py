"""Each order is paid exactly once by the bank's own books, whatever is lost, repeated, slow or killed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import transaction
from django.db.utils import DatabaseError

from exchange.errors import OtherBody, Refused
from exchange.journal.models import Event
from exchange.ledger import bank as adapter
from exchange.ledger.models import Account, BankOrder
from exchange.ledger.services.accounts import transit_account
from exchange.ledger.services.orders import claim_order, order_payment, send_due_orders, send_order, settle_order
from exchange.ledger.services.statements import poll_quietly
from tests.bank import SandboxBank
from tests.exchange.ledger.cast import account, state

pytestmark = pytest.mark.django_db


@pytest.fixture
def payout(sandbox_bank: SandboxBank) -> Account:
    """An account with 1,000 fen on it that really lie at the bank."""
    sandbox_bank.pay_in("", 1000, payer_account="")
    return account("payout", 1000, Account.Kind.PAYOUT)


def order(row: Account, fen: int = 400, reference: str = "refund-1", to_account: str = "6217001234") -> BankOrder:
    return order_payment(
        account_id=row.pk,
        to_name="Farmer",
        to_account=to_account,
        amount_fen=fen,
        reference=reference,
        memo="refund",
        by=None,
    )


def again(row: BankOrder) -> BankOrder:
    return BankOrder.objects.get(pk=row.pk)


def ends() -> list[tuple[str, str]]:
    events = Event.objects.filter(kind__in=["bank.paid", "bank.failed"]).order_by("pk")
    return [(event.kind, event.data["reference"]) for event in events]


def test_ordered_money_leaves_at_once_and_waits_until_the_bank_has_paid(
    sandbox_bank: SandboxBank, payout: Account
) -> None:
    row = order(payout)
    assert (state(payout), state(transit_account()), sandbox_bank.paid, ends()) == ((600, 0), (400, 0), [], [])
    assert send_due_orders() == 1
    assert (again(row).state, sandbox_bank.paid) == (BankOrder.State.PAID, [("refund-1", 400)])
    assert (state(payout), state(transit_account())) == ((600, 0), (0, 0))
    assert (Account.objects.get(code="bank").balance_fen, ends()) == (-600, [("bank.paid", "refund-1")])


def test_a_repeated_order_is_the_first_one(sandbox_bank: SandboxBank, payout: Account) -> None:
    assert order(payout) == order(payout)
    send_due_orders()
    assert order(payout).state == BankOrder.State.PAID
    send_due_orders()
    assert (sandbox_bank.paid, state(payout)) == ([("refund-1", 400)], (600, 0))


@pytest.mark.parametrize("other", [{"fen": 401}, {"to_account": "6217005678"}])
def test_another_order_under_the_same_reference_is_refused(payout: Account, other: dict[str, object]) -> None:
    order(payout)
    with pytest.raises(OtherBody):
        order(payout, **other)
    assert (state(payout), BankOrder.objects.count()) == ((600, 0), 1)


@pytest.mark.parametrize(
    ("fen", "to_account", "code"), [(1001, "1", "not_enough"), (0, "1", "bad_amount"), (1, " ", "no_payee")]
)
def test_what_cannot_be_ordered_moves_nothing(payout: Account, fen: int, to_account: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        order(payout, fen, to_account=to_account)
    assert (refused.value.code, state(payout), BankOrder.objects.count()) == (code, (1000, 0), 0)


def test_an_order_whose_answer_is_lost_is_asked_for_and_not_sent_again(
    sandbox_bank: SandboxBank, payout: Account, pass_time: Callable[..., None]
) -> None:
    row = order(payout)
    sandbox_bank.faults(lose=1)
    assert (send_due_orders(), again(row).state, sandbox_bank.paid) == (0, BankOrder.State.SENT, [("refund-1", 400)])
    assert state(transit_account()) == (400, 0)
    assert (send_due_orders(), again(row).attempts) == (0, 1)
    pass_time(seconds=3)
    assert (send_due_orders(), again(row).state, again(row).attempts) == (1, BankOrder.State.PAID, 2)
    assert (sandbox_bank.paid, state(transit_account()), ends()) == (
        [("refund-1", 400)],
        (0, 0),
        [("bank.paid", "refund-1")],
    )


def test_an_order_that_never_arrived_is_sent_again(
    sandbox_bank: SandboxBank, payout: Account, pass_time: Callable[..., None]
) -> None:
    row = order(payout)
    sandbox_bank.faults(lose_requests=1)
    assert (send_due_orders(), again(row).state, sandbox_bank.paid) == (0, BankOrder.State.SENT, [])
    pass_time(seconds=3)
    assert (send_due_orders(), again(row).state, sandbox_bank.paid) == (1, BankOrder.State.PAID, [("refund-1", 400)])


def test_the_bank_itself_pays_a_repeated_message_once(sandbox_bank: SandboxBank, payout: Account) -> None:
    words = {"reference": "r", "to_name": "Farmer", "to_account": "6217001234", "amount_fen": 5, "memo": ""}
    assert {adapter.place_order(**words).state for _time in range(3)} == {"paid"}
    assert sandbox_bank.paid == [("r", 5)]
    with pytest.raises(adapter.BankAway):
        adapter.place_order(**words | {"amount_fen": 6})
    assert sandbox_bank.paid == [("r", 5)]


def test_a_slow_bank_is_asked_again_until_it_has_paid(
    sandbox_bank: SandboxBank, payout: Account, pass_time: Callable[..., None]
) -> None:
    row = order(payout)
    sandbox_bank.faults(slow_s=1000)
    for attempt in (1, 2, 3):
        assert (send_due_orders(), again(row).state, again(row).attempts) == (0, BankOrder.State.SENT, attempt)
        pass_time(minutes=5)
    sandbox_bank.faults(slow_s=0)
    assert (send_due_orders(), again(row).state, sandbox_bank.paid) == (1, BankOrder.State.PAID, [("refund-1", 400)])


def test_a_bank_that_is_killed_after_it_paid_remembers(
    sandbox_bank: SandboxBank, payout: Account, pass_time: Callable[..., None]
) -> None:
    row = order(payout)
    sandbox_bank.faults(lose=1)
    send_due_orders()
    sandbox_bank.kill()
    with sandbox_bank.path.open("ab") as file:
        file.write(b'{"kind": "paid", "reference": "half a li')
    sandbox_bank.restart()
    pass_time(seconds=3)
    assert (send_due_orders(), again(row).state, sandbox_bank.paid) == (1, BankOrder.State.PAID, [("refund-1", 400)])


@pytest.mark.parametrize(
    ("fen", "to_account", "reason"), [(400, "no number", "no such account"), (900, "6217001234", "not enough money")]
)
def test_what_the_bank_refuses_comes_back(
    sandbox_bank: SandboxBank, payout: Account, fen: int, to_account: str, reason: str
) -> None:
    spent = adapter.place_order(reference="x", to_name="X", to_account="6217001234", amount_fen=500, memo="")
    row = order(payout, fen, to_account=to_account)
    assert (spent.state, send_due_orders(), again(row).state) == ("paid", 1, BankOrder.State.FAILED)
    assert reason in again(row).last_error
    assert (state(payout), state(transit_account())) == ((1000, 0), (0, 0))
    assert (sandbox_bank.paid, ends()) == ([("x", 500)], [("bank.failed", "refund-1")])


def test_what_the_bank_does_not_accept_as_an_order_comes_back(payout: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**order: object) -> None:
        raise adapter.BankRefused("no such branch")

    monkeypatch.setattr(adapter, "place_order", refuse)
    row = order(payout)
    assert (send_due_orders(), again(row).state, again(row).last_error) == (1, BankOrder.State.FAILED, "no such branch")
    assert (state(payout), ends()) == ((1000, 0), [("bank.failed", "refund-1")])


def test_a_settled_order_is_settled_once(sandbox_bank: SandboxBank, payout: Account) -> None:
    row = order(payout)
    for paid in (True, True, False):
        settle_order(reference="refund-1", paid=paid)
    assert (again(row).state, ends()) == (BankOrder.State.PAID, [("bank.paid", "refund-1")])
    assert (state(payout), state(transit_account())) == ((600, 0), (0, 0))


def test_a_claimed_order_is_nobody_elses_for_a_while(
    sandbox_bank: SandboxBank, payout: Account, pass_time: Callable[..., None]
) -> None:
    row = order(payout)
    assert claim_order(order_id=row.pk) is not None
    assert (claim_order(order_id=row.pk), send_order(order_id=row.pk), sandbox_bank.paid) == (None, False, [])
    pass_time(seconds=31)
    assert (send_order(order_id=row.pk), sandbox_bank.paid) == (True, [("refund-1", 400)])


def test_one_sweep_takes_no_more_than_its_limit_and_stops_after_three_silences(
    sandbox_bank: SandboxBank, payout: Account
) -> None:
    for number in range(7):
        order(payout, 10, f"r{number}")
    assert send_due_orders(limit=2) == 2
    sandbox_bank.faults(lose_requests=9)
    assert send_due_orders() == 0
    assert BankOrder.objects.filter(state=BankOrder.State.DRAFT).count() == 2
    assert [reference for reference, _fen in sandbox_bank.paid] == ["r0", "r1"]


def test_every_order_is_paid_once_by_a_bank_that_loses_many_messages(
    sandbox_bank: SandboxBank, payout: Account, pass_time: Callable[..., None]
) -> None:
    for number in range(20):
        order(payout, number + 1, f"r{number}")
    rounds = 0
    while BankOrder.objects.exclude(state=BankOrder.State.PAID).exists():
        sandbox_bank.faults(**{("lose_requests", "lose", "repeat")[rounds % 3]: 2})
        send_due_orders()
        poll_quietly()
        pass_time(minutes=5)
        rounds += 1
        assert rounds < 30
    assert sorted(sandbox_bank.paid) == sorted((f"r{number}", number + 1) for number in range(20))
    assert (state(payout), state(transit_account())) == ((790, 0), (0, 0))
    assert len(ends()) == len(set(ends())) == 20


def test_the_terms_of_an_order_stay(payout: Account) -> None:
    order(payout)
    for change in (
        lambda: BankOrder.objects.update(to_account="another"),
        lambda: BankOrder.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert BankOrder.objects.get().to_account == "6217001234"
