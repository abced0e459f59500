"""What is typed about a loan; field names are the arguments of the services."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from exchange.accounts.models import Level
from exchange.accounts.selectors import divisions_at
from exchange.fields import YuanField
from exchange.web import RepeatableForm
from loans.servicing.models import Loan


class RepayForm(RepeatableForm):
    """A repayment of today."""

    amount_fen = YuanField(label=_("Amount that has arrived"))


class LoansForm(forms.Form):
    """The filters of the bank's list of loans."""

    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *Loan.State.choices])
    division = forms.ChoiceField(label=_("District"), required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        districts = [(unit.code, unit.name) for unit in divisions_at(level=Level.DISTRICT)]
        self.fields["division"].choices = [("", _("All")), *districts]  # type: ignore[attr-defined]
