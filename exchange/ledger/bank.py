"""The settlement bank as we speak to it: small JSON messages over HTTP, signed by both sides.

A message's signature is HMAC-SHA256, under the secret agreed with the bank, over its parts joined by line
feeds: for a request the method, the path with its query, the time, a number used once, and the body; for an
answer the status, the request's number used once, and the body. So no answer can be forged, nor an old one
played back. Every call ends within `TIMEOUT_S` per step; silence is `BankAway`, never an outcome.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import logging
import secrets
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from exchange.errors import Refused, Text

log = logging.getLogger(__name__)

TIMEOUT_S = 5.0
LONGEST_ANSWER = 4 * 1024 * 1024
PAGE = 200


class BankAway(Refused):
    """The bank did not answer, or not in its own hand: whether it acted is unknown and must be asked."""

    status = 503

    def __init__(self, reason: str, message: Text = "") -> None:
        super().__init__(
            message or _("The bank does not answer at the moment. Nothing is lost; please try again in a minute."),
            "bank_away",
        )
        self.reason = reason


class BankRefused(Refused):
    """The bank understood and said no; `reason` in its words."""

    def __init__(self, reason: str) -> None:
        super().__init__(_("The bank refused: %(reason)s") % {"reason": reason}, "bank_refused")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One line of the bank's statement; `amount_fen` negative for money out, then `reference` is our order's."""

    line_number: int
    bank_ref: str
    number: str
    payer_name: str
    payer_account: str
    amount_fen: int
    booked_at: datetime
    reference: str = ""


@dataclass(frozen=True, slots=True)
class OrderStatus:
    """What the bank says of an order: `state` "accepted", "paid" or "failed" (then `reason`)."""

    reference: str
    state: str
    reason: str = ""


def signature(*parts: str) -> str:
    """Return the signature over `parts`, hexadecimal."""
    text = "\n".join(parts)
    return hmac.new(settings.BANK_SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()


def _exchange(method: str, path: str, body: str, headers: dict[str, str]) -> tuple[int, str, str]:
    url = urlsplit(settings.BANK_URL)
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    link = kind(url.hostname or "", url.port, timeout=TIMEOUT_S)
    try:
        link.request(method, url.path.rstrip("/") + path, body.encode() or None, headers)
        answer = link.getresponse()
        raw = answer.read(LONGEST_ANSWER)
        return answer.status, raw.decode(), answer.headers.get("X-Bank-Signature", "")
    finally:
        link.close()


def call(method: str, path: str, message: dict[str, Any] | None = None, also: int = 200) -> tuple[int, Any]:
    """Send one signed message and return the status, 200 or `also`, and the checked, decoded answer.

    Raises `BankAway` on silence, on any other status, and on an answer that is not signed by the bank.
    """
    body = json.dumps(message, ensure_ascii=False) if message is not None else ""
    at, once = str(int(time.time())), secrets.token_hex(16)
    headers = {
        "Content-Type": "application/json",
        "X-Bank-Time": at,
        "X-Bank-Once": once,
        "X-Bank-Signature": signature(method, path, at, once, body),
    }
    try:
        status, text, signed = _exchange(method, path, body, headers)
    except (OSError, http.client.HTTPException, UnicodeDecodeError) as error:
        raise BankAway(f"{type(error).__name__}: {error}") from error
    if not hmac.compare_digest(signed, signature(str(status), once, text)):
        log.error("an answer to %s %s (status %s) is not signed by the bank", method, path, status)
        raise BankAway("the answer is not signed by the bank")
    try:
        answer = json.loads(text)
    except ValueError as error:
        raise BankAway("the answer is no JSON") from error
    if status not in {200, also}:
        log.error("the bank answers %s %s with %s: %s", method, path, status, answer)
        raise BankAway(f"the bank answers {status}")
    return status, answer


def statement(*, after: int) -> list[StatementLine]:
    """Return up to `PAGE` lines of the statement whose number is above `after`, in any order, maybe repeated."""
    _status, answer = call("GET", f"/statement?after={after}&limit={PAGE}")
    return [
        StatementLine(
            line_number=line["line_number"],
            bank_ref=line["bank_ref"],
            number=line["number"],
            payer_name=line["payer_name"],
            payer_account=line["payer_account"],
            amount_fen=line["amount_fen"],
            booked_at=datetime.fromisoformat(line["booked_at"]),
            reference=line["reference"],
        )
        for line in answer["lines"]
    ]


def balance() -> tuple[int, int]:
    """Return what lies on the settlement account, in fen, and the number of the statement's last line."""
    _status, answer = call("GET", "/balance")
    return answer["balance_fen"], answer["lines"]


def _status_of(answer: dict[str, Any]) -> OrderStatus:
    return OrderStatus(answer["reference"], answer["state"], answer.get("reason", ""))


def order_status(reference: str) -> OrderStatus | None:
    """Ask what became of an order; None when the bank has never heard of it."""
    status, answer = call("GET", f"/orders/{quote(reference, safe='')}", also=404)
    return None if status == 404 else _status_of(answer)


def place_order(*, reference: str, to_name: str, to_account: str, amount_fen: int, memo: str) -> OrderStatus:
    """Tell the bank to pay; the same reference again is the same order. `BankRefused` when it is no order."""
    status, answer = call(
        "POST",
        "/orders",
        {
            "reference": reference,
            "to_name": to_name,
            "to_account": to_account,
            "amount_fen": amount_fen,
            "memo": memo,
        },
        also=422,
    )
    if status == 422:
        raise BankRefused(str(answer.get("error", status)))
    return _status_of(answer)


def pay_in(message: dict[str, Any]) -> dict[str, Any]:
    """Pay in at the sandbox bank; a real bank has no such message. `BankRefused` when it is no payment."""
    status, answer = call("POST", "/sandbox/pay-in", message, also=422)
    if status == 422:
        raise BankRefused(str(answer.get("error", status)))
    return answer


def overview() -> dict[str, Any]:
    """Return the sandbox bank's balance and its newest lines and orders."""
    _status, answer = call("GET", "/sandbox/overview")
    return answer
