"""What a village enters about its land."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from exchange.accounts.models import User
from exchange.fields import AreaField, DayField
from exchange.rulebook.selectors import right_kinds
from exchange.web import RepeatableForm
from listings.registry.selectors import own_collectives


class AccountForm(RepeatableForm):
    """The collective's own account."""

    number = forms.CharField(
        label=_("Account number"),
        max_length=50,
        help_text=_("8 to 32 digits, as the bank has printed them; spaces do no harm."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class LandForm(RepeatableForm):
    """A parcel and the collective's right to it, as they stand on the certificate."""

    collective_id = forms.ChoiceField(label=_("Collective"))
    name = forms.CharField(
        label=_("What it is called"), max_length=120, help_text=_("For example: former village school")
    )
    unit_code = forms.CharField(
        label=_("Real-estate unit code"),
        max_length=40,
        help_text=_("28 characters on the certificate, such as 500119 101005 JB00123 W00000000"),
    )
    kind = forms.ChoiceField(label=_("Kind of right"))
    location = forms.CharField(label=_("Where it lies"), max_length=200)
    area_m2 = AreaField(label=_("Area on the certificate"))
    land_class = forms.CharField(label=_("Class of land"), max_length=60, required=False)
    planned_use = forms.CharField(label=_("Planned use"), max_length=60, required=False)
    certificate_number = forms.CharField(label=_("Number of the certificate"), max_length=60)
    registered_on = DayField(label=_("Day of registration"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        collectives = [(str(c.pk), str(c)) for c in own_collectives(user)]
        self.fields["collective_id"].choices = collectives  # type: ignore[attr-defined]
        if len(collectives) == 1:
            self.fields["collective_id"].widget = forms.HiddenInput()
            self.fields["collective_id"].initial = collectives[0][0]
        self.fields["kind"].choices = [(k.pk, str(k)) for k in right_kinds()]  # type: ignore[attr-defined]
        self.fields["kind"].initial = "construction_land"
