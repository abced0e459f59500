"""One application on the bank's desk: how far it has come, what is known, what this person may do next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from exchange.accounts.models import User
from exchange.clock import SHANGHAI, legal_day
from exchange.web import RepeatableForm
from listings.registry.selectors import current_certificate
from loans.origination import policies as origination
from loans.origination.forms import ApproveForm, DeclineForm, RegisterForm, ValueForm
from loans.origination.models import Application, Mortgage, Valuation
from loans.origination.selectors import deal_behind, mortgage_of
from loans.servicing import policies
from loans.servicing.engine.schedule import Row
from loans.servicing.forms import RepayForm
from loans.servicing.models import Loan, ScheduleRow
from loans.servicing.plan import planned
from loans.servicing.selectors.loans import overdue_fen, payable_rows, payoff, repayments, rows_of

S = Application.State
SHOWN_FIRST, SHOWN_LAST = 6, 2
PlanRow = Row | ScheduleRow


@dataclass(frozen=True)
class Case:
    """An application with everything that belongs to it."""

    application: Application
    valuation: Valuation | None
    mortgage: Mortgage | None
    loan: Loan | None

    @property
    def needs_mortgage(self) -> bool:
        """Whether its product does."""
        return self.application.product.needs_mortgage

    @property
    def is_too_much(self) -> bool:
        """Whether more is asked for than the valuation lets; for as long as nobody has decided."""
        undecided = self.application.state in Application.UNDECIDED
        return undecided and self.valuation is not None and self.application.amount_fen > self.valuation.ceiling_fen


def case_of(application: Application) -> Case:
    """Gather what belongs to an application."""
    return Case(
        application=application,
        valuation=Valuation.objects.filter(application=application).first(),
        mortgage=mortgage_of(application),
        loan=Loan.objects.filter(application=application).select_related("bank", "division").first(),
    )


def open_verbs(user: User, case: Case) -> set[str]:
    """Return the steps that the person may take on the case as it stands."""
    row, state = case.application, S(case.application.state)
    officer, approver = origination.may_value(user, row), origination.may_decide(user, row)
    verbs = set()
    if approver and state in Application.UNDECIDED:
        verbs.add("decline")
        if (state == S.VALUED or not case.needs_mortgage) and row.valued_by_id != user.pk:
            verbs.add("approve")
    if officer:
        verbs |= _of_officer(user, case, state)
    return verbs


def _of_officer(user: User, case: Case, state: Application.State) -> set[str]:
    verbs = set()
    if state in Application.UNDECIDED and case.needs_mortgage:
        verbs.add("value")
    if state == S.APPROVED:
        verbs.add("register" if case.needs_mortgage else "disburse")
    if state == S.REGISTERED:
        verbs.add("disburse")
    if case.application.decided_by_id == user.pk:
        verbs.discard("disburse")
    if case.loan and policies.may_service(user, case.loan):
        if case.loan.state == Loan.State.ACTIVE:
            verbs.add("repay")
        elif case.mortgage and case.mortgage.state == Mortgage.State.REGISTERED:
            verbs.add("release")
    return verbs


def sideways(case: Case) -> set[str]:
    """Return the steps that do not bring the case on: to decline it, to value what is valued."""
    return {"decline", "value"} if case.valuation else {"decline"}


def waiting_for(case: Case) -> str:
    """Return whose turn it is, for a person who cannot bring it on; "" where nobody has to do anything."""
    state = S(case.application.state)
    if state == S.SUBMITTED and case.needs_mortgage:
        return _("It is the officer's turn: the right has to be valued.")
    if state in Application.UNDECIDED:
        return _("It is an approver's turn: somebody else than who valued the right decides.")
    if state == S.APPROVED and case.needs_mortgage:
        return _("It is the officer's turn: the mortgage has to be entered when it is registered.")
    if state in (S.APPROVED, S.REGISTERED):
        return _("It is the officer's turn: somebody else than who approved the loan pays it out.")
    return ""


def form_for(verb: str, case: Case, data: Any = None) -> forms.Form:
    """Return the form of a step, bound to `data` if given; ids of its fields begin with the verb."""
    auto_id = f"{verb}_%s"
    if verb == "value":
        deal = deal_behind(case.application.right)
        rent = deal.price_fen if deal and deal.price_unit == "yuan_per_year" else None
        known = case.valuation
        initial = {"annual_rent_fen": known.annual_rent_fen if known else rent, "note": known.note if known else ""}
        return ValueForm(data, auto_id=auto_id, initial=initial)
    if verb == "approve":
        return ApproveForm(data, auto_id=auto_id, product=case.application.product)
    if verb == "decline":
        return DeclineForm(data, auto_id=auto_id)
    if verb == "register":
        return RegisterForm(data, auto_id=auto_id, initial={"registered_on": legal_day()})
    if verb == "repay":
        return RepayForm(data, auto_id=auto_id, initial={"amount_fen": _next_due(case.loan)})
    return RepeatableForm(data, auto_id=auto_id)


def _next_due(loan: Loan | None) -> int | None:
    return sum(row.open_fen for row in payable_rows(loan, legal_day())) or None if loan else None


def context(user: User, application: Application, bound: dict[str, forms.Form], *, whole: bool) -> dict[str, Any]:
    """Return what the page of a case shows; `bound` are forms that were refused, `whole` the whole schedule."""
    case = case_of(application)
    open_forms = {verb: form_for(verb, case) for verb in open_verbs(user, case)}
    today = legal_day()
    rows: Sequence[PlanRow] = list(rows_of(case.loan)) if case.loan else preview(application, today)
    return {
        "case": case,
        "row": application,
        "forms": {**open_forms, **bound},
        "steps": steps(case),
        "certificate": current_certificate(application.right) if application.right else None,
        "deal": deal_behind(application.right),
        "share": _share(case),
        "too_much": case.is_too_much,
        "waits_for": "" if open_forms.keys() - sideways(case) else waiting_for(case),
        "plan": shown(rows, whole=whole),
        "offer": offer(rows),
        "loan": loan_figures(case.loan, today) if case.loan else None,
    }


def _share(case: Case) -> float:
    """Return which share of the value is asked for, from 0 to 1."""
    if case.valuation is None or not case.valuation.value_fen:
        return 0.0
    return min(1.0, case.application.amount_fen / case.valuation.value_fen)


def preview(application: Application, day: date) -> list[PlanRow]:
    """Return the schedule as it would be if paid out on `day`; none while the rate is open."""
    rate_bp = application.rate_bp if application.rate_bp is not None else application.product.rate_bp
    if rate_bp is None or application.state in (S.DECLINED, S.WITHDRAWN):
        return []
    loan = Loan(
        principal_fen=application.amount_fen,
        rate_bp=rate_bp,
        method=application.product.method,
        term_months=application.term_months,
        disbursed_on=day,
    )
    return list(planned(loan).rows)


def shown(rows: Sequence[PlanRow], *, whole: bool) -> dict[str, Any]:
    """Return a schedule for a table: its rows (the first and the last ones unless `whole`), what is left out, sums."""
    lines = [
        {
            "n": row.n,
            "due": row.due_on if isinstance(row, ScheduleRow) else row.due,
            "total_fen": row.total_fen,
            "principal_fen": row.principal_fen,
            "interest_fen": row.interest_fen,
            "balance_fen": row.balance_fen,
            "open_fen": row.open_fen if isinstance(row, ScheduleRow) else None,
            "dropped": isinstance(row, ScheduleRow) and row.open_fen and row.loan.state == Loan.State.SETTLED,
        }
        for row in rows
    ]
    fold = not whole and len(lines) > SHOWN_FIRST + SHOWN_LAST + 1
    return {
        "count": len(lines),
        "first": lines[:SHOWN_FIRST] if fold else lines,
        "last": lines[-SHOWN_LAST:] if fold else [],
        "left_out": (SHOWN_FIRST + 1, len(lines) - SHOWN_LAST) if fold else None,
        "principal_fen": sum(row.principal_fen for row in rows),
        "interest_fen": sum(row.interest_fen for row in rows),
        "total_fen": sum(row.total_fen for row in rows),
    }


def offer(rows: Sequence[PlanRow]) -> dict[str, int] | None:
    """Return what the borrower has to know: the first instalment, the first year, all interest; in fen."""
    if not rows:
        return None
    return {
        "first_fen": rows[0].total_fen,
        "year_fen": sum(row.total_fen for row in rows[:12]),
        "interest_fen": sum(row.interest_fen for row in rows),
    }


def loan_figures(loan: Loan, today: date) -> dict[str, Any]:
    """Return where a loan stands today."""
    settling = payoff(loan, today) if loan.state == Loan.State.ACTIVE and loan.is_serviced_here else None
    return {
        "loan": loan,
        "payoff": settling,
        "overdue_fen": overdue_fen(loan, today),
        "due": payable_rows(loan, today)[-1:],
        "due_fen": sum(row.open_fen for row in payable_rows(loan, today)),
        "coming": next((row for row in rows_of(loan) if row.open_fen), None) if settling else None,
        "repayments": list(repayments(loan)),
    }


def steps(case: Case) -> list[tuple[str, str, Any]]:
    """Return (state, label, day) of each step of the case: "ok", "now" or "" for what is still to come."""
    row = case.application
    done = {S.SUBMITTED: 1, S.VALUED: 2, S.APPROVED: 3, S.REGISTERED: 4, S.DISBURSED: 5}.get(S(row.state), 1)
    settled = case.loan is not None and case.loan.state == Loan.State.SETTLED
    released = case.mortgage is not None and case.mortgage.state == Mortgage.State.RELEASED
    done += settled + released
    applied = row.created_at.astimezone(SHANGHAI).date()
    every = [
        (1, _("Applied for"), applied, True),
        (2, _("Valued"), _day_of(case.valuation), case.needs_mortgage),
        (3, _("Approved"), None, True),
        (4, _("Mortgage registered"), case.mortgage.registered_on if case.mortgage else None, case.needs_mortgage),
        (5, _("Money paid out"), case.loan.disbursed_on if case.loan else None, True),
        (6, _("Repaid"), case.loan.repaid_on if case.loan and settled else None, True),
        (7, _("Released"), case.mortgage.released_on if case.mortgage else None, case.needs_mortgage),
    ]
    kept = [(n, label, day) for n, label, day, wanted in every if wanted]
    coming = next((n for n, _label, _when in kept if n > done), None)
    over = row.state in (S.DECLINED, S.WITHDRAWN)
    marks = {n: "ok" if n <= done else "now" if n == coming and not over else "" for n, _label, _when in kept}
    return [(marks[n], label, day) for n, label, day in kept]


def _day_of(valuation: Valuation | None) -> date | None:
    return valuation.created_at.astimezone(SHANGHAI).date() if valuation else None
