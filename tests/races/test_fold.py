"""Two folders at once: the lock lets one of them count; without it the same events count twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from exchange.journal.sealing import seal_pending
from exchange.journal.services import record
from exchange.stats import services
from exchange.stats.models import Figure, FoldCursor
from tests.factories import make_divisions

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def sealed_deals(transactional_db: None) -> int:
    village = make_divisions().wuxing
    FoldCursor.objects.create(pk=1)
    with transaction.atomic():
        for _ in range(3):
            record("deal.closed", subject=village, by=None, division=village, amount_fen=100)
    return seal_pending()


def two_folders_at_once(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let the first folder wait between reading the cursor and counting until the second is as far, or done."""
    arrived, second = threading.Event(), threading.Event()
    add: Callable[[int, int], None] = services._add

    def slowly(after: int, up_to: int) -> None:
        (second if arrived.is_set() else arrived).set()
        second.wait(10)
        add(after, up_to)

    monkeypatch.setattr(services, "_add", slowly)

    def fold(first: bool) -> int:
        try:
            if not first:
                arrived.wait(10)
            return services.fold()
        finally:
            if not first:
                second.set()
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        return sorted(pool.map(fold, [True, False]))


def test_the_second_folder_leaves_it_to_the_first(sealed_deals: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert two_folders_at_once(monkeypatch) == [0, sealed_deals]
    assert Figure.objects.get(measure="deal").count == 3
    assert services.differences()[1] == []


def test_control_without_the_lock_the_deals_count_twice(sealed_deals: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "_mine", lambda wait: True)
    assert two_folders_at_once(monkeypatch) == [sealed_deals, sealed_deals]
    assert Figure.objects.get(measure="deal").count == 6
