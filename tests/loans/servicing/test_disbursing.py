"""Paying out: what must be there before, the schedule, the ledger, the event, and the release at the end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from exchange.accounts import services as accounts
from exchange.accounts.models import Role
from exchange.clock import legal_day
from exchange.errors import NotAllowed, Refused, WrongState
from exchange.journal.models import Event
from exchange.ledger.models import Account
from exchange.ledger.selectors.trial import differences as ledger_differences
from listings.registry.models import Right
from listings.registry.selectors import active_encumbrances
from loans.origination.models import Application, Mortgage
from loans.origination.months import months_later
from loans.origination.services import deciding
from loans.servicing.models import Loan
from loans.servicing.selectors.books import differences
from loans.servicing.selectors.loans import payoff_amount, rows_of
from loans.servicing.services.disbursing import disburse, release
from loans.servicing.services.repaying import book_repayment
from tests.factories import Cast
from tests.loans.cast import make_application, make_approved_loan, make_loan, make_product, register


def test_a_loan_is_paid_out_with_its_schedule_by_the_engine(cast: Cast) -> None:
    """500,000 yuan at 3.85 % over 36 months: the vector of equal instalments that banks' calculators print."""
    application = make_approved_loan(cast, amount_fen=40_000_000)
    Application.objects.filter(pk=application.pk).update(amount_fen=50_000_000)
    loan = disburse(application_id=str(register(cast, application).pk), by=cast.bank)
    rows = list(rows_of(loan))
    assert (len(rows), rows[0].due_on) == (36, months_later(legal_day(), 1))
    assert (rows[0].total_fen, rows[0].interest_fen, rows[0].principal_fen) == (1_472_865, 160_417, 1_312_448)
    assert (rows[-1].total_fen, rows[-1].balance_fen) == (1_472_876, 0)
    assert sum(row.interest_fen for row in rows) == 3_023_151
    assert sum(row.principal_fen for row in rows) == 50_000_000


def test_the_ledger_holds_what_is_owed_and_the_journal_says_so(cast: Cast) -> None:
    loan = make_loan(cast)
    lender = Account.objects.get(code=f"lender:{cast.bank_organisation.pk}")
    assert (loan.account.kind, loan.balance_fen) == ("loan", 20_000_000)
    assert Account.objects.get(pk=loan.account_id).balance_fen == -20_000_000
    assert lender.balance_fen == 20_000_000
    assert (list(differences()), list(ledger_differences())) == ([], [])
    event = Event.objects.get(kind="loan.disbursed")
    assert (event.subject_id, event.amount_fen, event.right_kind, event.division, event.day) == (
        str(loan.pk),
        20_000_000,
        "construction_land",
        cast.places.wuxing,
        legal_day(),
    )
    assert (event.data["secured"], event.data["bank"]) == (True, "南川农商行")


def test_no_money_before_the_mortgage_is_registered(cast: Cast) -> None:
    application = make_approved_loan(cast)
    with pytest.raises(Refused) as caught:
        disburse(application_id=str(application.pk), by=cast.bank)
    assert caught.value.code == "not_registered"
    assert (Loan.objects.count(), Application.objects.get().state) == (0, Application.State.APPROVED)
    assert not Account.objects.filter(kind="loan").exists()


def test_a_credit_loan_is_paid_out_after_its_approval(cast: Cast) -> None:
    application = make_application(cast, product=make_product(cast, "none"))
    with pytest.raises(WrongState):
        disburse(application_id=str(application.pk), by=cast.bank)
    deciding.approve_application(application_id=str(application.pk), by=cast.bank2)
    loan = disburse(application_id=str(application.pk), by=cast.bank)
    assert (loan.secured, Event.objects.get(kind="loan.disbursed").data["secured"]) == (False, False)


@pytest.mark.parametrize("who", ["bank2", "farmer", "stranger", "city"])
def test_only_an_officer_of_the_bank_pays_out(cast: Cast, who: str) -> None:
    application = register(cast, make_approved_loan(cast))
    with pytest.raises(NotAllowed):
        disburse(application_id=str(application.pk), by=getattr(cast, who))
    assert Loan.objects.count() == 0


def test_who_approved_does_not_pay_out_even_with_both_roles(cast: Cast) -> None:
    accounts.grant_role(
        user=cast.bank2, role=Role.BANKER, division=cast.places.nanchuan, organisation=cast.bank_organisation, by=None
    )
    application = register(cast, make_approved_loan(cast))
    with pytest.raises(NotAllowed) as caught:
        disburse(application_id=str(application.pk), by=cast.bank2)
    assert "approved" in str(caught.value.message) and Loan.objects.count() == 0


def test_time_that_has_passed_since_the_approval_counts(cast: Cast) -> None:
    application = register(cast, make_approved_loan(cast))
    Right.objects.filter(pk=application.right_id).update(term_to=months_later(legal_day(), 41))
    with pytest.raises(Refused) as caught:
        disburse(application_id=str(application.pk), by=cast.bank)
    assert (caught.value.code, Loan.objects.count()) == ("term_too_long", 0)


def test_it_is_paid_out_once(cast: Cast) -> None:
    application = register(cast, make_approved_loan(cast))
    first = disburse(application_id=str(application.pk), by=cast.bank, request_key="k")
    assert disburse(application_id=str(application.pk), by=cast.bank, request_key="k") == first
    with pytest.raises(WrongState):
        disburse(application_id=str(application.pk), by=cast.bank, request_key="other")
    assert (Loan.objects.count(), Account.objects.get(pk=first.account_id).balance_fen) == (1, -20_000_000)


def test_terms_that_leave_the_calendar_are_refused_and_not_an_error(cast: Cast) -> None:
    product = make_product(cast, "none")
    application = make_application(cast, product=product, term_months=120_000)
    deciding.approve_application(application_id=str(application.pk), by=cast.bank2)
    with pytest.raises(Refused) as caught:
        disburse(application_id=str(application.pk), by=cast.bank)
    assert (caught.value.code, Loan.objects.count()) == ("no_schedule", 0)


def test_the_right_is_free_again_after_all_is_paid_and_not_before(cast: Cast, pass_time: Callable[..., None]) -> None:
    loan = make_loan(cast)
    with pytest.raises(WrongState) as caught:
        release(loan_id=str(loan.pk), by=cast.bank)
    assert "200,000 yuan" in str(caught.value.message)
    assert Mortgage.objects.get().state == Mortgage.State.REGISTERED
    pass_time(days=10)
    book_repayment(loan_id=str(loan.pk), amount_fen=payoff_amount(loan, legal_day()), by=cast.bank)
    with pytest.raises(NotAllowed):
        release(loan_id=str(loan.pk), by=cast.bank2)
    release(loan_id=str(loan.pk), by=cast.bank)
    mortgage = Mortgage.objects.get()
    assert (mortgage.state, mortgage.released_on) == (Mortgage.State.RELEASED, legal_day())
    assert not active_encumbrances(loan.application.right).exists()
    assert Event.objects.filter(kind="mortgage.released").count() == 1
    with pytest.raises(WrongState):
        release(loan_id=str(loan.pk), by=cast.bank)


def test_a_credit_loan_has_nothing_to_release(cast: Cast) -> None:
    application = make_application(cast, product=make_product(cast, "none"))
    deciding.approve_application(application_id=str(application.pk), by=cast.bank2)
    loan = disburse(application_id=str(application.pk), by=cast.bank)
    book_repayment(loan_id=str(loan.pk), amount_fen=20_000_000, by=cast.bank)
    with pytest.raises(Refused) as caught:
        release(loan_id=str(loan.pk), by=cast.bank)
    assert caught.value.code == "no_mortgage"


def test_the_day_of_the_first_instalment_keeps_the_day_of_the_payout(
    cast: Cast, pass_time: Callable[..., None]
) -> None:
    pass_time(days=1)
    loan = make_loan(cast)
    assert [row.due_on for row in rows_of(loan)] == [months_later(loan.disbursed_on, n) for n in range(1, 37)]
    assert loan.disbursed_on - timedelta(days=1) < legal_day()
