"""What is typed about a deal; field names are the arguments of the services."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from exchange.accounts.models import Level
from exchange.accounts.selectors import divisions_at
from exchange.clock import legal_day
from exchange.fields import DayField
from exchange.journal.models import Origin
from exchange.rulebook.selectors import right_kinds
from exchange.web import RepeatableForm


class FilterForm(forms.Form):
    """The filters of the published deals; all in the URL, all optional. A division may be any code."""

    division = forms.RegexField(r"^[0-9]{6,12}$", label=_("District"), required=False, max_length=12)
    right_kind = forms.ChoiceField(label=_("Kind"), required=False)
    origin = forms.ChoiceField(
        label=_("Where from"),
        required=False,
        choices=[("", _("All but simulated")), *Origin.choices, ("all", _("All"))],
    )
    first = DayField(label=_("From"), required=False)
    last = DayField(label=_("Until"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every: list[tuple[str, Any]] = [("", _("All"))]
        districts = [(d.code, d.name) for d in divisions_at(level=Level.DISTRICT)]
        asked = (self.data.get("division") or "")[:12]
        if asked and asked not in dict(districts):
            districts.append((asked, asked))
        self.fields["division"].widget = forms.Select(choices=every + districts)
        self.fields["right_kind"].choices = every + [(k.pk, str(k)) for k in right_kinds()]  # type: ignore[attr-defined]


def _clause(label: Any, hint: Any) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=hint, max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class DrawUpForm(RepeatableForm):
    """The clauses that the law demands; whether they may be empty is the service's business."""

    planning_conditions = _clause(
        _("Planning conditions"), _("Boundary, use and intensity, as the planning office has written them.")
    )
    industry_entry = _clause(_("Industry entry"), _("Which industries may settle here, which may not."))
    ecology = _clause(_("Ecological requirements"), _("Waste water, air, noise, soil: what has to be kept."))


class SeenField(forms.CharField):
    """The hidden SHA-256 of what the page shows; after a refusal the page shows what stands now, with its own."""

    widget = forms.HiddenInput

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Show the hash of what is shown now, not the one that was sent."""
        return initial


class SignForm(RepeatableForm):
    """That one has read what one signs."""

    sha256 = SeenField(max_length=64)
    have_read = forms.BooleanField(label=_("I have read the whole contract and sign it for my side."))

    def clean(self) -> dict[str, Any]:
        """Leave the tick out of the service's arguments."""
        cleaned = super().clean() or {}
        cleaned.pop("have_read", None)
        return cleaned


class HandoverForm(RepeatableForm):
    """The sheet of the hand-over."""

    on_day = DayField(label=_("Day of the hand-over"), initial=legal_day)
    place_note = forms.CharField(
        label=_("What was handed over"),
        help_text=_("Boundary stones, buildings, keys, meters."),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    photo = forms.FileField(
        label=_("Photo of the place"),
        help_text=_("JPEG or PNG, at most 10 MB."),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png", "capture": "environment"}),
    )


class ConfirmHandoverForm(RepeatableForm):
    """Confirms the sheet that is shown."""

    sha256 = SeenField(max_length=64)


class CertificateForm(RepeatableForm):
    """What the registration office has issued."""

    number = forms.CharField(label=_("Number of the certificate"), max_length=60)
    registered_on = DayField(label=_("Day of registration"), initial=legal_day)
    office = forms.CharField(label=_("Registration office"), max_length=120, required=False)


class ReasonForm(RepeatableForm):
    """Why something is cancelled or revoked."""

    reason = forms.CharField(label=_("Reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 3}))


class SeenNumberField(forms.IntegerField):
    """The hidden number of the proposal that the page shows; after a refusal that of the one which stands now."""

    widget = forms.HiddenInput

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Show the number of what is shown now, not the one that was sent."""
        return initial


class ConfirmDefaultForm(RepeatableForm):
    """That one has read the proposal with this number."""

    proposal = SeenNumberField(min_value=0)


class DeclineDefaultForm(ConfirmDefaultForm):
    """What is wrong with the proposal."""

    note = forms.CharField(label=_("What is wrong with it"), max_length=200)


class VerifyForm(forms.Form):
    """What stands on the paper."""

    number = forms.CharField(
        label=_("Number of the attestation"), max_length=60, help_text=_("Top right, such as JZ500119-2026-12345678")
    )
    code = forms.CharField(
        label=_("Verify code"), max_length=40, help_text=_("Beside the QR code, 12 letters and digits")
    )
