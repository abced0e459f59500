"""What a person types: at the sandbox bank, and about money that belongs to nobody yet."""

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
    payer_account = forms.CharField(
        label=_("From which account"),
        help_text=_("Left empty, the bank does not tell it, and two finance clerks have to decide where it goes back."),
        max_length=40,
        required=False,
    )
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
        if number and not (number.isascii() and number.isdigit() and 8 <= len(number) <= 32):
            raise forms.ValidationError(_("An account number has 8 to 32 digits."))
        return number


class ProposalForm(RepeatableForm):
    """Where unclear money goes back to, and why."""

    to_name = forms.CharField(label=_("In whose name the account is"), max_length=120)
    to_account = forms.CharField(
        label=_("Account number"), help_text=_("8 to 32 digits; spaces do not matter."), max_length=40
    )
    reason = forms.CharField(
        label=_("How you know that it is the payer's"),
        help_text=_("For example: he called and sent the receipt of his bank. The second clerk reads this."),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ConfirmForm(RepeatableForm):
    """That one has read the proposal with this number."""

    proposal = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class DeclineForm(ConfirmForm):
    """What is wrong with the proposal."""

    note = forms.CharField(label=_("What is wrong with it"), max_length=200)
