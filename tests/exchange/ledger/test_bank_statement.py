"""Money that arrives is booked once on its sub-account, however often, late or strangely the bank tells of it."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.db.utils import DatabaseError

from exchange.accounts.models import User
from exchange.errors import Refused
from exchange.journal.models import Event
from exchange.ledger import bank as adapter
from exchange.ledger.models import Account, BankLine, BankOrder, Statement, SubAccount
from exchange.ledger.services.accounts import close_sub_account, open_sub_account, suspense_account
from exchange.ledger.services.orders import order_payment, send_due_orders
from exchange.ledger.services.statements import poll_bank, poll_quietly, receive_line
from tests.bank import SandboxBank
from tests.exchange.ledger.cast import state
from tests.factories import make_divisions, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def farmer() -> User:
    return make_user("farmer")


@pytest.fixture
def sub(farmer: User) -> SubAccount:
    return open_sub_account(purpose="deposit", subject=farmer, division=make_divisions().wuxing, payer_name="Farmer")


def received() -> list[int | None]:
    return list(Event.objects.filter(kind="bank.received").order_by("pk").values_list("amount_fen", flat=True))


def bank_balance() -> int:
    return Account.objects.get(code="bank").balance_fen


def test_money_under_a_known_number_is_booked_and_told(
    sandbox_bank: SandboxBank, sub: SubAccount, farmer: User
) -> None:
    sandbox_bank.pay_in(sub.number, 500_000)
    assert poll_bank() == 1
    assert (state(sub.account), bank_balance()) == ((500_000, 0), -500_000)
    event = Event.objects.get(kind="bank.received")
    assert (event.division, event.amount_fen) == (sub.account.division, 500_000)
    assert event.data == {
        "sub_account": sub.number,
        "purpose": "deposit",
        "subject": str(farmer.pk),
        "payer_name": "Farmer",
        "payer_account": "62170012345678",
    }
    assert BankLine.objects.get(pk=event.subject_id).state == BankLine.State.BOOKED


def test_a_subject_has_one_number_that_shows_a_mistyped_digit(sub: SubAccount, farmer: User) -> None:
    assert open_sub_account(purpose="deposit", subject=farmer, division=sub.account.division) == sub
    assert Account.objects.filter(kind=Account.Kind.DEPOSIT).count() == 1
    other = open_sub_account(purpose="deal", subject=farmer, division=sub.account.division)
    assert other.number != sub.number
    digits = [int(digit) for digit in reversed(sub.number)]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    assert len(digits) == 18 and (sum(digits[::2]) + sum(doubled)) % 10 == 0


def test_a_line_that_is_repeated_is_booked_once(sandbox_bank: SandboxBank, sub: SubAccount) -> None:
    for fen in (100, 200, 300):
        sandbox_bank.pay_in(sub.number, fen)
    sandbox_bank.faults(repeat=3)
    assert [poll_bank(), poll_bank(), poll_bank()] == [3, 0, 0]
    assert (state(sub.account), received()) == ((600, 0), [100, 200, 300])


def test_a_line_that_comes_late_is_still_found(sandbox_bank: SandboxBank, sub: SubAccount) -> None:
    for fen in (100, 200, 300):
        sandbox_bank.pay_in(sub.number, fen)
    sandbox_bank.faults(late=1)
    assert poll_bank() == 2
    assert (received(), Statement.objects.get().read_up_to) == ([200, 300], 0)
    assert poll_bank() == 1
    assert (received(), Statement.objects.get().read_up_to) == ([200, 300, 100], 3)
    assert state(sub.account) == (600, 0)


def test_an_answer_that_is_lost_is_asked_for_again(sandbox_bank: SandboxBank, sub: SubAccount) -> None:
    sandbox_bank.pay_in(sub.number, 100)
    sandbox_bank.faults(lose=2)
    for _time in (1, 2):
        with pytest.raises(adapter.BankAway):
            poll_bank()
    assert (poll_bank(), received()) == (1, [100])


def test_an_answer_in_another_hand_is_refused(sandbox_bank: SandboxBank, sub: SubAccount) -> None:
    sandbox_bank.pay_in(sub.number, 100)
    sandbox_bank.faults(forge=1)
    with pytest.raises(adapter.BankAway) as away:
        poll_bank()
    assert (away.value.reason, BankLine.objects.count()) == ("the answer is not signed by the bank", 0)
    assert poll_bank() == 1


def test_a_bank_with_another_secret_is_no_bank_of_ours(
    sandbox_bank: SandboxBank, sub: SubAccount, settings: object
) -> None:
    sandbox_bank.pay_in(sub.number, 100)
    settings.BANK_SECRET = "another"
    assert (poll_quietly(), BankLine.objects.count(), state(sub.account)) == (0, 0, (0, 0))


def test_a_bank_that_hangs_is_left_after_the_time_allowed(
    sandbox_bank: SandboxBank, sub: SubAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox_bank.pay_in(sub.number, 100)
    sandbox_bank.faults(delay_s=3)
    monkeypatch.setattr(adapter, "TIMEOUT_S", 0.2)
    with pytest.raises(adapter.BankAway) as away:
        poll_bank()
    assert (away.value.reason, BankLine.objects.count()) == ("TimeoutError: timed out", 0)


def test_a_bank_that_is_closed_costs_a_sweep_nothing(sandbox_bank: SandboxBank, sub: SubAccount) -> None:
    sandbox_bank.pay_in(sub.number, 100)
    sandbox_bank.kill()
    assert (poll_quietly(), send_due_orders()) == (0, 0)
    sandbox_bank.restart()
    assert (poll_quietly(), received()) == (1, [100])


def test_many_lines_are_read_over_several_pages(
    sandbox_bank: SandboxBank, sub: SubAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "PAGE", 4)
    for _line in range(10):
        sandbox_bank.pay_in(sub.number, 7)
    assert (poll_bank(), Statement.objects.get().read_up_to, state(sub.account)) == (10, 10, (70, 0))


def test_money_under_an_unknown_number_is_sent_back_to_whom_it_came_from(sandbox_bank: SandboxBank) -> None:
    sandbox_bank.pay_in("999999999999999999", 4_200, payer_name="Stranger", payer_account="6217009999")
    poll_bank()
    order = BankOrder.objects.get()
    assert (order.to_name, order.to_account, order.amount_fen) == ("Stranger", "6217009999", 4_200)
    assert BankLine.objects.get().state == BankLine.State.SENT_BACK
    assert (received(), send_due_orders(), sandbox_bank.paid) == ([], 1, [(order.reference, 4_200)])
    assert (state(suspense_account()), bank_balance()) == ((0, 0), 0)
    assert Event.objects.filter(kind="bank.sent_back").count() == 1


def test_money_under_a_closed_number_is_sent_back(sandbox_bank: SandboxBank, sub: SubAccount) -> None:
    close_sub_account(sub_account_id=sub.pk)
    sandbox_bank.pay_in(sub.number, 4_200)
    poll_bank()
    assert (state(sub.account), BankOrder.objects.get().amount_fen, received()) == ((0, 0), 4_200, [])


def test_a_number_with_money_on_it_is_not_closed(sandbox_bank: SandboxBank, sub: SubAccount) -> None:
    sandbox_bank.pay_in(sub.number, 4_200)
    poll_bank()
    with pytest.raises(Refused) as refused:
        close_sub_account(sub_account_id=sub.pk)
    assert (refused.value.code, SubAccount.objects.get().closed_at) == ("not_empty", None)


def test_a_payment_of_another_amount_than_ordered_is_no_payment_of_the_order(
    sandbox_bank: SandboxBank, sub: SubAccount
) -> None:
    sandbox_bank.pay_in(sub.number, 500)
    poll_bank()
    row = order_payment(
        account_id=sub.account_id,
        to_name="Farmer",
        to_account="6217001234",
        amount_fen=400,
        reference="r1",
        memo="",
        by=None,
    )
    adapter.place_order(reference="r1", to_name="Farmer", to_account="6217001234", amount_fen=450, memo="")
    assert poll_bank() == 1
    assert BankOrder.objects.get(pk=row.pk).state == BankOrder.State.DRAFT
    assert BankLine.objects.get(amount_fen=-450).state == BankLine.State.SUSPENSE
    assert (state(suspense_account()), bank_balance()) == ((-450, 0), -50)


def test_unknown_money_without_a_sender_waits_to_be_clarified(sandbox_bank: SandboxBank) -> None:
    sandbox_bank.pay_in("999999999999999999", 4_200, payer_account="")
    poll_bank()
    assert (BankLine.objects.get().state, BankOrder.objects.count()) == (BankLine.State.SUSPENSE, 0)
    assert state(suspense_account()) == (4_200, 4_200)  # held until somebody decides


def test_a_line_that_cannot_be_booked_keeps_nobody_waiting(
    sandbox_bank: SandboxBank, sub: SubAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    for fen in (100, 200, 300):
        sandbox_bank.pay_in(sub.number, fen)
    broken = receive_line.__wrapped__

    def stumble(*, line: adapter.StatementLine) -> bool:
        if line.amount_fen == 200:
            raise ValueError("no luck")
        return broken(line=line)

    monkeypatch.setattr("exchange.ledger.services.statements.receive_line", transaction.atomic(stumble))
    with pytest.raises(ValueError, match="no luck"):
        poll_bank()
    assert (received(), Statement.objects.get().read_up_to) == ([100, 300], 1)
    monkeypatch.undo()
    assert poll_bank() == 1
    assert (state(sub.account), Statement.objects.get().read_up_to) == ((600, 0), 3)


def test_a_statement_line_stays_as_it_was_booked(sandbox_bank: SandboxBank, sub: SubAccount) -> None:
    sandbox_bank.pay_in(sub.number, 100)
    poll_bank()
    with pytest.raises(DatabaseError), transaction.atomic():
        BankLine.objects.update(amount_fen=1)
    assert BankLine.objects.get().amount_fen == 100


def test_what_the_bank_paid_by_order_is_learnt_from_the_statement_too(
    sandbox_bank: SandboxBank, sub: SubAccount
) -> None:
    sandbox_bank.pay_in(sub.number, 500)
    poll_bank()
    order = order_payment(
        account_id=sub.account_id,
        to_name="Farmer",
        to_account="6217001234",
        amount_fen=500,
        reference="r1",
        memo="",
        by=None,
    )
    sandbox_bank.faults(lose=1)
    assert send_due_orders() == 0
    assert BankOrder.objects.get(pk=order.pk).state == BankOrder.State.SENT
    assert poll_bank() == 1
    assert BankOrder.objects.get(pk=order.pk).state == BankOrder.State.PAID
    assert (bank_balance(), sandbox_bank.paid) == (0, [("r1", 500)])
