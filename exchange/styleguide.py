"""The style guide: every shared part on one page, for the eye and for the accessibility check; never in production."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from exchange.charts.maps import Place, Shade

SAMPLE_FILE = Path(__file__).resolve().parent / "data" / "styleguide.json"
SURFACES = {"public", "office", "wall"}
LIMITS = (2000, 4000, 6000, 9000)


@cache
def sample() -> dict[str, Any]:
    """Made-up words and figures, in the language of most readers."""
    return json.loads(SAMPLE_FILE.read_text("utf-8"))


class SampleForm(forms.Form):
    """One field of each sort; its words come from the sample."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Make the fields."""
        super().__init__(*args, **kwargs)
        say = sample()["form"]
        self.fields = {
            "name": forms.CharField(label=say["name"], help_text=say["name_hint"], max_length=40),
            "area": forms.DecimalField(label=say["area"], widget=forms.NumberInput(attrs={"data-unit": say["mu"]})),
            "kind": forms.ChoiceField(label=say["kind"], choices=say["kinds"]),
            "way": forms.ChoiceField(label=say["way"], choices=say["ways"], widget=forms.RadioSelect),
            "proofs": forms.MultipleChoiceField(
                label=say["proofs"],
                choices=say["kinds_of_proof"],
                widget=forms.CheckboxSelectMultiple,
                required=False,
            ),
            "story": forms.CharField(label=say["story"], widget=forms.Textarea, required=False),
            "photo": forms.FileField(label=say["photo"], required=False),
            "agreed": forms.BooleanField(label=say["agreed"], help_text=say["agreed_hint"]),
        }


def styleguide(request: HttpRequest, surface: str = "public") -> HttpResponse:
    """Every part, on the public frame, in the office or on the wall; 404 in production."""
    if not (settings.DEBUG or settings.DEMONSTRATION) or surface not in SURFACES:
        raise Http404
    messages.success(request, sample()["words"]["group"])
    told = {
        **sample(),
        "form": SampleForm(),
        "wrong": SampleForm({"name": "", "area": "x"}, auto_id="id_wrong_%s"),
        "shades": {code: Shade(value, f"{code}: {value}", "#") for code, value in sample()["shades"].items()},
        "limits": LIMITS,
        "places": [
            Place(name, east, north, value, f"{name}: {value}", "#") for name, east, north, value in sample()["places"]
        ],
        "live": ["500155", "500119"],
    }
    return render(request, f"exchange/styleguide/{surface}.html", told)
