"""The filter of the rules."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from exchange.accounts.models import Level
from exchange.accounts.selectors import divisions_at


class PlaceForm(forms.Form):
    """A district to pick; a smaller unit that the address names is offered too."""

    division = forms.ChoiceField(label=_("District"), required=False)

    def __init__(self, data: Any, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        offered = {unit.code: unit.name for unit in divisions_at(level=Level.DISTRICT)}
        asked = str(data.get("division", ""))
        if asked.isdecimal() and asked not in offered:
            offered.update((unit.code, unit.name) for unit in divisions_at().filter(code=asked))
        self.fields["division"].choices = [("", _("All")), *offered.items()]  # type: ignore[attr-defined]
