"""Mortgages: registered before the money goes out, released after it has come back."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from exchange.accounts.models import User
from exchange.accounts.services import notify
from exchange.clock import legal_day
from exchange.errors import Refused, require
from exchange.journal.repeats import repeatable
from exchange.states import move
from listings.registry.models import Encumbrance, Right
from listings.registry.services import encumbrances
from loans.origination import policies
from loans.origination.models import Application, Mortgage
from loans.origination.services.deciding import OFFICERS_ONLY
from loans.origination.services.recording import record_loan


@repeatable
@transaction.atomic
def register_mortgage(
    *, application_id: str, number: str, registered_on: date, by: User, request_key: str = ""
) -> Application:
    """Enter the registration office's mortgage (抵押登记, Civil Code 402) and lock the right against listing."""
    found = Application.objects.only("right_id").get(pk=application_id)
    right = Right.objects.lock(pk=found.right_id) if found.right_id else None
    application = Application.objects.lock(pk=application_id)
    require(policies.may_value(by, application), OFFICERS_ONLY)
    if right is None or not application.product.needs_mortgage:
        raise Refused(_("This product needs no mortgage."), "no_mortgage")
    _check_entry(number, registered_on)
    move(application, Application.State.REGISTERED)
    mortgage = Mortgage(application=application, right=right, number=number.strip(), registered_on=registered_on)
    encumbrances.encumber(
        right_id=str(right.pk),
        kind=Encumbrance.Kind.MORTGAGE,
        holder_name=application.product.bank.name,
        reference=str(mortgage.pk),
        by=by,
    )
    mortgage.save()
    record_loan("mortgage.registered", application, by, subject=mortgage, day=registered_on)
    return application


def _check_entry(number: str, registered_on: date) -> None:
    if not number.strip():
        raise Refused(_("Write the number of the mortgage certificate."), "missing", "number")
    if Mortgage.objects.filter(number=number.strip()).exists():
        raise Refused(_("A mortgage with this number is already entered."), "taken", "number")
    if registered_on > legal_day():
        raise Refused(_("The mortgage cannot be registered on a day to come."), "bad_day", "registered_on")


@transaction.atomic
def release_mortgage(*, application_id: str, by: User) -> Mortgage:
    """Release a mortgage (注销抵押) and free its right. Called by `servicing.release`, which knows that all is paid."""
    right_id = Mortgage.objects.values_list("right_id", flat=True).get(application=application_id)
    Right.objects.lock(pk=right_id)
    mortgage = Mortgage.objects.lock(application=application_id)
    application = mortgage.application
    require(policies.may_value(by, application), OFFICERS_ONLY)
    move(mortgage, Mortgage.State.RELEASED, released_on=legal_day())
    encumbrances.lift(right_id=str(right_id), kind=Encumbrance.Kind.MORTGAGE, reference=str(mortgage.pk), by=by)
    record_loan("mortgage.released", application, by, subject=mortgage)
    text = gettext_noop("%(bank)s has released the mortgage. Your right is free again.")
    words = {"bank": application.product.bank.name}
    notify(user=application.applicant, text=text, words=words, url=reverse("servicing:mine"))
    return mortgage
