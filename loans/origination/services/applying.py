"""The borrower's part: apply, and take the application back."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from exchange.accounts.models import Division, Organisation, User
from exchange.clock import legal_day
from exchange.errors import Refused, WrongState, require
from exchange.journal.models import Origin
from exchange.journal.repeats import repeatable
from exchange.money import group_thousands
from exchange.states import may_move, move
from listings.registry.models import Right
from loans.origination import policies
from loans.origination.models import Application, Product
from loans.origination.services.recording import record_loan
from loans.origination.services.security import check_kind, check_security, check_term

NOT_HOLDER = _("Only the holder of a right applies for a loan on it.")


@repeatable
@transaction.atomic
def apply_for_loan(
    *,
    product_id: str,
    amount_fen: int,
    term_months: int,
    purpose: str,
    by: User,
    right_id: str | None = None,
    division: Division | None = None,
    request_key: str = "",
) -> Application:
    """Apply for a loan (申请贷款) of `amount_fen` over `term_months`, on a right that the person holds.

    A mortgage product needs a right with a certificate, free, lendable by law and by the rules of its
    place, and of a kind that the product takes. A credit product takes a right or, without one, the borrower's
    `division`.
    """
    product = Product.objects.select_related("bank").get(pk=product_id)
    right = Right.objects.lock(pk=right_id) if right_id else None
    require(right is None or policies.holds(by, right), NOT_HOLDER)
    _check_product(product, amount_fen, term_months)
    if not purpose.strip():
        raise Refused(_("Say what the money is for."), "missing", "purpose")
    place = right.division if right else division
    if place is None:
        raise Refused(_("Say in which place the borrower lives or works."), "missing", "division")
    application = Application.objects.create(
        product=product,
        right=right,
        applicant=by,
        applicant_organisation=_organisation(right),
        borrower_name=right.holder_name if right else by.full_name,
        division=place,
        right_kind=right.kind if right else "",
        amount_fen=amount_fen,
        term_months=term_months,
        purpose=purpose.strip(),
        lease_note=_check_right(product, right, term_months),
        origin=right.origin if right else Origin.PLATFORM,
    )
    record_loan("loan.applied", application, by, secured=product.needs_mortgage)
    return application


def _organisation(right: Right | None) -> Organisation | None:
    return right.holder_organisation if right else None


def _check_product(product: Product, amount_fen: int, term_months: int) -> None:
    if not product.active:
        raise Refused(_("The bank no longer offers this product. Choose another one."), "ended", "product_id")
    if amount_fen <= 0:
        raise Refused(_("The amount must be more than nothing."), "bad_amount", "amount_fen")
    if product.limit_fen is not None and amount_fen > product.limit_fen:
        raise Refused(
            _("%(product)s goes up to %(limit)s yuan. Write a smaller amount or choose another product.")
            % {"product": product.name, "limit": group_thousands(product.limit_fen)},
            "over_limit",
            "amount_fen",
        )
    if term_months < 1:
        raise Refused(_("The loan runs for at least one month."), "term_too_short", "term_months")
    if product.term_months_max is not None and term_months > product.term_months_max:
        raise Refused(
            _("%(product)s runs for at most %(months)d months.")
            % {"product": product.name, "months": product.term_months_max},
            "term_too_long",
            "term_months",
        )


def _check_right(product: Product, right: Right | None, term_months: int) -> str:
    if not product.needs_mortgage:
        return ""
    if right is None:
        raise Refused(_("This product needs a right that can be mortgaged."), "no_right", "right_id")
    today = legal_day()
    note = check_security(right=right, day=today)
    check_kind(product=product, right=right)
    check_term(right=right, term_months=term_months, day=today)
    return note


@repeatable
@transaction.atomic
def withdraw_application(*, application_id: str, by: User, request_key: str = "") -> Application:
    """Take one's application back (撤回), as long as the bank has not decided on it."""
    application = Application.objects.lock(pk=application_id)
    require(policies.applies(by, application), _("Only the applicant takes an application back."))
    if not may_move(application, Application.State.WITHDRAWN):
        raise WrongState(_("The bank has already decided on this application. Speak with the bank."))
    move(application, Application.State.WITHDRAWN)
    record_loan("loan.withdrawn", application, by)
    return application
