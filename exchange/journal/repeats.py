"""A second click is not an error: `@repeatable` services answer a repeated request key with the first answer."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from django.apps import apps
from django.db import models, transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from exchange.errors import OtherBody
from exchange.journal.models import Answer

P = ParamSpec("P")
R = TypeVar("R")


def _plain(value: Any) -> Any:
    if isinstance(value, models.Model):
        return [value._meta.label, str(value.pk)]
    if hasattr(value, "chunks"):
        digest = hashlib.sha256()
        for chunk in value.chunks():
            digest.update(chunk)
        value.seek(0)
        return ["file", value.name, digest.hexdigest()]
    return str(value)


def body_hash(service: str, body: dict[str, Any]) -> str:
    """Return the keyed SHA-256 of a service's name and arguments, files by their content.

    Keyed, since an argument may be a password: without the secret key nobody can try words against the hash.
    """
    text = json.dumps([service, body], default=_plain, sort_keys=True, ensure_ascii=False)
    return salted_hmac("exchange.journal.repeats", text, algorithm="sha256").hexdigest()


def repeatable(service: Callable[P, R]) -> Callable[P, R]:
    """Make a service with `by: User` and `request_key: str = ""` answer repeats with the row it made first.

    The key belongs to the person; the same key with another body raises `OtherBody` (422). Two calls at
    once wait for each other on the unique key. Without a key the service runs as it is. Outermost decorator;
    the service must return one saved row or None.
    """
    name = f"{service.__module__}.{service.__qualname__}"

    @functools.wraps(service)
    def once(*args: P.args, **kwargs: P.kwargs) -> R:
        key = str(kwargs.get("request_key") or "")
        by: Any = kwargs.get("by")
        if not key or by is None:
            return service(*args, **kwargs)
        digest = body_hash(name, {k: v for k, v in kwargs.items() if k not in {"by", "request_key"}})
        with transaction.atomic():
            answer, fresh = Answer.objects.get_or_create(
                by=by, request_key=key, defaults={"service": name, "body_hash": digest}
            )
            if not fresh:
                return _first_answer(answer, digest)
            row: Any = service(*args, **kwargs)
            if row is not None:
                answer.subject_type, answer.subject_id = row._meta.label, str(row.pk)
                answer.save(update_fields=["subject_type", "subject_id"])
        return row

    return once


def _first_answer(answer: Answer, digest: str) -> Any:
    if answer.body_hash != digest:
        raise OtherBody(
            _("This request was already answered with other contents. Reload the page and enter the change anew.")
        )
    if not answer.subject_type:
        return None
    return apps.get_model(answer.subject_type)._default_manager.get(pk=answer.subject_id)
