"""Two at once over the same money: locks let one through, and without them both would go ahead."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from exchange.ledger.models import Account, BankOrder, Hold, Transfer
from exchange.ledger.selectors.trial import differences
from exchange.ledger.services import holds, transfers
from exchange.ledger.services.holds import capture, hold, release
from exchange.ledger.services.orders import order_payment, send_order, settle_order
from exchange.ledger.services.transfers import transfer
from exchange.locking import Lockable
from tests.bank import SandboxBank
from tests.exchange.ledger.cast import account, state
from tests.races.together import at_once

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


class Meeting:
    """Where two threads wait for each other between check and write; 0.5 s at most, for locks keep one away."""

    def __init__(self) -> None:
        self.barrier = threading.Barrier(2, timeout=0.5)
        self.met = False

    def wait(self) -> None:
        if threading.current_thread() is threading.main_thread():
            return
        try:
            self.barrier.wait()
            self.met = True
        except threading.BrokenBarrierError:
            pass


@pytest.fixture
def meeting(monkeypatch: pytest.MonkeyPatch) -> Meeting:
    """Both threads stop after the check that money is free, and before they take it."""
    found = Meeting()
    check = transfers.require_free

    def slowly(*, account: Account, amount_fen: int) -> None:
        check(account=account, amount_fen=amount_fen)
        found.wait()

    monkeypatch.setattr(transfers, "require_free", slowly)
    monkeypatch.setattr(holds, "require_free", slowly)
    return found


@pytest.fixture
def unlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: rows are read without their locks."""
    monkeypatch.setattr(Lockable, "lock", lambda self, **lookup: self.get(**lookup))
    monkeypatch.setattr(Lockable, "lock_all", lambda self, pks: list(self.filter(pk__in=list(pks)).order_by("pk")))


def two_holds(row: Account) -> list[str]:
    return at_once(
        *(lambda n=n: hold(account_id=row.pk, amount_fen=800, reason=n, subject=row, by=None) for n in ("a", "b"))
    )


def test_of_two_holds_over_one_balance_one_is_refused(meeting: Meeting) -> None:
    farmer = account("farmer", 1000)
    assert two_holds(farmer) == ["done", "not_enough"]
    assert (meeting.met, state(farmer), Hold.objects.count()) == (False, (1000, 800), 1)


def test_control_without_locks_both_holds_pass_the_check_and_only_the_constraint_stops_one(
    meeting: Meeting, unlocked: None
) -> None:
    farmer = account("farmer", 1000)
    assert two_holds(farmer) == ["done", "no_account_falls_below_its_floor"]
    assert (meeting.met, state(farmer)) == (True, (1000, 800))


def two_transfers(row: Account, to: Account) -> list[str]:
    def move(key: str) -> Transfer:
        return transfer(kind="test", postings=[(row.pk, -800), (to.pk, 800)], request_key=key, by=None)

    return at_once(lambda: move("a"), lambda: move("b"))


def test_of_two_transfers_over_one_balance_one_is_refused(meeting: Meeting) -> None:
    farmer, village = account("farmer", 1000), account("village")
    assert two_transfers(farmer, village) == ["done", "not_enough"]
    assert (meeting.met, state(farmer), state(village)) == (False, (200, 0), (800, 0))


def test_control_without_locks_both_transfers_pass_the_check(meeting: Meeting, unlocked: None) -> None:
    farmer, village = account("farmer", 1000), account("village")
    assert two_transfers(farmer, village) == ["done", "no_account_falls_below_its_floor"]
    assert meeting.met


@pytest.fixture
def before_the_end(monkeypatch: pytest.MonkeyPatch) -> Meeting:
    """Both threads stop after they have read the state of the hold, and before they move it."""
    found = Meeting()
    move = holds.move

    def slowly(row: Hold, to: Hold.State, **changes: Any) -> None:
        found.wait()
        move(row, to, **changes)

    monkeypatch.setattr(holds, "move", slowly)
    return found


def two_ends(end: str) -> tuple[list[str], Account, Account]:
    farmer, deal = account("farmer", 5000), account("deal", kind=Account.Kind.DEAL)
    hold(account_id=farmer.pk, amount_fen=3000, reason="other", subject=farmer, by=None)
    row = hold(account_id=farmer.pk, amount_fen=800, reason="deposit", subject=farmer, by=None)
    take = lambda: capture(hold_id=row.pk, to_account_id=deal.pk, by=None)  # noqa: E731
    free = lambda: release(hold_id=row.pk, by=None)  # noqa: E731
    return at_once(free, {"capture": take, "release": free}[end]), farmer, deal


def test_of_two_captures_one_moves_the_money() -> None:
    farmer, deal = account("farmer", 1000), account("deal", kind=Account.Kind.DEAL)
    row = hold(account_id=farmer.pk, amount_fen=800, reason="deposit", subject=farmer, by=None)
    acts = [lambda: capture(hold_id=row.pk, to_account_id=deal.pk, by=None)] * 2
    assert at_once(*acts) == ["done", "wrong_state"]
    assert (state(farmer), state(deal), list(differences())) == ((200, 0), (800, 0), [])
    assert Transfer.objects.filter(kind="capture").count() == 1


def test_a_hold_is_released_once_by_two_at_once(before_the_end: Meeting) -> None:
    outcome, farmer, _deal = two_ends("release")
    assert (outcome, before_the_end.met) == (["done", "wrong_state"], False)
    assert (state(farmer), list(differences())) == ((5000, 3000), [])


def test_control_without_locks_a_hold_is_released_twice_and_another_ones_money_is_free(
    before_the_end: Meeting, unlocked: None
) -> None:
    outcome, farmer, _deal = two_ends("release")
    assert (outcome, before_the_end.met) == (["done", "done"], True)
    assert state(farmer) == (5000, 2200)
    assert len(list(differences())) == 1


def test_a_hold_is_captured_or_released_and_never_both() -> None:
    outcome, farmer, deal = two_ends("capture")
    assert outcome == ["done", "wrong_state"]
    assert (state(farmer), state(deal)) in [((5000, 3000), (0, 0)), ((4200, 3000), (800, 0))]
    assert list(differences()) == []


def test_control_without_locks_nobody_is_told_that_the_hold_has_ended(before_the_end: Meeting, unlocked: None) -> None:
    outcome, _farmer, _deal = two_ends("capture")
    assert before_the_end.met
    assert "wrong_state" not in outcome


def test_one_order_under_one_reference_is_made_once_by_eight_at_once() -> None:
    payout = account("payout", 1000, Account.Kind.PAYOUT)
    order = {
        "account_id": payout.pk,
        "to_name": "Farmer",
        "to_account": "6217001234",
        "amount_fen": 400,
        "reference": "refund",
        "memo": "",
        "by": None,
    }
    assert at_once(*[lambda: order_payment(**order)] * 8) == ["done"] * 8
    assert (BankOrder.objects.count(), state(payout)) == (1, (600, 0))


def test_an_order_is_settled_once_by_status_and_statement_at_once() -> None:
    payout = account("payout", 1000, Account.Kind.PAYOUT)
    order_payment(
        account_id=payout.pk,
        to_name="Farmer",
        to_account="6217001234",
        amount_fen=400,
        reference="refund",
        memo="",
        by=None,
    )
    acts = [lambda: settle_order(reference="refund", paid=True)] * 4
    assert at_once(*acts) == ["done"] * 4
    assert (Transfer.objects.filter(kind="payment").count(), list(differences())) == (1, [])


def test_eight_workers_send_an_order_once(sandbox_bank: SandboxBank) -> None:
    sandbox_bank.pay_in("", 1000, payer_account="")
    payout = account("payout", 1000, Account.Kind.PAYOUT)
    order = order_payment(
        account_id=payout.pk,
        to_name="Farmer",
        to_account="6217001234",
        amount_fen=400,
        reference="refund",
        memo="",
        by=None,
    )
    at_once(*[lambda: send_order(order_id=order.pk)] * 8)
    row = BankOrder.objects.get()
    assert (row.state, row.attempts, sandbox_bank.paid) == (BankOrder.State.PAID, 1, [("refund", 400)])
