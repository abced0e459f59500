"""A lock that is not got in time, in any statement of a transaction, is a refusal on a page and in the API."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django import forms
from django.db import DataError, OperationalError, connection, transaction

from exchange import api, locking
from exchange.ledger.models import Account
from exchange.web import attempt
from tests.exchange.ledger.cast import account

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Account, Account]]:
    """Two accounts; somebody else holds the second one."""
    monkeypatch.setattr(locking, "PATIENCE_MS", 100)
    free, theirs = account("free"), account("theirs")
    held, end = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Account.objects.lock(pk=theirs.pk)
            held.set()
            end.wait(10)
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(hold)
        assert held.wait(10)
        yield free, theirs
        end.set()


@transaction.atomic
def write(*, first: Account, second: Account) -> None:
    """Lock one row by name and the other by writing it, as a service does further down."""
    Account.objects.lock(pk=first.pk)
    Account.objects.filter(pk=first.pk).update(name="changed")
    Account.objects.filter(pk=second.pk).update(name="changed")


def test_a_page_says_that_somebody_else_is_at_it(taken: tuple[Account, Account]) -> None:
    form = forms.Form({})
    done = attempt(form, write, first=taken[0], second=taken[1])
    assert (done.ok, done.status) == (False, 409)
    assert "Please try again" in str(form.non_field_errors())
    assert set(Account.objects.values_list("name", flat=True)) == {"free", "theirs"}


def test_the_api_says_so_too(taken: tuple[Account, Account]) -> None:
    with pytest.raises(OperationalError) as met:
        write(first=taken[0], second=taken[1])
    answer: Any = api.on_exception(met.value, {})
    assert (answer.status_code, answer.data["code"]) == (409, "busy")


def test_another_fault_of_the_database_stays_a_fault(db: None) -> None:
    def fail() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1/0")

    with pytest.raises(DataError):
        attempt(forms.Form({}), fail)
    assert api.on_exception(OperationalError("gone"), {}) is None
