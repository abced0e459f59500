"""The shape of what one may ask of the pages of stats."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

CODE = r"^\d{6}(\d{3}){0,2}$"
BIGGEST_KEY = 2**63 - 1


class Filter(forms.Form):
    """A place (code), a kind of right, simulated facts or not."""

    division = forms.RegexField(CODE, required=False, label=_("Division"))
    kind = forms.SlugField(max_length=40, required=False, label=_("Kind of right"))
    simulated = forms.BooleanField(required=False, label=_("with the simulated market"))


class RowsFilter(Filter):
    """The rows behind one figure, older than the event `before`."""

    measure = forms.SlugField(max_length=40)
    before = forms.IntegerField(required=False, min_value=1, max_value=BIGGEST_KEY)
