"""The journal keeps what happened, delivers it once, and its chain shows every change."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import InternalError, connection, transaction
from django.db.utils import DatabaseError

from exchange.accounts import services as accounts
from exchange.accounts.models import User
from exchange.clock import legal_day, legal_now
from exchange.errors import OtherBody
from exchange.journal import delivery, sealing
from exchange.journal.models import Answer, Delivery, Event, Seal
from exchange.journal.repeats import repeatable
from exchange.journal.services import record

PASSWORD = "terraces-in-the-fog-27"


@pytest.fixture
def village(db: None) -> User:
    return accounts.create_user(username="village", password=PASSWORD, full_name="蒋会计", by=None)


def test_an_event_carries_the_legal_day_and_its_author(village: User) -> None:
    event = record("thing.done", subject=village, by=village, division=None, amount_fen=5)
    kept = Event.objects.get(pk=event.pk)
    assert (kept.day, kept.by, kept.amount_fen, kept.sign) == (legal_day(), village, 5, 1)


@pytest.mark.parametrize("statement", ["UPDATE journal_event SET amount_fen = 6", "DELETE FROM journal_event"])
def test_the_database_refuses_to_change_or_delete_an_event(village: User, statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Event.objects.count() == 1


def test_recording_outside_a_transaction_is_a_mistake_of_the_programmer(transactional_db: None) -> None:
    user = accounts.create_user(username="u", password=PASSWORD, full_name="u", by=None)
    with pytest.raises(RuntimeError):
        record("thing.done", subject=user, by=user, division=None)


def test_each_reaction_hears_of_an_event_exactly_once(village: User, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[int] = []
    monkeypatch.setitem(delivery._reactions, "thing.done", {"one": lambda e: heard.append(e.pk), "two": lambda e: None})
    event = record("thing.done", subject=village, by=village, division=None)
    assert delivery.deliver_pending() == 2
    assert delivery.deliver_pending() == 0
    assert heard == [event.pk]


def test_a_failing_reaction_is_kept_put_off_and_stops_nobody(village: User, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[int] = []

    def fail(event: Event) -> None:
        village.full_name = "changed"
        village.save()
        raise ValueError("no luck")

    monkeypatch.setitem(delivery._reactions, "thing.done", {"bad": fail, "good": lambda e: heard.append(e.pk)})
    record("thing.done", subject=village, by=village, division=None)
    assert delivery.deliver_pending() == 1
    row = Delivery.objects.get(reaction="bad")
    assert (row.done_at, row.attempts, row.last_error) == (None, 1, "ValueError: no luck")
    assert User.objects.get(pk=village.pk).full_name == "蒋会计"
    assert len(heard) == 1


def test_a_reaction_that_has_failed_for_hours_still_stops_nobody(
    village: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[int] = []

    def fail(event: Event) -> None:
        raise ValueError("no luck")

    monkeypatch.setitem(delivery._reactions, "thing.done", {"bad": fail, "good": lambda e: heard.append(e.pk)})
    event = record("thing.done", subject=village, by=village, division=None)
    Delivery.objects.filter(reaction="bad").update(attempts=10_000)
    before = legal_now()
    assert delivery.deliver_pending() == 1
    row = Delivery.objects.get(reaction="bad")
    assert (row.attempts, heard) == (10_001, [event.pk])
    assert timedelta(minutes=5) <= row.next_try_at - before < timedelta(minutes=6)


def test_the_chain_holds_and_every_tampering_by_a_superuser_is_found(village: User) -> None:
    for number in range(5):
        record("thing.done", subject=village, by=village, division=None, amount_fen=number)
    assert sealing.seal_pending() == 6
    assert list(Seal.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3, 4, 5, 6]
    assert list(sealing.faults()) == []
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE journal_event SET amount_fen = 99 WHERE amount_fen = 3")
        cursor.execute("SET session_replication_role = origin")
    assert [fault.number for fault in sealing.faults()] == [5]


def test_a_seal_once_given_stays(village: User) -> None:
    sealing.seal_pending()
    with pytest.raises((DatabaseError, InternalError)), transaction.atomic():
        Seal.objects.update(hash="0" * 64)


@repeatable
@transaction.atomic
def rename(*, to: str, by: User, request_key: str = "") -> User:
    by.full_name = to
    by.save()
    record("thing.renamed", subject=by, by=by, division=None)
    return by


def test_a_second_click_gets_the_first_answer(village: User) -> None:
    assert rename(to="甲", by=village, request_key="k1") == rename(to="甲", by=village, request_key="k1") == village
    assert Event.objects.filter(kind="thing.renamed").count() == 1


def test_the_same_key_with_another_body_is_refused(village: User) -> None:
    rename(to="甲", by=village, request_key="k1")
    with pytest.raises(OtherBody):
        rename(to="乙", by=village, request_key="k1")
    assert User.objects.get(pk=village.pk).full_name == "甲"


def test_a_refused_first_try_leaves_no_answer(village: User) -> None:
    @repeatable
    @transaction.atomic
    def fail(*, by: User, request_key: str = "") -> None:
        raise ValueError

    with pytest.raises(ValueError):
        fail(by=village, request_key="k9")
    assert Answer.objects.count() == 0
