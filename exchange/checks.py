"""What a production start refuses."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import Error as DatabaseError
from django.db import connection

from exchange.clock import clock_is_movable

DURABLE = ("fsync", "synchronous_commit", "full_page_writes")


def undurable_settings() -> list[str]:
    """Return the settings of this database under which an acknowledged bid could be lost."""
    found = []
    with connection.cursor() as cursor:
        for name in DURABLE:
            cursor.execute("SELECT current_setting(%s)", [name])
            (value,) = cursor.fetchone()
            if value == "off":
                found.append(name)
    return found


@register(Tags.database)
def production_database(databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse a production database that may lose what it acknowledged, or whose clock can be moved."""
    if not settings.PRODUCTION or not databases:
        return []
    try:
        problems: list[CheckMessage] = [
            Error(
                f"The database has {name} = off: an acknowledged bid could be lost. Switch it on.",
                id="exchange.E001",
            )
            for name in undurable_settings()
        ]
        if clock_is_movable():
            problems.append(
                Error("legal_now() of this database can be moved: it is a demonstration's.", id="exchange.E002")
            )
    except DatabaseError as error:
        return [Error(f"The database does not answer: {error}", id="exchange.E003")]
    return problems


def refuse_unsafe_start() -> None:
    """Stop a process of a production that would work on an unsafe database; raises `ImproperlyConfigured`.

    Django itself runs database checks only when it migrates, so web, worker, beat and closer ask here.
    """
    with ThreadPoolExecutor(1) as pool:  # an ASGI server imports us inside its event loop
        problems = pool.submit(_problems).result()
    if problems:
        raise ImproperlyConfigured(" ".join(str(problem.msg) for problem in problems))


def _problems() -> list[CheckMessage]:
    try:
        return production_database(databases=["default"])
    finally:
        connection.close()  # this thread ends here
