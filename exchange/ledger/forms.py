"""What a person types at the sandbox bank."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from exchange.money import yuan_to_fen
from exchange.web import RepeatableForm


class PayInForm(RepeatableForm):
    """A payment under a sub-account's number; the amount in yuan becomes `amount_fen`."""

    number = forms.CharField(
        label=_("Number of the sub-account"),
        help_text=_("The number you were given when you registered or signed."),
        max_length=32,
    )
    payer_name = forms.CharField(
        label=_("Who pays"), help_text=_("The name on the payer's account. Another name is sent back."), max_length=60
    )
    payer_account = forms.CharField(label=_("From which account"), max_length=40)
    amount_fen = forms.CharField(
        label=_("Amount"), max_length=20, widget=forms.TextInput(attrs={"data-unit": _("yuan")})
    )

    def clean_amount_fen(self) -> int:
        """Turn yuan as typed into fen; the reason is shown at the field."""
        try:
            return yuan_to_fen(self.cleaned_data["amount_fen"].replace(",", "").strip())
        except ValueError as error:
            raise forms.ValidationError(gettext(str(error))) from error

    def clean_payer_account(self) -> str:
        """Take an account number in groups, as people copy it."""
        number = self.cleaned_data["payer_account"].replace(" ", "")
        if not (number.isascii() and number.isdigit() and 8 <= len(number) <= 32):
            raise forms.ValidationError(_("An account number has 8 to 32 digits."))
        return number
