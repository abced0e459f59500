"""The ledger beside a model of a few lines: after any sequence of acts and refusals both say the same.

The default run is a shard of 5,000 acts; `PROVE_STEPS=100000` makes it longer. It prints its count and fails
when it did less.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from exchange.errors import Refused
from exchange.ledger.models import Account, BankOrder, Hold, Transfer
from exchange.ledger.selectors.trial import differences
from exchange.ledger.services import holds, orders, transfers
from exchange.ledger.services.accounts import bank_account, open_account, transit_account

STEPS = int(os.environ.get("PROVE_STEPS", "5000"))
STEPS_PER_EXAMPLE = 50
NAMES = ("farmer", "company", "deal")
names = st.sampled_from(NAMES)
amounts = st.one_of(st.integers(0, 40), st.integers(1, 4000))
keys = st.integers(0, 12)


class Twin(RuleBasedStateMachine):
    """Every rule does one act on the ledger and foretells from the model what comes of it."""

    steps = 0
    refusals = 0

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.rows = {name: open_account(kind=Account.Kind.DEPOSIT, code=name, name=name) for name in NAMES}
        self.rows |= {"bank": bank_account(), "transit": transit_account()}
        self.balance = dict.fromkeys(self.rows, 0)
        self.held = dict.fromkeys(self.rows, 0)
        self.holds: list[dict[str, Any]] = []
        self.transfers: dict[int, tuple[str, str, int]] = {}
        self.reversed: set[int] = set()
        self.orders: dict[int, dict[str, Any]] = {}
        for name in NAMES:
            transfers.transfer(**self.received(name, 8000, "beginning"))
            self.moved("bank", name, 8000)

    def received(self, name: str, fen: int, key: object) -> dict[str, Any]:
        postings = [(self.rows["bank"].pk, -fen), (self.rows[name].pk, fen)]
        return {"kind": "received", "postings": postings, "request_key": f"in:{name}:{key}", "by": None}

    def teardown(self) -> None:
        try:
            assert list(differences()) == []
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        finally:
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    def does(self, foretold: str, act: Any, **words: Any) -> Any:
        """Do the act; it must be refused with the foretold code, or done when that is empty."""
        Twin.steps += 1
        Twin.refusals += bool(foretold)
        try:
            done = act(**words)
        except Refused as refused:
            assert refused.code == foretold
            return None
        assert foretold == ""
        return done

    def free(self, name: str) -> int:
        return self.balance[name] - self.held[name]

    def moved(self, here: str, there: str, fen: int) -> None:
        self.balance[here] -= fen
        self.balance[there] += fen

    @rule(name=names, fen=st.integers(1000, 20000), key=st.uuids())
    def pay_in(self, name: str, fen: int, key: object) -> None:
        self.does("", transfers.transfer, **self.received(name, fen, key))
        self.moved("bank", name, fen)

    @rule(pair=st.permutations(NAMES), fen=st.integers(1, 4000), key=keys)
    def move(self, pair: list[str], fen: int, key: int) -> None:
        here, there, _other = pair
        known = self.transfers.get(key)
        short = "not_enough" if self.free(here) < fen else ""
        foretold = short if known is None else "" if known == (here, there, fen) else "other_body"
        postings = [(self.rows[here].pk, -fen), (self.rows[there].pk, fen)]
        self.does(foretold, transfers.transfer, kind="move", postings=postings, request_key=f"move:{key}", by=None)
        if known is None and not short:
            self.transfers[key] = (here, there, fen)
            self.moved(here, there, fen)

    @rule(key=keys)
    def move_again(self, key: int) -> None:
        if key in self.transfers:
            here, there, fen = self.transfers[key]
            postings = [(self.rows[there].pk, fen), (self.rows[here].pk, -fen)]
            self.does("", transfers.transfer, kind="move", postings=postings, request_key=f"move:{key}", by=None)

    @rule(key=keys)
    def reverse(self, key: int) -> None:
        if key not in self.transfers:
            return
        here, there, fen = self.transfers[key]
        fresh = key not in self.reversed
        foretold = "not_enough" if fresh and self.free(there) < fen else ""
        row = Transfer.objects.get(request_key=f"move:{key}")
        self.does(foretold, transfers.reverse, transfer_id=row.pk, by=None)
        if fresh and not foretold:
            self.reversed.add(key)
            self.moved(there, here, fen)

    @rule(name=names, fen=amounts, reason=st.sampled_from("abc"))
    def hold(self, name: str, fen: int, reason: str) -> None:
        row = self.rows[name]
        twice = any(h["open"] and (h["name"], h["reason"]) == (name, reason) for h in self.holds)
        short = "not_enough" if self.free(name) < fen else ""
        foretold = "bad_amount" if fen == 0 else "already_held" if twice else short
        words = {"account_id": row.pk, "amount_fen": fen, "reason": reason, "subject": row, "by": None}
        done = self.does(foretold, holds.hold, **words)
        if done:
            self.holds.append({"name": name, "fen": fen, "reason": reason, "open": True, "pk": done.pk})
            self.held[name] += fen

    @rule(which=st.integers(0, 99), to=names, part=st.one_of(st.none(), amounts))
    def capture(self, which: int, to: str, part: int | None) -> None:
        if not self.holds:
            return
        row = self.holds[which % len(self.holds)]
        if to == row["name"]:
            to = NAMES[(NAMES.index(to) + 1) % len(NAMES)]
        fen = row["fen"] if part is None else part
        foretold = "bad_amount" if not 0 < fen <= row["fen"] else "" if row["open"] else "wrong_state"
        words = {"hold_id": row["pk"], "to_account_id": self.rows[to].pk, "by": None, "amount_fen": part}
        if self.does(foretold, holds.capture, **words):
            row["open"] = False
            self.held[row["name"]] -= row["fen"]
            self.moved(row["name"], to, fen)

    @rule(which=st.integers(0, 99))
    def release(self, which: int) -> None:
        if not self.holds:
            return
        row = self.holds[which % len(self.holds)]
        if self.does("" if row["open"] else "wrong_state", holds.release, hold_id=row["pk"], by=None):
            row["open"] = False
            self.held[row["name"]] -= row["fen"]

    @rule(name=names, fen=amounts, key=keys)
    def order(self, name: str, fen: int, key: int) -> None:
        known = self.orders.get(key)
        short = "not_enough" if self.free(name) < fen else ""
        same = known and (known["name"], known["fen"]) == (name, fen)
        foretold = "bad_amount" if fen == 0 else short if known is None else "" if same else "other_body"
        done = self.does(
            foretold,
            orders.order_payment,
            account_id=self.rows[name].pk,
            to_name="Farmer",
            to_account="6217001234",
            amount_fen=fen,
            reference=f"order-{key}",
            memo="",
            by=None,
        )
        if done and known is None:
            self.orders[key] = {"name": name, "fen": fen, "state": "draft"}
            self.moved(name, "transit", fen)

    @rule(key=keys, paid=st.booleans())
    def settle(self, key: int, paid: bool) -> None:
        known = self.orders.get(key)
        if known is None:
            return
        self.does("", orders.settle_order, reference=f"order-{key}", paid=paid)
        if known["state"] == "draft":
            known["state"] = "paid" if paid else "failed"
            self.moved("transit", "bank" if paid else known["name"], known["fen"])

    @invariant()
    def both_say_the_same(self) -> None:
        booked = {row.code: (row.balance_fen, row.held_fen) for row in Account.objects.all()}
        assert booked == {name: (self.balance[name], self.held[name]) for name in self.rows}
        assert sum(self.balance.values()) == 0
        assert Hold.objects.filter(state=Hold.State.HELD).count() == sum(row["open"] for row in self.holds)
        states = dict(BankOrder.objects.values_list("reference", "state"))
        assert states == {f"order-{key}": row["state"] for key, row in self.orders.items()}


@pytest.mark.django_db
def test_the_ledger_and_its_model_agree_after_every_act(capsys: pytest.CaptureFixture[str]) -> None:
    Twin.steps = Twin.refusals = 0
    run_state_machine_as_test(
        Twin,
        settings=settings(
            max_examples=STEPS // STEPS_PER_EXAMPLE * 2 + 1,
            stateful_step_count=STEPS_PER_EXAMPLE,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    with capsys.disabled():
        sys.stderr.write(f"\nledger model: {Twin.steps} acts, {Twin.refusals} refused as foretold ")
    assert Twin.steps >= STEPS
    assert Twin.refusals > Twin.steps // 20
