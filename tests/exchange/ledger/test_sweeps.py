"""The sweeps of the ledger are known to the worker, started by the clock, and do their one thing."""

from __future__ import annotations

import pytest

from exchange.celery import app
from exchange.ledger import tasks
from exchange.ledger.models import Account
from exchange.ledger.services.accounts import open_sub_account
from exchange.ledger.services.orders import order_payment
from tests.bank import SandboxBank
from tests.exchange.ledger.cast import state
from tests.factories import make_user


def test_the_clock_starts_both_every_two_seconds_and_the_third_every_five_minutes() -> None:
    app.loader.import_default_modules()
    started = {entry["task"]: entry["schedule"] for entry in app.conf.beat_schedule.values()}
    for name in ("exchange.ledger.tasks.poll_bank", "exchange.ledger.tasks.send_orders"):
        assert name in app.tasks and started[name] == 2.0
    assert (
        started["exchange.ledger.tasks.set_aside_left"] == 300.0 and "exchange.ledger.tasks.set_aside_left" in app.tasks
    )


@pytest.mark.django_db
def test_money_comes_in_and_goes_out_by_the_sweeps_alone(sandbox_bank: SandboxBank) -> None:
    sub = open_sub_account(purpose="deposit", subject=make_user("farmer"), division=None)
    sandbox_bank.pay_in(sub.number, 700)
    assert (tasks.poll_bank(), state(sub.account)) == (1, (700, 0))
    order_payment(
        account_id=sub.account_id,
        to_name="Farmer",
        to_account="6217001234",
        amount_fen=700,
        reference="refund",
        memo="",
        by=None,
    )
    assert (tasks.send_orders(), tasks.poll_bank(), sandbox_bank.paid) == (1, 1, [("refund", 700)])
    assert set(Account.objects.values_list("balance_fen", flat=True)) == {0}
