"""Money that belongs to nobody is seen by the clerks, and leaves once, when two of them say so."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction

from exchange.errors import NotAllowed, OtherBody, Refused, WrongState
from exchange.journal.models import Event
from exchange.ledger import policies, tasks
from exchange.ledger.models import BankOrder, Hold, UnclearMoney
from exchange.ledger.selectors.trial import differences
from exchange.ledger.selectors.unclear import clerks as clerks_of
from exchange.ledger.selectors.unclear import visible_unclear
from exchange.ledger.services import statements
from exchange.ledger.services.accounts import open_sub_account, suspense_account
from exchange.ledger.services.holds import release
from exchange.ledger.services.orders import send_due_orders, settle_order
from exchange.ledger.services.unclear import confirm_return, decline_return, set_aside, set_aside_left
from tests.bank import SandboxBank
from tests.exchange.ledger.cast import state
from tests.exchange.ledger.clerks import (
    UNKNOWN,
    Clerks,
    arrive,
    confirm,
    fresh,
    make_clerks,
    make_unclear,
    make_unclear_of,
    propose,
)

pytestmark = pytest.mark.django_db
S = UnclearMoney.State


@pytest.fixture
def clerks() -> Clerks:
    return make_clerks()


def kinds() -> list[str]:
    return list(Event.objects.filter(kind__startswith="unclear.").order_by("pk").values_list("kind", flat=True))


def test_money_without_number_and_sender_is_held_and_the_citys_clerks_are_asked(clerks: Clerks) -> None:
    row = make_unclear()
    assert (row.state, row.cause, row.division, row.amount_fen) == (S.WAITING, "no_payer", None, 4_200)
    assert state(suspense_account()) == (4_200, 4_200)
    event = Event.objects.get(kind="unclear.received")
    assert (event.subject_id, event.amount_fen, event.data["line"]) == (str(row.pk), 4_200, str(row.line_id))
    assert [clerk.notices.count() for clerk in (clerks.first, clerks.second, clerks.nanchuan)] == [1, 1, 0]
    assert "belongs to nobody yet" in clerks.first.notices.get().text
    assert set_aside(line=row.line, account_id=row.account_id, amount_fen=4_200) == row
    assert (UnclearMoney.objects.count(), kinds(), list(differences())) == (1, ["unclear.received"], [])


def test_money_under_a_closed_number_belongs_to_the_place_of_that_number(clerks: Clerks) -> None:
    row = make_unclear_of(clerks)
    assert (row.division, row.account) == (clerks.places.wuxing, suspense_account())
    assert list(clerks_of(row.division)) == [clerks.first, clerks.second, clerks.nanchuan]


def test_each_clerk_sees_and_decides_over_the_money_of_his_places(clerks: Clerks) -> None:
    nowhere, wuxing = make_unclear(), make_unclear_of(clerks)
    wanted = {
        "first": {nowhere, wuxing},
        "nanchuan": {wuxing},
        "liangping": set(),
        "auditor": {nowhere, wuxing},
        "stranger": set(),
    }
    for name, rows in wanted.items():
        user = getattr(clerks, name)
        assert set(visible_unclear(user)) == rows, name
        assert {row for row in (nowhere, wuxing) if policies.may_view_unclear(user, row)} == rows, name
    assert not policies.may_decide_unclear(clerks.auditor, nowhere)


def test_two_clerks_send_it_back_and_the_bank_pays_once(
    sandbox_bank: SandboxBank, clerks: Clerks, deliver: Callable[[], int]
) -> None:
    sandbox_bank.pay_in("", 4_200, payer_account="")
    row = propose(make_unclear(), clerks.first, request_key="a")
    assert (row.state, row.to_account, BankOrder.objects.count()) == (S.PROPOSED, "62170012345678", 0)
    assert "Please check and confirm" in clerks.second.notices.latest("at").text
    for _press in range(2):
        row = confirm(row, clerks.second, request_key="b")
    order = BankOrder.objects.get()
    assert (order.to_name, order.to_account, order.amount_fen, order.by) == (
        "李大山",
        "62170012345678",
        4_200,
        clerks.second,
    )
    assert (fresh(row).state, state(suspense_account()), list(differences())) == (S.ORDERED, (0, 0), [])
    send_due_orders()
    deliver()
    assert (fresh(row).state, sandbox_bank.paid) == (S.RETURNED, [(order.reference, 4_200)])
    assert kinds() == ["unclear.received", "unclear.proposed", "unclear.ordered", "unclear.returned"]
    assert Event.objects.get(kind="unclear.returned").data["last_digits"] == "5678"
    assert list(differences()) == []


def test_who_proposes_does_not_confirm(clerks: Clerks) -> None:
    row = propose(make_unclear(), clerks.first)
    with pytest.raises(NotAllowed, match="Another finance clerk") as refused:
        confirm(row, clerks.first)
    assert (refused.value.code, fresh(row).state, BankOrder.objects.count()) == ("same_person", S.PROPOSED, 0)
    with pytest.raises(IntegrityError, match="nobody_confirms_his_own_proposal"), transaction.atomic():
        UnclearMoney.objects.filter(pk=row.pk).update(state=S.FAILED, confirmed_by=clerks.first)


@pytest.mark.parametrize("name", ["nanchuan", "liangping", "auditor", "stranger"])
def test_others_decide_nothing(clerks: Clerks, name: str) -> None:
    row = make_unclear()
    with pytest.raises(NotAllowed):
        propose(row, getattr(clerks, name))
    propose(row, clerks.first)
    for service, words in ((confirm_return, {}), (decline_return, {"note": "no"})):
        with pytest.raises(NotAllowed):
            service(unclear_id=str(row.pk), proposal=1, by=getattr(clerks, name), **words)
    assert (fresh(row).state, BankOrder.objects.count()) == (S.PROPOSED, 0)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"to_account": "6217 001"}, "bad_account", "to_account"),
        ({"to_account": "6217O01234"}, "bad_account", "to_account"),
        ({"to_account": "6" * 33}, "bad_account", "to_account"),
        ({"to_name": " "}, "no_payee", "to_name"),
        ({"reason": " "}, "no_reason", "reason"),
    ],
)
def test_a_wrong_proposal_is_refused_at_its_field(
    clerks: Clerks, changes: dict[str, str], code: str, field: str
) -> None:
    row = make_unclear()
    with pytest.raises(Refused) as refused:
        propose(row, clerks.first, **changes)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert (fresh(row).state, fresh(row).proposals, kinds()) == (S.WAITING, 0, ["unclear.received"])


def test_a_number_of_the_exchange_itself_is_no_payers_account(clerks: Clerks) -> None:
    sub = open_sub_account(purpose="deal", subject=clerks.stranger, division=None)
    with pytest.raises(Refused) as refused:
        propose(make_unclear(), clerks.first, to_account=sub.number)
    assert (refused.value.code, refused.value.field) == ("own_account", "to_account")


def test_a_proposal_is_turned_down_with_a_word_and_its_author_hears_it(clerks: Clerks) -> None:
    row = propose(make_unclear(), clerks.first)
    with pytest.raises(Refused) as refused:
        decline_return(unclear_id=str(row.pk), proposal=1, note=" ", by=clerks.second)
    assert (refused.value.field, fresh(row).state) == ("note", S.PROPOSED)
    decline_return(unclear_id=str(row.pk), proposal=1, note="Another name", by=clerks.second)
    assert (fresh(row).state, fresh(row).note, state(suspense_account())) == (S.WAITING, "Another name", (4_200, 4_200))
    assert clerks.first.notices.latest("at").text == "Your proposal for ¥42 was turned down: Another name"
    with pytest.raises(WrongState):
        confirm(row, clerks.second)
    propose(row, clerks.second, to_account="62170099999999")
    with pytest.raises(WrongState) as changed:
        confirm_return(unclear_id=str(row.pk), proposal=1, by=clerks.first)
    assert (changed.value.code, BankOrder.objects.count()) == ("changed", 0)
    assert confirm(row, clerks.first).order.to_account == "62170099999999"


def test_one_key_does_not_carry_two_proposals(clerks: Clerks) -> None:
    row = propose(make_unclear(), clerks.first, request_key="k")
    assert propose(row, clerks.first, request_key="k").proposals == 1
    with pytest.raises(OtherBody):
        propose(row, clerks.first, request_key="k", to_account="62170099999999")
    with pytest.raises(WrongState):
        propose(row, clerks.second)
    assert (fresh(row).proposals, fresh(row).to_account) == (1, "62170012345678")


def test_what_the_bank_refuses_is_held_again_and_ordered_anew(clerks: Clerks, deliver: Callable[[], int]) -> None:
    row = confirm(propose(make_unclear(), clerks.first), clerks.second)
    settle_order(reference=row.order.reference, paid=False, reason="account closed")
    deliver()
    assert (fresh(row).state, state(suspense_account()), list(differences())) == (S.FAILED, (4_200, 4_200), [])
    assert "could not send ¥42 back" in clerks.first.notices.latest("at").text
    with pytest.raises(WrongState):
        confirm(row, clerks.second)
    row = confirm(propose(row, clerks.second, to_account="62170099999999"), clerks.first)
    assert list(BankOrder.objects.order_by("pk").values_list("reference", "state")) == [
        (f"unclear-{row.pk}-1", "failed"),
        (f"unclear-{row.pk}-2", "draft"),
    ]
    settle_order(reference=row.order.reference, paid=True)
    deliver()
    assert (fresh(row).state, state(suspense_account()), list(differences())) == (S.RETURNED, (0, 0), [])


def test_money_that_its_own_account_does_not_take_back_becomes_unclear(
    clerks: Clerks, deliver: Callable[[], int]
) -> None:
    line = arrive(account="62170012345678")
    order = BankOrder.objects.get()
    assert (order.returns, UnclearMoney.objects.count()) == (line, 0)
    settle_order(reference=order.reference, paid=False, reason="account closed")
    deliver()
    row = UnclearMoney.objects.get()
    assert (row.line, row.cause, row.state, row.amount_fen) == (line, "refused", S.WAITING, 4_200)
    assert (state(suspense_account()), list(differences())) == ((4_200, 4_200), [])


def test_money_from_before_is_set_aside_by_the_sweep_once(clerks: Clerks, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as before:
        before.setattr(statements, "set_aside", lambda **terms: None)
        first, second = arrive(), arrive(fen=100)
    arrive(UNKNOWN, -300)
    assert [sentence.split(":")[1] for sentence in differences()] == [
        " 4200 belongs to nobody, and nobody is asked",
        " 100 belongs to nobody, and nobody is asked",
    ]
    assert [set_aside_left(limit=1), tasks.set_aside_left(), tasks.set_aside_left()] == [1, 1, 0]
    assert (first.unclear.cause, second.unclear.amount_fen, list(differences())) == ("no_payer", 100, [])
    assert state(suspense_account()) == (4_000, 4_300)


def test_a_refused_return_from_before_is_set_aside_by_the_sweep(clerks: Clerks, deliver: Callable[[], int]) -> None:
    line, under_way = arrive(account="62170012345678"), arrive(account="62170012345678")
    BankOrder.objects.update(returns=None)
    settle_order(reference=f"back-{line.bank_ref}", paid=False, reason="account closed")
    deliver()
    assert not UnclearMoney.objects.exists()
    assert [set_aside_left(), set_aside_left()] == [1, 0]
    row = UnclearMoney.objects.get()
    assert (row.line, row.cause, row.amount_fen, under_way.state) == (line, "refused", 4_200, "sent_back")
    assert (state(suspense_account()), list(differences())) == ((4_200, 4_200), [])


def test_the_trial_balance_finds_unclear_money_that_is_not_held(clerks: Clerks) -> None:
    row = make_unclear()
    release(hold_id=Hold.objects.get().pk, by=None)
    number = row.line.line_number
    assert list(differences()) == [f"statement line {number}: 4200 waiting, and not held as that asks for"]


def test_the_row_and_its_terms_stay(clerks: Clerks) -> None:
    row = make_unclear()
    for act in (lambda: UnclearMoney.objects.filter(pk=row.pk).delete(), lambda: set_amount(row)):
        with pytest.raises(Exception, match="Cannot"), transaction.atomic():
            act()
    assert fresh(row).amount_fen == 4_200


def set_amount(row: UnclearMoney) -> None:
    UnclearMoney.objects.filter(pk=row.pk).update(amount_fen=1)
