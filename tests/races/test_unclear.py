"""Two officers press at once over money that belongs to nobody: one payment, and without the lock both go ahead."""

from __future__ import annotations

import threading

import pytest

from exchange.ledger.models import BankOrder, UnclearMoney
from exchange.ledger.selectors.trial import differences
from exchange.ledger.services import unclear
from exchange.ledger.services.accounts import suspense_account
from exchange.ledger.services.unclear import confirm_return
from exchange.locking import Lockable
from tests.exchange.ledger.cast import state
from tests.exchange.ledger.clerks import Clerks, fresh, make_clerks, make_unclear, propose
from tests.factories import make_user
from tests.races.test_ledger import Meeting
from tests.races.together import at_once

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def clerks() -> Clerks:
    return make_clerks()


@pytest.fixture
def meeting(monkeypatch: pytest.MonkeyPatch) -> Meeting:
    """Both officers stop after the check that the proposal still waits, and before they order the payment."""
    found = Meeting()
    check = unclear._require_proposal

    def slowly(row: UnclearMoney, proposal: int) -> None:
        check(row, proposal)
        found.wait()

    monkeypatch.setattr(unclear, "_require_proposal", slowly)
    return found


def two_confirm(row: UnclearMoney, clerks: Clerks) -> list[str]:
    others = (clerks.second, make_user("third"))
    others[1].memberships.create(
        role="finance", division=clerks.places.city, valid_from=clerks.second.memberships.get().valid_from
    )
    return at_once(*(lambda by=by: confirm_return(unclear_id=str(row.pk), proposal=1, by=by) for by in others))


def test_of_two_officers_who_confirm_at_once_one_orders_the_payment(clerks: Clerks, meeting: Meeting) -> None:
    row = propose(make_unclear(), clerks.first)
    assert two_confirm(row, clerks) == ["done", "wrong_state"]
    assert (meeting.met, fresh(row).state, BankOrder.objects.count()) == (False, "ordered", 1)
    assert (state(suspense_account()), list(differences())) == ((0, 0), [])


def test_control_without_the_lock_both_pass_the_check(
    clerks: Clerks, meeting: Meeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = propose(make_unclear(), clerks.first)
    locked = Lockable.lock

    def lock(self: Lockable, **lookup: object) -> object:
        return self.get(**lookup) if self.model is UnclearMoney else locked(self, **lookup)

    monkeypatch.setattr(Lockable, "lock", lock)
    two_confirm(row, clerks)
    assert meeting.met
    # The second line of defence: the hold ends once, and a proposal has one reference.
    assert (BankOrder.objects.count(), list(differences())) == (1, [])


def test_of_two_officers_who_propose_at_once_one_is_heard(clerks: Clerks) -> None:
    row = make_unclear()
    start = threading.Barrier(2, timeout=10)

    def one(by: object, account: str) -> None:
        start.wait()
        propose(row, by, to_account=account)

    acts = (lambda: one(clerks.first, "62170011111111"), lambda: one(clerks.second, "62170022222222"))
    assert at_once(*acts) == ["done", "wrong_state"]
    assert fresh(row).proposals == 1
