"""The bank's part before the money: value the right, approve or decline."""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from exchange.accounts.models import User
from exchange.accounts.services import notify
from exchange.clock import legal_day
from exchange.errors import NotAllowed, Refused, require
from exchange.journal.repeats import repeatable
from exchange.money import divide_half_up, group_thousands, share_bp
from exchange.rulebook.selectors import rule
from exchange.states import move
from loans.origination import policies
from loans.origination.models import Application, Valuation
from loans.origination.months import whole_months
from loans.origination.services.recording import record_loan

HIGHEST_RATE_BP = 10_000
OFFICERS_ONLY = _("Only an officer of this bank for this place does this.")
APPROVERS_ONLY = _("Only an approver of this bank for this place decides.")


@repeatable
@transaction.atomic
def value_application(
    *, application_id: str, annual_rent_fen: int, by: User, note: str = "", request_key: str = ""
) -> Application:
    """Value the right (估值): yearly rent × whole months left / 12; lendable is the rulebook's share of that.

    Half up, in fen. The share is the rule `ltv_cap_bp` for the kind of right in its place today.
    Until the decision it may be valued anew (重新估值), so that a slip of the pen costs nobody his application;
    the journal keeps every valuation.
    """
    application = Application.objects.lock(pk=application_id)
    require(policies.may_value(by, application), OFFICERS_ONLY)
    _require_other(by, application)
    right = application.right
    if right is None or right.term_to is None or not application.product.needs_mortgage:
        raise Refused(_("This product needs no collateral, so there is nothing to value."), "nothing_to_value")
    if annual_rent_fen <= 0:
        raise Refused(_("The rent must be more than nothing."), "bad_amount", "annual_rent_fen")
    today = legal_day()
    months = whole_months(today, right.term_to)
    value_fen = divide_half_up(annual_rent_fen * months, 12)
    cap = rule("ltv_cap_bp", right_kind=right.kind, division=right.division, day=today)
    move(application, Application.State.VALUED, valued_by=by)
    found = {
        "annual_rent_fen": annual_rent_fen,
        "months": months,
        "value_fen": value_fen,
        "ltv_cap_bp": cap.value,
        "ceiling_fen": share_bp(value_fen, cap.value),
        "note": note,
    }
    Valuation.objects.update_or_create(application=application, defaults=found)
    record_loan("loan.valued", application, by, value_fen=value_fen, annual_rent_fen=annual_rent_fen, months=months)
    return application


def _require_other(by: User, application: Application) -> None:
    if policies.applies(by, application):
        raise NotAllowed(_("This is your own application. A colleague has to deal with it."))


@repeatable
@transaction.atomic
def approve_application(
    *, application_id: str, by: User, rate_bp: int | None = None, request_key: str = ""
) -> Application:
    """Approve a loan (审批) at the product's rate, or at `rate_bp` a year where the product leaves it open.

    Another person than the one who valued the right (four eyes). Never more than the valuation's ceiling.
    """
    application = Application.objects.lock(pk=application_id)
    require(policies.may_decide(by, application), APPROVERS_ONLY)
    _require_other(by, application)
    if application.valued_by_id == by.pk:
        raise NotAllowed(_("Who has valued a right cannot approve the loan on it. A colleague has to do it."))
    if application.product.needs_mortgage:
        _check_ceiling(application)
    rate = _agreed_rate(application, rate_bp)
    move(application, Application.State.APPROVED, decided_by=by, rate_bp=rate)
    record_loan("loan.approved", application, by, rate_bp=rate)
    text = gettext_noop("%(bank)s has approved your loan of %(amount)s yuan.")
    amount = group_thousands(application.amount_fen)
    _tell(application, text, amount=amount)
    return application


def _check_ceiling(application: Application) -> None:
    valuation = Valuation.objects.filter(application=application).first()
    if valuation is None:
        raise Refused(_("The right has to be valued before the loan can be approved."), "not_valued")
    if application.amount_fen > valuation.ceiling_fen:
        raise Refused(
            _(
                "%(amount)s yuan are asked for, and at most %(ceiling)s yuan may be lent on this right. "
                "Have it valued anew if the rent is wrong, or decline it and let the borrower apply for less."
            )
            % {"amount": group_thousands(application.amount_fen), "ceiling": group_thousands(valuation.ceiling_fen)},
            "above_ceiling",
            "amount_fen",
        )


def _agreed_rate(application: Application, rate_bp: int | None) -> int:
    fixed = application.product.rate_bp
    if fixed is not None:
        if rate_bp not in (None, fixed):
            raise Refused(_("The rate of this product is fixed."), "fixed_rate", "rate_bp")
        return fixed
    if rate_bp is None:
        raise Refused(_("This product leaves the rate to the bank. Enter it."), "missing", "rate_bp")
    if not 0 <= rate_bp <= HIGHEST_RATE_BP:
        raise Refused(_("Enter the yearly rate in percent, such as 3.85."), "bad_rate", "rate_bp")
    return rate_bp


@repeatable
@transaction.atomic
def decline_application(*, application_id: str, reason: str, by: User, request_key: str = "") -> Application:
    """Decline a loan (拒绝) with a reason that the borrower reads."""
    application = Application.objects.lock(pk=application_id)
    require(policies.may_decide(by, application), APPROVERS_ONLY)
    _require_other(by, application)
    if not reason.strip():
        raise Refused(_("Say why, so that the borrower knows what to do."), "missing", "reason")
    move(application, Application.State.DECLINED, decided_by=by, reason=reason.strip())
    record_loan("loan.declined", application, by)
    text = gettext_noop("%(bank)s has declined your application: %(reason)s")
    _tell(application, text, reason=application.reason)
    return application


def _tell(application: Application, text: str, **words: str) -> None:
    named = {"bank": application.product.bank.name, **words}
    notify(user=application.applicant, text=text, words=named, url=reverse("servicing:mine"))
