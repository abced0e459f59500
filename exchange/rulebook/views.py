"""The public page of the rules in force."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from exchange.rulebook import selectors
from exchange.rulebook.forms import PlaceForm
from exchange.rulebook.keys import Key
from exchange.rulebook.models import RuleSet
from exchange.rulebook.wording import in_words


def rules(request: HttpRequest) -> HttpResponse:
    """Show every rule set in force today, each value with its source; `?division=` narrows to a place."""
    form = PlaceForm(request.GET)
    division = form.cleaned_data["division"] if form.is_valid() else ""
    sets = [_shown(found) for found in selectors.rule_sets(division=division)]
    context = {"form": form, "sets": sets}
    return render(request, "exchange/rulebook/rules.html", context, status=400 if form.errors else 200)


def _shown(found: RuleSet) -> dict[str, Any]:
    order = {key: place for place, key in enumerate(Key.values)}
    rows = [
        {"value": value, "words": in_words(value.value, value.unit)}
        for value in sorted(found.values.all(), key=lambda value: order.get(value.key, len(order)))
    ]
    return {"set": found, "rows": rows, "demonstration": found.code == RuleSet.Code.DEMONSTRATION}
