"""Two at once over one loan, one right, one application: locks let one through, without them both go ahead."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from exchange.ledger.models import Account
from exchange.locking import Lockable
from listings.registry.models import Encumbrance
from listings.registry.services.encumbrances import encumber
from loans.origination.models import Application, Mortgage
from loans.servicing.models import Loan, Repayment
from loans.servicing.selectors.books import differences
from loans.servicing.services import disbursing, repaying
from tests.factories import Cast, make_cast
from tests.loans.cast import make_application, make_approved_loan, make_loan, make_product, register
from tests.races.together import at_once

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

FIRST, PRINCIPAL = 589_146, 524_979  # the first instalment of 200,000 yuan over 36 months at 3.85 %


class Meeting:
    """Where two threads wait for each other between check and write; 1 s at most, for locks keep one away."""

    def __init__(self) -> None:
        self.barrier = threading.Barrier(2, timeout=1)
        self.met = False

    def wait(self) -> None:
        if threading.current_thread() is threading.main_thread():
            return
        try:
            self.barrier.wait()
            self.met = True
        except threading.BrokenBarrierError:
            pass


def meeting_after(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> Meeting:
    """Let both threads stop after the function `name` of `module` has answered."""
    found, function = Meeting(), getattr(module, name)

    def slowly(*args: Any, **kwargs: Any) -> Any:
        answer = function(*args, **kwargs)
        found.wait()
        return answer

    monkeypatch.setattr(module, name, slowly)
    return found


@pytest.fixture
def unlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: rows are read without their locks."""
    monkeypatch.setattr(Lockable, "lock", lambda self, **lookup: self.get(**lookup))


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def two_repayments(cast: Cast, loan: Loan) -> list[str]:
    """Both pay all that is due with the next row: after the first, that much is no longer due."""
    pay = lambda: repaying.book_repayment(loan_id=str(loan.pk), amount_fen=FIRST, by=cast.bank)  # noqa: E731
    return at_once(pay, pay)


def owed(loan: Loan) -> tuple[int, int]:
    return Loan.objects.get(pk=loan.pk).balance_fen, Account.objects.get(pk=loan.account_id).balance_fen


def test_of_two_repayments_of_one_row_one_is_refused(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    loan = make_loan(cast)
    met = meeting_after(monkeypatch, repaying, "payable_rows")
    assert two_repayments(cast, loan) == ["bad_amount", "done"]
    assert (met.met, Repayment.objects.count()) == (False, 1)
    assert (owed(loan), list(differences())) == ((20_000_000 - PRINCIPAL, PRINCIPAL - 20_000_000), [])


def test_control_without_the_lock_both_repayments_go_through_and_the_books_differ(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, unlocked: None
) -> None:
    loan = make_loan(cast)
    met = meeting_after(monkeypatch, repaying, "payable_rows")
    monkeypatch.setattr(Lockable, "lock_all", lambda self, pks: list(self.filter(pk__in=list(pks)).order_by("pk")))
    assert two_repayments(cast, loan) == ["done", "done"]
    assert (met.met, Repayment.objects.count()) == (True, 2)
    assert owed(loan) == (20_000_000 - PRINCIPAL, 2 * PRINCIPAL - 20_000_000)
    assert len(list(differences())) == 1


def two_payouts(cast: Cast) -> list[str]:
    application = register(cast, make_approved_loan(cast))
    act = lambda: disbursing.disburse(application_id=str(application.pk), by=cast.bank)  # noqa: E731
    return at_once(act, act)


def test_of_two_payouts_one_is_refused(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    met = meeting_after(monkeypatch, disbursing, "check_term")
    assert two_payouts(cast) == ["done", "wrong_state"]
    assert (met.met, Loan.objects.count()) == (False, 1)


def test_control_without_the_lock_two_payouts_pass_the_checks_and_only_the_constraint_stops_one(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, unlocked: None
) -> None:
    met = meeting_after(monkeypatch, disbursing, "check_term")
    outcome = two_payouts(cast)
    assert met.met
    assert "wrong_state" not in outcome and outcome.count("done") == 1


def test_a_right_is_mortgaged_or_listed_and_never_both(cast: Cast) -> None:
    application = make_approved_loan(cast)

    def enlist() -> None:
        encumber(right_id=str(application.right_id), kind="listing", holder_name="五星村", reference="l", by=None)

    assert at_once(lambda: register(cast, application), enlist) == ["done", "encumbered"]
    kinds = list(Encumbrance.objects.filter(right=application.right_id).values_list("kind", flat=True))
    assert len(kinds) == 1
    assert (Mortgage.objects.count() == 1) == (kinds == ["mortgage"])


def test_control_without_the_lock_the_right_is_mortgaged_and_listed(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, unlocked: None
) -> None:
    application = make_approved_loan(cast)
    found = Meeting()
    create = Encumbrance.objects.create

    def slowly(**values: Any) -> Encumbrance:
        found.wait()
        return create(**values)

    monkeypatch.setattr(Encumbrance.objects, "create", slowly)

    def enlist() -> None:
        encumber(right_id=str(application.right_id), kind="listing", holder_name="五星村", reference="l", by=None)

    assert at_once(lambda: register(cast, application), enlist) == ["done", "done"]
    assert found.met and Encumbrance.objects.filter(right=application.right_id, lifted_at=None).count() == 2


def test_eight_clicks_under_one_key_are_one_application(cast: Cast) -> None:
    application = make_application(cast)
    product = make_product(cast, "none")
    act = lambda: make_application(cast, application.right, product, request_key="k")  # noqa: E731
    assert at_once(*[act] * 8) == ["done"] * 8
    assert Application.objects.filter(product=product).count() == 1
