"""What is typed about a listing; field names are the arguments of the services."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from exchange.accounts.models import Level
from exchange.accounts.selectors import divisions_at
from exchange.fields import DayField, MuField, YuanField
from exchange.rulebook.selectors import right_kinds
from exchange.web import RepeatableForm
from listings.catalogue.models import Document, Listing, Resolution


class DraftForm(RepeatableForm):
    """The first question: what shall the listing be called."""

    title = forms.CharField(
        label=_("Title"), max_length=80, help_text=_("What it is and where, for example: Wuxing village, former school")
    )
    rule_code = forms.ChoiceField(
        label=_("Rules"),
        choices=[("standard", _("The rules in force")), ("demonstration", _("Demonstration: days shrink to minutes"))],
        initial="demonstration",
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not settings.DEMONSTRATION:
            del self.fields["rule_code"]


class BasicsForm(RepeatableForm):
    """Title, use and term."""

    title = forms.CharField(label=_("Title"), max_length=80)
    use_text = forms.CharField(label=_("What it may be used for"), max_length=120)
    term_months = forms.IntegerField(
        label=_("Length of the lease"),
        min_value=1,
        max_value=1200,
        help_text=_("20 years are 240 months, the longest lease (Civil Code 705)."),
        widget=forms.NumberInput(attrs={"data-unit": _("months")}),
    )
    summary = forms.CharField(
        label=_("What a lessee should know"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )


class ResolutionForm(RepeatableForm):
    """The members' vote."""

    organ = forms.ChoiceField(label=_("Who decided"), choices=Resolution.Organ.choices, widget=forms.RadioSelect)
    notice_on = DayField(label=_("Day on which the members were called"))
    meeting_on = DayField(label=_("Day of the meeting"))
    eligible = forms.IntegerField(
        label=_("All who may vote"),
        min_value=1,
        max_value=100_000,
        widget=forms.NumberInput(attrs={"data-unit": _("people")}),
    )
    present = forms.IntegerField(
        label=_("Present"), min_value=0, max_value=100_000, widget=forms.NumberInput(attrs={"data-unit": _("people")})
    )
    in_favour = forms.IntegerField(
        label=_("In favour"),
        min_value=0,
        max_value=100_000,
        help_text=_("Two thirds of all who may vote are needed, not only of those present."),
        widget=forms.NumberInput(attrs={"data-unit": _("people")}),
    )
    floor_price_fen = YuanField(label=_("Lowest price the members agreed to"), unit=_("yuan a year"))


class PriceForm(RepeatableForm):
    """Start price, step, deposit."""

    start_price_fen = YuanField(label=_("Start price"), unit=_("yuan a year"))
    step_fen = YuanField(label=_("Step"), help_text=_("Each bid is at least so much higher."))
    deposit_fen = YuanField(label=_("Deposit of each bidder"))


class DocumentForm(RepeatableForm):
    """One file."""

    kind = forms.ChoiceField(label=_("What it is"), choices=Document.Kind.choices)
    upload = forms.FileField(
        label=_("Photo or PDF"),
        help_text=_("Take a photo of the paper with the phone, or choose a PDF. At most 10 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png,application/pdf"}),
    )
    is_public = forms.BooleanField(label=_("Everybody may read it"), required=False)


class ApproveForm(RepeatableForm):
    """Pass a listing on."""

    comment = forms.CharField(label=_("Note for the file"), max_length=500, required=False)


RETURNABLE = {
    "basics": _("Use and term"),
    "resolution": _("Members' vote"),
    "price": _("Price and deposit"),
    "documents": _("Files"),
}


class ReturnForm(RepeatableForm):
    """Send a listing back: a reason at each place that has to be mended."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in RETURNABLE.items():
            self.fields[f"pin_{name}"] = forms.CharField(label=label, max_length=200, required=False)
        self.fields["comment"] = forms.CharField(label=_("Note for the file"), max_length=500, required=False)

    def clean(self) -> dict[str, Any]:
        """Gather the reasons into the service's `pins`; the empty form is told so at the top."""
        cleaned = super().clean() or {}
        pins = [(name, cleaned.pop(f"pin_{name}", "")) for name in RETURNABLE]
        cleaned["pins"] = [(name, reason) for name, reason in pins if reason]
        return cleaned


class FilterForm(forms.Form):
    """The filters of the hall of listings; all in the URL, all optional."""

    q = forms.CharField(required=False, max_length=60)
    division = forms.ChoiceField(label=_("District"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False)
    area_from = MuField(label=_("Area from (mu)"), required=False)
    area_to = MuField(label=_("Area to (mu)"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every = [("", _("All"))]
        districts = [(d.code, d.name) for d in divisions_at(level=Level.DISTRICT)]
        self.fields["division"].choices = every + districts  # type: ignore[attr-defined]
        self.fields["kind"].choices = every + [(k.pk, str(k)) for k in right_kinds()]  # type: ignore[attr-defined]
        states = [(s.value, s.label) for s in Listing.PUBLIC]
        self.fields["state"].choices = [("", _("On the market")), *states]  # type: ignore[attr-defined]
