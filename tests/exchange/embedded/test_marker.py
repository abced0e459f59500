"""The mark of the demonstration lies in the database, and nothing unmarked is ever dropped."""

from collections.abc import Iterator

import psycopg
import pytest

from exchange.embedded.errors import CannotStart
from exchange.embedded.marker import Load, drop_everything, load_state, mark_begun, mark_complete
from tests.exchange.embedded.conftest import Box


@pytest.fixture
def url(box: Box) -> Iterator[str]:
    """A database with nothing in it."""
    box.start()
    url = box.addresses()["DATABASE_URL"]
    with psycopg.connect(url) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    yield url


def run(url: str, statement: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(statement)


def tables(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        return {row[0] for row in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}


def test_a_load_is_absent_then_begun_then_complete(url: str) -> None:
    assert load_state(url) is Load.ABSENT
    mark_begun(url)
    assert load_state(url) is Load.BEGUN
    mark_complete(url)
    assert load_state(url) is Load.COMPLETE


def test_an_interrupted_load_is_dropped_with_all_it_made(url: str) -> None:
    mark_begun(url)
    run(url, "CREATE TABLE half (row int)")
    drop_everything(url)
    assert tables(url) == set()
    assert load_state(url) is Load.ABSENT


def test_a_database_without_the_mark_is_never_dropped(url: str) -> None:
    run(url, "CREATE TABLE precious (row int)")
    drop_everything(url)
    assert tables(url) == {"precious"}


def test_the_demonstration_is_never_mixed_with_people(url: str) -> None:
    run(url, "CREATE TABLE accounts_user (name text)")
    run(url, "INSERT INTO accounts_user VALUES ('somebody')")
    with pytest.raises(CannotStart, match="holds 1 users and no demonstration"):
        mark_begun(url)
    assert tables(url) == {"accounts_user"}
    assert load_state(url) is Load.ABSENT


def test_a_migrated_database_without_people_takes_the_demonstration(url: str) -> None:
    run(url, "CREATE TABLE accounts_user (name text)")
    mark_begun(url)
    assert load_state(url) is Load.BEGUN
