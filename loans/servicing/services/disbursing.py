"""Paying out, and giving the right back at the end."""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from exchange.accounts.models import User
from exchange.accounts.services import notify
from exchange.clock import legal_day
from exchange.errors import NotAllowed, Refused, WrongState, require
from exchange.journal.repeats import repeatable
from exchange.journal.services import record
from exchange.money import group_thousands
from exchange.states import move
from listings.registry.models import Right
from loans.origination import policies as origination
from loans.origination.models import Application, Mortgage
from loans.origination.services.deciding import OFFICERS_ONLY
from loans.origination.services.mortgages import release_mortgage
from loans.origination.services.security import check_term
from loans.servicing import policies
from loans.servicing.models import Loan, ScheduleRow
from loans.servicing.plan import planned
from loans.servicing.services.posting import loan_account, post_principal
from loans.servicing.services.recording import disbursement


@repeatable
@transaction.atomic
def disburse(*, application_id: str, by: User, request_key: str = "") -> Loan:
    """Pay out an approved loan (放款): the loan, its schedule by the engine, and the principal in the ledger.

    By an officer other than the approver. A mortgage product pays out only once its mortgage is registered,
    and only while the loan still ends the rule's margin before the right.
    """
    application = Application.objects.lock(pk=application_id)
    require(origination.may_value(by, application), OFFICERS_ONLY)
    if application.decided_by_id == by.pk or origination.applies(by, application):
        raise NotAllowed(_("Who has approved a loan, or takes it, cannot pay it out. A colleague has to do it."))
    today = legal_day()
    if application.product.needs_mortgage and application.right is not None:
        _require_registered(application)
        check_term(right=application.right, term_months=application.term_months, day=today)
    move(application, Application.State.DISBURSED)
    loan = _loan(application)
    loan.disbursed_on = today
    loan.account = loan_account(loan)
    loan.save()
    _write_schedule(loan)
    post_principal(
        loan=loan, owed_fen=loan.principal_fen, kind="loan.disbursed", request_key=f"disburse:{loan.pk}", by=by
    )
    record("loan.disbursed", by=by, **disbursement(loan))
    text = gettext_noop("%(bank)s has paid out your loan of %(amount)s yuan.")
    words = {"bank": loan.bank_name, "amount": group_thousands(loan.principal_fen)}
    notify(user=application.applicant, text=text, words=words, url=reverse("servicing:loan", args=[loan.pk]))
    return loan


def _require_registered(application: Application) -> None:
    if application.state == Application.State.APPROVED:
        raise Refused(
            _("The mortgage is not registered yet. Enter its number from the registration office first."),
            "not_registered",
        )


def _loan(application: Application) -> Loan:
    product = application.product
    if application.rate_bp is None:
        raise ValueError("an approved application has a rate")
    return Loan(
        application=application,
        bank=product.bank,
        bank_name=product.bank.name,
        product=product,
        product_name=product.name,
        division=application.division,
        right_kind=application.right_kind,
        secured=product.needs_mortgage,
        borrower_name=application.borrower_name,
        borrower_user=None if application.applicant_organisation_id else application.applicant,
        borrower_organisation=application.applicant_organisation,
        principal_fen=application.amount_fen,
        balance_fen=application.amount_fen,
        rate_bp=application.rate_bp,
        method=product.method,
        term_months=application.term_months,
        origin=application.origin,
    )


def _write_schedule(loan: Loan) -> None:
    ScheduleRow.objects.bulk_create(
        ScheduleRow(
            loan=loan,
            n=row.n,
            due_on=row.due,
            principal_fen=row.principal_fen,
            interest_fen=row.interest_fen,
            total_fen=row.total_fen,
            balance_fen=row.balance_fen,
        )
        for row in planned(loan).rows
    )


@repeatable
@transaction.atomic
def release(*, loan_id: str, by: User, request_key: str = "") -> Loan:
    """Release the mortgage of a settled loan (解押), so that the right is free again."""
    found = Loan.objects.select_related("application").get(pk=loan_id)
    if found.application is not None and found.application.right_id:
        Right.objects.lock(pk=found.application.right_id)
    loan = Loan.objects.lock(pk=loan_id)
    require(policies.may_service(by, loan), OFFICERS_ONLY)
    if loan.state != Loan.State.SETTLED:
        raise WrongState(
            _("%(balance)s yuan are still owed. The mortgage is released when all is paid.")
            % {"balance": group_thousands(loan.balance_fen)},
            "not_settled",
        )
    if not Mortgage.objects.filter(application=loan.application_id).exists():
        raise Refused(_("No mortgage stands behind this loan, so there is nothing to release."), "no_mortgage")
    release_mortgage(application_id=str(loan.application_id), by=by)
    return loan
