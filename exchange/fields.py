"""Form fields of the house: money typed in yuan, areas in mu or square metres, rates, days."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MinValueValidator
from django.utils.translation import gettext_lazy as _

from exchange.money import fen_to_yuan, mu_to_square_metres, yuan_to_fen


class YuanField(forms.CharField):
    """An amount typed in yuan (“35000” or “35,000.50”), cleaned to an integer of fen; more than 0."""

    default_error_messages = {
        "invalid": _("Write an amount in yuan, such as 35000 or 35000.50."),
        "positive": _("The amount must be more than 0."),
    }

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"inputmode": "decimal", "data-unit": kwargs.pop("unit", _("yuan"))}
        super().__init__(max_length=20, widget=forms.TextInput(attrs=attrs), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Show an amount of fen as yuan; typed text stays as it was typed."""
        return fen_to_yuan(value).removesuffix(".00") if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        """Return fen, or None for an empty optional field."""
        text = super().clean(value)
        if not text:
            return None
        plain = text.replace(",", "").replace("，", "").replace("¥", "").replace(" ", "")
        try:
            fen = yuan_to_fen(plain)
        except ValueError as error:
            raise forms.ValidationError(self.error_messages["invalid"], "invalid") from error
        if fen <= 0:
            raise forms.ValidationError(self.error_messages["positive"], "positive")
        return fen


class AreaField(forms.DecimalField):
    """An area typed in square metres with at most two decimals, more than 0."""

    default_error_messages = {"invalid": _("Write an area in square metres, such as 1200.50.")}

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"inputmode": "decimal", "data-unit": _("square metres")}
        super().__init__(
            max_digits=14,
            decimal_places=2,
            min_value=Decimal("0.01"),
            widget=forms.TextInput(attrs=attrs),
            **kwargs,
        )
        # The field's own rule for its least value speaks of ≥ 0.01; a person reads that it must be more than 0.
        for check in self.validators:
            if isinstance(check, MinValueValidator):
                check.message = _("The area must be more than 0.")


class MuField(forms.DecimalField):
    """An area typed in mu, cleaned to square metres; for filters."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"inputmode": "decimal", "placeholder": kwargs.pop("placeholder", "")}
        super().__init__(
            max_digits=10, decimal_places=2, min_value=Decimal(0), widget=forms.TextInput(attrs=attrs), **kwargs
        )

    def clean(self, value: Any) -> Any:
        """Return square metres, or None."""
        mu = super().clean(value)
        return None if mu is None else mu_to_square_metres(mu)


class PercentField(forms.DecimalField):
    """A yearly rate typed in percent with at most two decimals, cleaned to an integer of basis points."""

    default_error_messages = {"invalid": _("Enter the yearly rate in percent, such as 3.85.")}

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"inputmode": "decimal", "data-unit": "%"}
        super().__init__(
            max_digits=5,
            decimal_places=2,
            min_value=Decimal(0),
            max_value=Decimal(100),
            widget=forms.TextInput(attrs=attrs),
            **kwargs,
        )

    def clean(self, value: Any) -> Any:
        """Return basis points, or None for an empty optional field."""
        percent = super().clean(value)
        return None if percent is None else int(percent * 100)


class DayField(forms.DateField):
    """A day, chosen in the browser's own calendar."""

    default_error_messages = {"invalid": _("Choose a day, or write it like 2026-03-01.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **kwargs)
