"""The bank's books: an append-only file of JSON lines, flushed to the disk before anything is answered."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Entry = dict[str, Any]


class Refusal(Exception):
    """The message is not one that the bank can act on."""


class Conflict(Exception):
    """The reference is that of another order."""


def _now() -> str:
    return datetime.fromtimestamp(time.time(), UTC).isoformat()


def _text(message: Entry, name: str, longest: int = 120) -> str:
    value = message.get(name, "")
    if not isinstance(value, str) or len(value) > longest:
        raise Refusal(f"{name} is not a text of at most {longest} characters")
    return value.strip()


def _amount(message: Entry) -> int:
    value = message.get("amount_fen")
    if type(value) is not int or not 0 < value < 10**15:
        raise Refusal("amount_fen is not a whole number above 0")
    return value


def _moment(text: str) -> str:
    try:
        return datetime.fromisoformat(text).isoformat() if text else _now()
    except ValueError as error:
        raise Refusal("booked_at is not a time") from error


class Books:
    """What the bank knows; every method is safe to call from several threads at once."""

    def __init__(self, path: Path) -> None:
        """Open the books at `path`, made if they are new, and read them from the beginning.

        An entry that a crash cut short was never answered, so it is cut off.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._file = open(path, "a+b")  # noqa: SIM115
        fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self.lines: list[Entry] = []
        self.orders: dict[str, Entry] = {}
        self._pay_ins: dict[str, Entry] = {}
        self.balance_fen = 0
        self._rebuild()
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)

    def _rebuild(self) -> None:
        self._file.seek(0)
        good = 0
        for raw in self._file:
            try:
                entry = json.loads(raw) if raw.endswith(b"\n") else None
            except ValueError:
                entry = None
            if entry is None:
                break
            good += len(raw)
            self._apply(entry)
        if self._file.seek(0, os.SEEK_END) != good:
            self._file.truncate(good)
            os.fsync(self._file.fileno())

    def _write(self, entry: Entry) -> None:
        self._file.write(json.dumps(entry, ensure_ascii=False).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        self._apply(entry)

    def _apply(self, entry: Entry) -> None:
        if entry["kind"] == "order":
            self.orders[entry["order"]["reference"]] = entry["order"] | {"state": "accepted", "reason": ""}
            return
        if "line" in entry:
            self.lines.append(entry["line"])
            self.balance_fen += entry["line"]["amount_fen"]
        if entry["kind"] == "in" and entry.get("request_key"):
            self._pay_ins[entry["request_key"]] = entry["line"]
        if entry["kind"] in {"paid", "failed"}:
            self.orders[entry["reference"]] |= {"state": entry["kind"], "reason": entry.get("reason", "")}

    def _line(self, **values: Any) -> Entry:
        number = len(self.lines) + 1
        blank = {"number": "", "payer_name": "", "payer_account": "", "reference": "", "booked_at": _now()}
        return {"line_number": number, "bank_ref": f"{number:08d}-{secrets.token_hex(4)}"} | blank | values

    def pay_in(self, message: Entry) -> Entry:
        """Book money that somebody pays in under a sub-account's number; once per `request_key` if it has one."""
        key = _text(message, "request_key", 64)
        line = {
            "number": _text(message, "number", 32),
            "payer_name": _text(message, "payer_name"),
            "payer_account": _text(message, "payer_account", 40),
            "amount_fen": _amount(message),
            "booked_at": _moment(_text(message, "booked_at", 40)),
        }
        with self._lock:
            if key and key in self._pay_ins:
                return self._pay_ins[key]
            self._write({"kind": "in", "request_key": key, "line": self._line(**line)})
            return self.lines[-1]

    def place(self, message: Entry, slow_s: float = 0) -> Entry:
        """Take an order to pay; the same reference again is the same order, with other contents a `Conflict`."""
        order = {
            "reference": _text(message, "reference", 60),
            "to_name": _text(message, "to_name"),
            "to_account": _text(message, "to_account", 40),
            "amount_fen": _amount(message),
            "memo": _text(message, "memo", 200),
        }
        if not (order["reference"] and order["to_name"] and order["to_account"]):
            raise Refusal("an order names its reference, the payee and the payee's account")
        with self._lock:
            known = self.orders.get(str(order["reference"]))
            if known is None:
                self._write({"kind": "order", "order": order | {"ordered_at": time.time()}})
                self.execute(slow_s)
                return self.orders[str(order["reference"])]
            if any(known[name] != order[name] for name in ("to_name", "to_account", "amount_fen")):
                raise Conflict("this reference belongs to another order")
            return known

    def execute(self, slow_s: float = 0) -> None:
        """Pay, or refuse, every accepted order that is older than `slow_s`."""
        with self._lock:
            for order in [order for order in self.orders.values() if order["state"] == "accepted"]:
                if time.time() - order["ordered_at"] >= slow_s:
                    self._pay(order)

    def _pay(self, order: Entry) -> None:
        account = order["to_account"].replace(" ", "").replace("-", "")
        reason = ""
        if not (account.isascii() and account.isdigit() and 8 <= len(account) <= 32):
            reason = "there is no such account"
        elif order["amount_fen"] > self.balance_fen:
            reason = "there is not enough money"
        if reason:
            self._write({"kind": "failed", "reference": order["reference"], "reason": reason})
            return
        line = self._line(
            payer_name=order["to_name"],
            payer_account=order["to_account"],
            amount_fen=-order["amount_fen"],
            reference=order["reference"],
        )
        self._write({"kind": "paid", "reference": order["reference"], "line": line})

    def order(self, reference: str) -> Entry | None:
        """Return an order with its state, None if it never came."""
        with self._lock:
            return self.orders.get(reference)

    def statement(self, after: int, limit: int) -> list[Entry]:
        """Return up to `limit` lines above number `after`, in order; numbers have no gap."""
        with self._lock:
            return self.lines[max(after, 0) :][:limit]
