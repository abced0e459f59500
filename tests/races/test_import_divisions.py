"""Two imports of one file at the same time: the second sees what the first wrote, thanks to the lock."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection

from exchange.accounts import services
from exchange.accounts.divisions.rows import COLUMNS
from exchange.accounts.models import Division
from exchange.journal.models import Event

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

TREE = [
    ",".join(COLUMNS),
    "500000,重庆市,city,,1997-06-18,,,t",
    "500119,南川区,district,500000,2006-10-22,,,t",
]


def two_imports_at_once():
    """Run two imports on two connections; return what each added, or the error that ended it."""
    start = threading.Barrier(2, timeout=10)

    def run(_number):
        try:
            start.wait()
            return services.import_divisions(files={"file.csv": TREE}, by=None).added
        except IntegrityError as error:
            return type(error).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        return sorted(map(str, pool.map(run, range(2))))


@pytest.fixture(autouse=True)
def slow_check(monkeypatch):
    """Leave time between reading what is recorded and writing, so that the two really meet."""
    check = services.check

    def slowly(*args):
        time.sleep(0.3)
        return check(*args)

    monkeypatch.setattr(services, "check", slowly)


def test_the_second_import_finds_the_rows_of_the_first():
    assert two_imports_at_once() == ["0", "2"]
    assert Division.objects.count() == 2
    assert Event.objects.filter(kind="divisions.imported").count() == 1


def test_control_without_the_lock_the_second_import_breaks(monkeypatch):
    monkeypatch.setattr(services, "_lock_divisions", lambda: None)
    assert two_imports_at_once() == ["2", "IntegrityError"]
