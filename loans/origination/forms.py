"""What is typed about an application; field names are the arguments of the services."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from exchange.accounts.models import Division, Level
from exchange.accounts.selectors import divisions_at
from exchange.fields import DayField, PercentField, YuanField
from exchange.web import RepeatableForm
from listings.registry.models import Right
from loans.origination.models import Product
from loans.origination.selectors import fitting_products


class ApplyForm(RepeatableForm):
    """An application; only products that take the right are offered, without one those on credit, with the place."""

    product_id = forms.ChoiceField(label=_("Which loan"), widget=forms.RadioSelect)
    amount_fen = YuanField(label=_("How much"))
    term_months = forms.IntegerField(
        label=_("For how long"),
        min_value=1,
        max_value=1200,
        widget=forms.NumberInput(attrs={"data-unit": _("months")}),
    )
    purpose = forms.CharField(
        label=_("What for"), max_length=200, help_text=_("For example: seedlings and a tractor for the first season")
    )

    def __init__(self, *args: Any, right: Right | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(product.pk), _words(product)) for product in fitting_products(right.kind if right else None)]
        self.fields["product_id"].choices = choices  # type: ignore[attr-defined]
        if right is None:
            self.fields["division"] = forms.ModelChoiceField(
                label=_("District in which you live or work"),
                queryset=divisions_at(level=Level.DISTRICT),
                empty_label=_("Choose one"),
            )

    def clean_division(self) -> Division:
        """Return the chosen district."""
        place: Division = self.cleaned_data["division"]
        return place


def _words(product: Product) -> str:
    return f"{product} · {product.bank} · {product.get_secured_by_display()}"


class ValueForm(RepeatableForm):
    """The yearly rent from which the value is reckoned."""

    annual_rent_fen = YuanField(label=_("Rent"), unit=_("yuan a year"))
    note = forms.CharField(label=_("Note on the valuation"), max_length=300, required=False)


class ApproveForm(RepeatableForm):
    """The rate, where the product leaves it open."""

    rate_bp = PercentField(label=_("Rate a year"), help_text=_("In percent, such as 3.85"))

    def __init__(self, *args: Any, product: Product, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if product.rate_bp is not None:
            del self.fields["rate_bp"]


class DeclineForm(RepeatableForm):
    """Why not."""

    reason = forms.CharField(label=_("Why; the borrower reads this"), max_length=300)


class RegisterForm(RepeatableForm):
    """The registration office's entry."""

    number = forms.CharField(label=_("Number of the mortgage certificate"), max_length=60)
    registered_on = DayField(label=_("Day of registration"))
