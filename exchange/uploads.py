"""Uploaded and drawn-up files: those that no row names are swept away.

A file is written before the row that names it is committed, so that no row ever names a file that is not there;
what a rolled back transaction or a crash leaves behind is found here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from django.apps import apps
from django.core.files.storage import Storage, default_storage
from django.db import models

from exchange.clock import legal_now

# Longer than any transaction, and than the clocks of two machines can differ.
GRACE = timedelta(days=1)
BATCH = 500


def sweep_unnamed_files(*, storage: Storage = default_storage) -> int:
    """Delete the files older than a day that no row of any model names; return how many."""
    gone = 0
    old = _old_files(storage, "", legal_now() - GRACE)
    while batch := list(islice(old, BATCH)):
        for name in sorted(set(batch) - _named(batch)):
            storage.delete(name)
            gone += 1
    return gone


def _named(names: list[str]) -> set[str]:
    """Return those of `names` that a file field of some row holds."""
    fields = [(model, field) for model in apps.get_models() for field in model._meta.local_concrete_fields]
    kept = [(model, field.name) for model, field in fields if isinstance(field, models.FileField)]
    return {
        name
        for model, field in kept
        for name in model._base_manager.filter(**{f"{field}__in": names}).values_list(field, flat=True)
    }


def _old_files(storage: Storage, folder: str, before: datetime) -> Iterator[str]:
    if not storage.exists(folder):
        return
    folders, files = storage.listdir(folder)
    for name in (f"{folder}/{file}".lstrip("/") for file in sorted(files)):
        if storage.get_modified_time(name) < before:
            yield name
    for inner in sorted(folders):
        yield from _old_files(storage, f"{folder}/{inner}".lstrip("/"), before)
