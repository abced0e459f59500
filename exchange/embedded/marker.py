"""How far the demonstration has been loaded: a row in the database itself, which no lost file can belie.

The table is made here and not by a migration, because it must be readable before any migration ran and it
belongs to no stage.
"""

from enum import StrEnum

import psycopg

from exchange.embedded.errors import CannotStart


class Load(StrEnum):
    """What the database says about the demonstration."""

    ABSENT = "absent"
    BEGUN = "begun"
    COMPLETE = "complete"


def load_state(url: str) -> Load:
    """Read the mark. A load that was begun and not completed was interrupted."""
    with psycopg.connect(url) as connection:
        if not _has(connection, "demonstration_load"):
            return Load.ABSENT
        row = connection.execute("SELECT completed_at FROM demonstration_load").fetchone()
    if row is None:
        return Load.ABSENT
    return Load.COMPLETE if row[0] else Load.BEGUN


def mark_begun(url: str) -> None:
    """Mark before the first row is loaded. Refused in a database that people already use."""
    with psycopg.connect(url) as connection:
        if _has(connection, "accounts_user"):
            row = connection.execute("SELECT count(*) FROM accounts_user").fetchone()
            if row and row[0]:
                raise CannotStart(
                    f"The database holds {row[0]} users and no demonstration. The demonstration is never mixed "
                    "with other data: point DATABASE_URL to an empty database."
                )
        connection.execute(
            "CREATE TABLE IF NOT EXISTS demonstration_load (one boolean PRIMARY KEY DEFAULT true CHECK (one),"
            " begun_at timestamptz NOT NULL DEFAULT clock_timestamp(), completed_at timestamptz)"
        )
        connection.execute("INSERT INTO demonstration_load DEFAULT VALUES")


def mark_complete(url: str) -> None:
    """Mark after the last row."""
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE demonstration_load SET completed_at = clock_timestamp()")


def drop_everything(url: str) -> None:
    """Empty a database that carries the mark; one without it is never touched."""
    if load_state(url) is Load.ABSENT:
        return
    with psycopg.connect(url) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")


def _has(connection: psycopg.Connection, table: str) -> bool:
    row = connection.execute("SELECT to_regclass(%s) IS NOT NULL", [f"public.{table}"]).fetchone()
    return bool(row and row[0])
