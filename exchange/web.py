"""Pages: how a service's refusal reaches the person, and what every page knows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django import forms
from django.conf import settings
from django.db import OperationalError
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from exchange.errors import Refused
from exchange.locking import as_busy


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of a service call: `value` when `ok`, else the HTTP `status` to render the form with."""

    ok: bool
    value: Any = None
    status: int = 200


def attempt(form: forms.BaseForm, service: Callable[..., Any], **fixed: Any) -> Attempt:
    """Call `service(**form.cleaned_data, **fixed)` if the bound `form` is sound; the only place that catches a refusal.

    A form's fields are named as the service's arguments; `fixed` are those that the page itself knows, and go
    before the form's. A refusal's message goes to its field of the form (or on top), the typed values stay.
    """
    if not form.is_valid():
        return Attempt(ok=False, status=400)
    try:
        return Attempt(ok=True, value=_refusing(service, {**form.cleaned_data, **fixed}))
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
        return Attempt(ok=False, status=refused.status)


def _refusing(service: Callable[..., Any], arguments: dict[str, Any]) -> Any:
    """Call the service; a lock that it did not get in time is a refusal too."""
    try:
        return service(**arguments)
    except OperationalError as error:
        if busy := as_busy(error):
            raise busy from error
        raise


class RepeatableForm(forms.Form):
    """A form that carries the key under which its service answers a second click with the first answer."""

    request_key = forms.CharField(max_length=64, widget=forms.HiddenInput, initial=lambda: str(uuid4()))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Say in the house's words what to do about a field left empty."""
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.error_messages["required"] = _what_to_do(field)


def _what_to_do(field: forms.Field) -> Any:
    if isinstance(field, forms.BooleanField):
        return _("Tick this, then you can go on.")
    if isinstance(field, forms.FileField):
        return _("Choose a file.")
    if isinstance(field, forms.ChoiceField):
        return _("Choose one.")
    return _("Fill this in.")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a keyset-paged list: its rows and the key of the next page ("" on the last)."""

    rows: list[Any]
    next_key: str


def keyset_page(rows: QuerySet[Any], after: str, size: int = 20) -> Page:
    """Return up to `size` rows, newest first, older than the row whose primary key is `after`.

    Rows must have the sortable UUIDv7 key of `exchange.locking.Row`; page 10,000 costs what page 1 costs.
    A key that is no UUID counts as none.
    """
    found = rows.order_by("-pk")
    if after and after.replace("-", "").isalnum() and len(after) == 36:
        found = found.filter(Q(pk__lt=after))
    page = list(found[: size + 1])
    return Page(page[:size], str(page[size - 1].pk) if len(page) > size else "")


def site(request: HttpRequest) -> dict[str, Any]:
    """Context of every page: the exchange's own name and telephone, the ribbon, the reader's large type."""
    return {
        "site_name": settings.SITE_NAME,
        "site_name_en": settings.SITE_NAME_EN,
        "site_phone": settings.SITE_PHONE,
        "demonstration": settings.DEMONSTRATION,
        "large_type": request.COOKIES.get("size") == "large",
    }
