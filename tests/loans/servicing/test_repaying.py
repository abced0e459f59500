"""Repayments: interest before principal, row by row, or exactly what settles the loan; nothing else."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from fractions import Fraction
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from exchange.accounts import services as accounts
from exchange.accounts.models import Role
from exchange.clock import legal_day
from exchange.errors import NotAllowed, OtherBody, Refused, WrongState
from exchange.journal.models import Event
from exchange.ledger.models import Account
from exchange.ledger.selectors.trial import differences as ledger_differences
from loans.servicing import policies
from loans.servicing.models import Loan, Repayment
from loans.servicing.selectors.books import differences
from loans.servicing.selectors.loans import overdue_fen, payable_rows, payoff, payoff_amount, rows_of, visible_loans
from loans.servicing.services.repaying import book_repayment
from tests.factories import Cast
from tests.loans.cast import make_certified_right, make_loan, make_product

# 200,000 yuan at 3.85 % over 36 months: 5,891.46 a month, of the first 641.67 interest.
FIRST, INTEREST, PRINCIPAL = 589_146, 64_167, 524_979


def pay(cast: Cast, loan: Loan, amount_fen: int, **more: Any) -> Repayment:
    return book_repayment(loan_id=str(loan.pk), amount_fen=amount_fen, by=more.pop("by", cast.bank), **more)


def fresh(loan: Loan) -> Loan:
    return Loan.objects.get(pk=loan.pk)


def sound(loan: Loan) -> bool:
    return list(differences()) == [] and list(ledger_differences()) == []


def test_the_first_instalment_pays_interest_and_principal(cast: Cast) -> None:
    loan = make_loan(cast)
    row = pay(cast, loan, FIRST)
    assert (row.interest_fen, row.principal_fen, row.on_day) == (INTEREST, PRINCIPAL, legal_day())
    assert fresh(loan).balance_fen == 20_000_000 - PRINCIPAL
    assert Account.objects.get(pk=loan.account_id).balance_fen == PRINCIPAL - 20_000_000
    event = Event.objects.get(kind="loan.repaid")
    assert (event.amount_fen, event.data["interest_fen"], event.data["bank"]) == (PRINCIPAL, INTEREST, "南川农商行")
    assert sound(loan)


def test_a_part_goes_to_interest_first_and_books_no_principal(cast: Cast) -> None:
    loan = make_loan(cast)
    assert (pay(cast, loan, 60_000).interest_fen, fresh(loan).balance_fen) == (60_000, 20_000_000)
    row = pay(cast, loan, 10_000)
    assert (row.interest_fen, row.principal_fen) == (INTEREST - 60_000, 10_000 - (INTEREST - 60_000))
    assert sound(loan)


def test_arrears_are_paid_row_by_row_with_the_row_to_come(cast: Cast, pass_time: Callable[..., None]) -> None:
    loan = make_loan(cast)
    pass_time(days=65)
    rows = list(rows_of(loan))
    assert overdue_fen(loan, legal_day()) == 2 * FIRST
    assert [row.n for row in payable_rows(loan, legal_day())] == [1, 2, 3]
    row = pay(cast, loan, FIRST + rows[1].interest_fen + 1)
    assert (row.interest_fen, row.principal_fen) == (INTEREST + rows[1].interest_fen, PRINCIPAL + 1)
    paid = [(r.paid_interest_fen, r.paid_principal_fen) for r in rows_of(loan)][:3]
    assert paid == [(INTEREST, PRINCIPAL), (rows[1].interest_fen, 1), (0, 0)]
    assert sound(loan)


def test_what_is_paid_ahead_ends_with_the_next_row(cast: Cast) -> None:
    loan = make_loan(cast)
    pay(cast, loan, FIRST)
    assert payable_rows(loan, legal_day()) == []
    with pytest.raises(Refused) as caught:
        pay(cast, loan, 1)
    assert caught.value.code == "bad_amount" and Repayment.objects.count() == 1


@pytest.mark.parametrize("amount_fen", [0, -1, FIRST + 1, 19_999_999, 20_000_001])
def test_other_amounts_are_refused_with_both_figures(cast: Cast, amount_fen: int) -> None:
    loan = make_loan(cast)
    with pytest.raises(Refused) as caught:
        pay(cast, loan, amount_fen)
    assert (caught.value.code, caught.value.field) == ("bad_amount", "amount_fen")
    assert "5,891.46" in str(caught.value.message) and "200,000 yuan" in str(caught.value.message)
    assert (Repayment.objects.count(), fresh(loan).balance_fen) == (0, 20_000_000)


def test_the_payoff_bears_interest_to_the_day_and_settles(cast: Cast, pass_time: Callable[..., None]) -> None:
    loan = make_loan(cast)
    pay(cast, loan, FIRST)
    first, second = list(rows_of(loan))[:2]
    pass_time(days=(first.due_on - legal_day()).days + 10)
    # 30/360: the month counts as 30 days, 10 of its real days as their share.
    owed = 20_000_000 - PRINCIPAL
    month = (second.due_on - first.due_on).days
    interest = round(owed * Fraction(385, 10_000) * Fraction(30 * 10, 360 * month))
    assert payoff_amount(loan := fresh(loan), legal_day()) == owed + interest
    row = pay(cast, loan, owed + interest)
    assert (row.principal_fen, row.interest_fen) == (owed, interest)
    assert (fresh(loan).state, fresh(loan).balance_fen) == (Loan.State.SETTLED, 0)
    assert Account.objects.get(pk=loan.account_id).balance_fen == 0
    assert sound(loan)
    with pytest.raises(WrongState):
        pay(cast, loan, 1)
    years_later = first.due_on + timedelta(days=1000)
    assert (payable_rows(fresh(loan), years_later), overdue_fen(fresh(loan), years_later)) == ([], 0)


def test_interest_paid_ahead_is_not_asked_for_again_and_not_given_back(cast: Cast) -> None:
    loan = make_loan(cast)
    pay(cast, loan, FIRST)
    settling = payoff(fresh(loan), legal_day())
    assert (settling.principal_fen, settling.interest_fen) == (20_000_000 - PRINCIPAL, 0)
    pay(cast, loan, settling.amount_fen)
    assert fresh(loan).state == Loan.State.SETTLED and sound(loan)


def test_after_the_last_due_date_the_open_rows_settle_it(cast: Cast, pass_time: Callable[..., None]) -> None:
    loan = make_loan(cast, term_months=2)
    pass_time(days=90)
    total = sum(row.total_fen for row in rows_of(loan))
    assert payoff_amount(loan, legal_day()) == total
    with pytest.raises(Refused):
        pay(cast, loan, total + 1)
    pay(cast, loan, total)
    assert fresh(loan).state == Loan.State.SETTLED and sound(loan)


def test_paying_every_row_settles_the_loan(cast: Cast, pass_time: Callable[..., None]) -> None:
    loan = make_loan(cast, term_months=3)
    for row in list(rows_of(loan)):
        pass_time(days=(row.due_on - legal_day()).days)
        pay(cast, loan, row.total_fen)
    assert (fresh(loan).state, Repayment.objects.count()) == (Loan.State.SETTLED, 3)
    assert sum(r.interest_fen for r in Repayment.objects.all()) == sum(r.interest_fen for r in rows_of(loan))
    assert sound(loan)


@pytest.mark.parametrize("method", ["annuity", "equal_principal", "interest_only", "bullet"])
def test_random_payments_leave_the_books_whole(cast: Cast, pass_time: Callable[..., None], method: str) -> None:
    rng = random.Random(method)
    loan = make_loan(cast, term_months=6, product=make_product(cast, method=method))
    done = 0
    for _ in range(12):
        pass_time(days=rng.randint(0, 25))
        here = fresh(loan)
        due = sum(row.open_fen for row in payable_rows(here, legal_day()))
        if here.state == Loan.State.SETTLED:
            break
        if due:
            pay(cast, here, rng.choice([due, rng.randint(1, due)]))
            done += 1
    here = fresh(loan)
    if here.state == Loan.State.ACTIVE:
        pay(cast, here, payoff_amount(here, legal_day()))
        done += 1
    assert done >= 2 and Repayment.objects.count() == done
    assert fresh(loan).state == Loan.State.SETTLED and sound(loan)


@pytest.mark.parametrize("who", ["farmer", "bank2", "stranger", "city"])
def test_only_an_officer_of_the_bank_books_repayments(cast: Cast, who: str) -> None:
    loan = make_loan(cast)
    with pytest.raises(NotAllowed):
        pay(cast, loan, FIRST, by=getattr(cast, who))
    assert Repayment.objects.count() == 0


def test_a_second_click_books_once_and_another_amount_under_its_key_is_refused(cast: Cast) -> None:
    loan = make_loan(cast)
    first = pay(cast, loan, FIRST, request_key="k")
    assert pay(cast, loan, FIRST, request_key="k") == first
    with pytest.raises(OtherBody):
        pay(cast, loan, FIRST - 1, request_key="k")
    assert (Repayment.objects.count(), fresh(loan).balance_fen) == (1, 20_000_000 - PRINCIPAL)


def test_check_loans_finds_a_balance_that_is_not_the_ledgers(cast: Cast) -> None:
    loan = make_loan(cast)
    err = StringIO()
    call_command("check_loans", stderr=err)
    assert "1 loans looked at" in err.getvalue()
    Loan.objects.filter(pk=loan.pk).update(balance_fen=19_999_999)
    with pytest.raises(CommandError):
        call_command("check_loans", stdout=StringIO(), stderr=StringIO())
    assert len(list(differences())) == 1


def test_policy_and_selector_see_the_same_loans(cast: Cast) -> None:
    firm = cast.company_organisation
    right = make_certified_right(cast, holder_name=firm.name, holder_organisation=firm)
    made = [make_loan(cast), make_loan(cast, right=right, by=cast.company)]
    other = accounts.create_organisation(name="别的银行", kind="bank", division=cast.places.nanchuan, by=None)
    accounts.grant_role(user=cast.stranger, role=Role.BANKER, division=cast.places.city, organisation=other, by=None)
    seen = {}
    for name in ("farmer", "company", "bank", "bank2", "city", "village", "organiser", "stranger"):
        user = getattr(cast, name)
        found = set(visible_loans(user))
        assert found == {row for row in made if policies.may_view(user, row)}, name
        seen[name] = len(found)
    assert seen == dict.fromkeys(seen, 0) | {"farmer": 1, "company": 1, "bank": 2, "bank2": 2}
