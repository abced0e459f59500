"""Bidders keep diaries while the exchange is killed under them, again and again: nothing acknowledged is missing,
nothing is there twice, and the hall replays to its rows.

`make chaos` for 1,000 kills. A kill is one of: the web process by SIGKILL, all connections of
the database cut, the database server itself by SIGKILL.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from exchange.embedded.folder import REPOSITORY
from exchange.embedded.valkey import free_port
from tests.exchange.embedded.conftest import Box, wait_until

pytestmark = pytest.mark.chaos

KILLS = int(os.environ.get("CHAOS_KILLS", "20"))
KINDS = ("web", "web", "connections", "web", "server")


class Exchange:
    """The web process on its own servers, and how to kill it."""

    def __init__(self, box: Box) -> None:
        self.box = box
        self.port = free_port()
        addresses = box.addresses()
        self.database = addresses["DATABASE_URL"]
        self.environment = {
            **os.environ,
            "DATABASE_URL": self.database,
            "REDIS_URL": addresses["REDIS_URL"],
            "JOURNAL_DELIVERY": "sweep",
            "PLAIN_STATIC": "1",
            "DATABASE_POOL": "8",
        }
        self.web: subprocess.Popen[bytes] | None = None

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *words], cwd=REPOSITORY, env=self.environment, capture_output=True, text=True, check=False
        )

    def start_web(self) -> None:
        argv = ["-m", "uvicorn", "exchange.asgi:application", "--port", str(self.port), "--log-level", "critical"]
        with open(self.box.output, "ab") as log:
            self.web = subprocess.Popen(
                [sys.executable, *argv, "--no-access-log"], cwd=REPOSITORY, env=self.environment, stdout=log, stderr=log
            )

    def kill(self, kind: str) -> None:
        if kind == "web":
            assert self.web is not None
            self.web.kill()
            self.web.wait()
            self.start_web()
        elif kind == "server":
            os.kill(self.box.postmaster(), signal.SIGKILL)
        else:
            with psycopg.connect(self.database, autocommit=True) as link:
                link.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE pid <> pg_backend_pid() AND datname = current_database()"
                )

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database) as link:
            return link.execute(query).fetchall()


class Bidder(threading.Thread):
    """Presses on and on; every key and every answer that he ever got stands in his diary."""

    def __init__(self, port: int, auction: str, token: str, seed: int, acks: Counter[str]) -> None:
        super().__init__(daemon=True)
        self.diary: dict[str, tuple[str, list[dict[str, Any]]]] = {}
        self.stop = threading.Event()
        self._port, self._path = port, f"/api/v1/auctions/{auction}/bids/"
        self._token, self._dice, self._acks = token, random.Random(seed), acks
        self._least = 30_000

    def run(self) -> None:
        while not self.stop.is_set():
            key = str(uuid4())
            # Two in three are meant to be taken; the others are too low, and recorded as well.
            amount = f"{self._least + 500 * self._dice.choice([0, 0, 1, 2, -1, -2])}.00"
            self.diary[key] = (amount, [])
            while not self.stop.is_set() and not self._press(key, amount):
                time.sleep(0.1)
            if self._dice.random() < 0.1:
                self._press(key, amount)

    def _press(self, key: str, amount: str) -> bool:
        status, body = self._ask(key, amount)
        if status not in {201, 409} or "number" not in body:
            return False
        self.diary[key][1].append(body)
        self._least = int(body["next_min"].split(".")[0])
        self._acks["all"] += 1
        return True

    def _ask(self, key: str, amount: str) -> tuple[int, dict[str, Any]]:
        link = http.client.HTTPConnection("127.0.0.1", self._port, timeout=5)
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Idempotency-Key": key,
            "Content-Type": "application/json",
        }
        try:
            link.request("POST", self._path, json.dumps({"amount": amount}), headers)
            answer = link.getresponse()
            return answer.status, json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError):
            return 0, {}
        finally:
            link.close()


@pytest.fixture
def exchange(tmp_path: Path) -> Iterator[Exchange]:
    box = Box(tmp_path / ".data")
    box.folder.make()
    box.start()
    made = Exchange(box)
    try:
        yield made
    finally:
        if made.web is not None:
            made.web.kill()
            made.web.wait()
        box.stop()


def test_no_acknowledged_press_is_lost_or_doubled_however_the_exchange_is_killed(exchange: Exchange) -> None:
    prepared = exchange.run("-m", "tests.chaos.prepare")
    assert prepared.returncode == 0, prepared.stderr[-2000:]
    said = json.loads(prepared.stdout.splitlines()[-1])
    acks: Counter[str] = Counter()
    exchange.start_web()
    bidders = [Bidder(exchange.port, said["auction"], token, n, acks) for n, token in enumerate(said["tokens"])]
    for bidder in bidders:
        bidder.start()
    killed = _kill_again_and_again(exchange, acks)
    for bidder in bidders:
        bidder.stop.set()
    for bidder in bidders:
        bidder.join(30)
    diaries = {key: entry for bidder in bidders for key, entry in bidder.diary.items()}
    _compare(exchange, diaries, killed)


def _kill_again_and_again(exchange: Exchange, acks: Counter[str]) -> Counter[str]:
    dice, killed = random.Random(7), Counter[str]()
    for number in range(KILLS):
        before = acks["all"]
        wait_until(lambda: acks["all"] > before + 5, "presses are acknowledged after a kill")  # noqa: B023
        time.sleep(dice.uniform(0, 0.3))
        kind = KINDS[number % len(KINDS)]
        exchange.kill(kind)
        killed[kind] += 1
    before = acks["all"]
    wait_until(lambda: acks["all"] > before + 5, "presses are acknowledged after the last kill")
    return killed


def _compare(exchange: Exchange, diaries: dict[str, tuple[str, list[dict[str, Any]]]], killed: Counter[str]) -> None:
    columns = "request_key, number, amount_fen, accepted, reason, hash"
    rows = exchange.rows(f"SELECT {columns} FROM auctions_hallevent WHERE kind = 'bid' ORDER BY number")
    by_key = {row[0]: row for row in rows}
    assert len(by_key) == len(rows), "a key is there twice"
    answered = {key: answers for key, (_amount, answers) in diaries.items() if answers}
    lost = [key for key in answered if key not in by_key]
    otherwise = [
        key
        for key, answers in answered.items()
        if key in by_key and any(_told(answer) != by_key[key][1:] for answer in answers)
    ]
    unknown = [key for key in by_key if key not in diaries]
    unasked = len(by_key) - len(answered) + len(lost)
    checked = exchange.run("manage.py", "check_halls")
    sys.stderr.write(
        f"\n{sum(killed.values())} kills ({dict(killed)}), {len(answered)} presses acknowledged, "
        f"{sum(len(a) for a in answered.values())} answers, {unasked} committed without an answer, {len(lost)} lost, "
        f"{len(otherwise)} told otherwise, {len(unknown)} of nobody; {checked.stderr.strip()}\n"
    )
    assert (lost, otherwise, unknown) == ([], [], [])
    assert checked.returncode == 0, checked.stdout
    assert sum(killed.values()) == KILLS
    assert len(answered) >= 5 * KILLS
    assert sum(row[3] for row in rows) >= KILLS, "hardly a bid was taken"


def _told(answer: dict[str, Any]) -> tuple[Any, ...]:
    fen = int(answer["amount"].replace(".", ""))
    return answer["number"], fen, answer["accepted"], answer["reason"] or "", answer["hash"]
