"""Uploaded and drawn-up files: those that no row names are moved to a trash folder, and out of it a month later.

A file is written before the row that names it is committed, so that no row ever names a file that is not there;
what a rolled back transaction or a crash leaves behind is found here. Which database is asked can be a mistake (an
older dump, another DATABASE_URL over the same DATA_DIR), and the files may be signed contracts: nothing is deleted
at once, what a row names again comes back, and a sweep that finds too many files unnamed moves none.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from django.apps import apps
from django.core.files.storage import Storage, default_storage
from django.db import models

from exchange.clock import legal_day, legal_now

log = logging.getLogger(__name__)
# Longer than any transaction, and than the clocks of two machines can differ.
GRACE = timedelta(days=1)
BATCH = 500
TRASH = "trash"
KEPT = timedelta(days=30)
# So many unnamed files are never suspicious; above that, not more than so many of a hundred.
FEW, SHARE_PERCENT = 20, 5


def sweep_unnamed_files(*, storage: Storage = default_storage) -> int:
    """Move the files older than a day that no row of any model names to `trash/DAY/`; return how many.

    Needs a storage in the file system. Where more than 20 files and more than 5 % of the old ones are unnamed,
    the database is taken for the wrong one: an error in the log, and nothing is moved or deleted.
    """
    _bring_back(storage)
    count, unnamed = 0, []
    old = _old_files(storage, "", legal_now() - GRACE)
    while batch := list(islice(old, BATCH)):
        count += len(batch)
        unnamed += sorted(set(batch) - _named(batch))
    if len(unnamed) > FEW and len(unnamed) * 100 > count * SHARE_PERCENT:
        log.error("%s of %s files are named by no row: is this the right database? None is moved.", len(unnamed), count)
        return 0
    for name in unnamed:
        _move(storage, name, f"{TRASH}/{legal_day():%Y-%m-%d}/{name}")
    _empty_trash(storage)
    return len(unnamed)


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
    for name in _files(storage, folder):
        if storage.get_modified_time(name) < before:
            yield name


def _files(storage: Storage, folder: str) -> Iterator[str]:
    """Yield the names of all files in a folder and the folders in it, but for the trash."""
    if not storage.exists(folder):
        return
    folders, files = storage.listdir(folder)
    yield from (f"{folder}/{file}".lstrip("/") for file in sorted(files))
    for inner in sorted(folders):
        if f"{folder}/{inner}" != f"/{TRASH}":
            yield from _files(storage, f"{folder}/{inner}".lstrip("/"))


def _days(storage: Storage) -> list[str]:
    """Return the folders of the trash, one per day, such as "trash/2026-11-24"; the oldest first."""
    return [f"{TRASH}/{day}" for day in sorted(storage.listdir(TRASH)[0])] if storage.exists(TRASH) else []


def _bring_back(storage: Storage) -> None:
    for day in _days(storage):
        files = _files(storage, day)
        while batch := [name.removeprefix(f"{day}/") for name in islice(files, BATCH)]:
            for name in sorted(_named(batch)):
                if not storage.exists(name):
                    log.warning("%s comes back out of the trash: a row names it", name)
                    _move(storage, f"{day}/{name}", name)


def _empty_trash(storage: Storage) -> None:
    last = f"{TRASH}/{legal_day() - KEPT:%Y-%m-%d}"
    for day in _days(storage):
        if day < last:
            shutil.rmtree(storage.path(day))


def _move(storage: Storage, name: str, to: str) -> None:
    target = Path(storage.path(to))
    target.parent.mkdir(parents=True, exist_ok=True)
    Path(storage.path(name)).replace(target)
