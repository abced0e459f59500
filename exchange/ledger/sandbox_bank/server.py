"""The bank's counter: signed JSON over HTTP, and faults on demand."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from exchange.ledger.sandbox_bank.books import Books, Conflict, Refusal

PATIENCE_S = 300
LONGEST_BODY = 64 * 1024
Answer = tuple[int, dict[str, Any]]


@dataclass
class Faults:
    """What the bank does badly from now on; counts go down with each message that was spoilt.

    `delay_s`: every answer waits so long. `slow_s`: an order is executed only so long after it came.
    `repeat`: statements that list every line twice and some old ones again. `late`: statements that leave
    their first line out. `lose`: messages whose answer is lost, the work being done. `lose_requests`: messages
    that never arrive. `forge`: answers with a wrong signature.
    """

    delay_s: float = 0
    slow_s: float = 0
    repeat: int = 0
    late: int = 0
    lose: int = 0
    lose_requests: int = 0
    forge: int = 0

    def set(self, message: dict[str, Any]) -> None:
        """Take over the named faults; `Refusal` for an unknown name or what is no number from 0 to 1000."""
        known = {field.name for field in fields(self)}
        for name, value in message.items():
            if name not in known or type(value) not in {int, float} or not 0 <= value <= 1000:
                raise Refusal(f"{name} is no fault of this bank, or no number from 0 to 1000")
        for name, value in message.items():
            setattr(self, name, value)

    def take(self, name: str) -> bool:
        """Say whether this message is to be spoilt so, and count it."""
        left = getattr(self, name)
        if left:
            setattr(self, name, left - 1)
        return bool(left)


class Bank(ThreadingHTTPServer):
    """One bank with its books, its faults and the secret that it shares with the exchange."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], books: Books, secret: str) -> None:
        super().__init__(address, Counter)
        self.books, self.secret, self.faults = books, secret.encode(), Faults()
        self.lock = threading.Lock()
        self._used: dict[str, float] = {}

    def signature(self, *parts: str) -> str:
        """Return HMAC-SHA256 over the parts joined by line feeds, hexadecimal."""
        return hmac.new(self.secret, "\n".join(parts).encode(), hashlib.sha256).hexdigest()

    def is_first_use(self, once: str, at: str) -> bool:
        """Say whether the message is of now and its number was not used before."""
        now = time.time()
        if not at.isdigit() or abs(now - int(at)) > PATIENCE_S or not once:
            return False
        with self.lock:
            self._used = {key: then for key, then in self._used.items() if now - then < 2 * PATIENCE_S}
            fresh = once not in self._used
            self._used[once] = now
        return fresh

    def spoils(self, name: str) -> bool:
        """Say whether the fault `name` strikes now."""
        with self.lock:
            return self.faults.take(name)

    def statement(self, query: dict[str, list[str]]) -> Answer:
        """Answer GET /statement?after=N&limit=M."""
        after, limit = int(query.get("after", ["0"])[0]), int(query.get("limit", ["200"])[0])
        lines = self.books.statement(after, limit)
        if self.spoils("repeat"):
            lines = [line for line in self.books.statement(after - 3, limit + 3) for _twice in (1, 2)]
        if self.spoils("late"):
            lines = lines[1:]
        return 200, {"lines": lines}

    def overview(self) -> Answer:
        """Answer GET /sandbox/overview: the newest lines and orders, for people."""
        books = self.books
        return 200, {
            "balance_fen": books.balance_fen,
            "lines": books.lines[:-21:-1],
            "orders": list(books.orders.values())[:-21:-1],
            "faults": asdict(self.faults),
        }

    def order(self, reference: str) -> Answer:
        """Answer GET /orders/REF."""
        found = self.books.order(reference)
        return (200, found) if found else (404, {"error": "this order never came"})

    def set_faults(self, message: dict[str, Any]) -> Answer:
        """Answer POST /sandbox/faults."""
        with self.lock:
            self.faults.set(message)
            return 200, asdict(self.faults)


class Counter(BaseHTTPRequestHandler):
    """One message and its answer."""

    server: Bank
    timeout = 30

    def do_GET(self) -> None:  # noqa: N802
        """Serve what can be asked."""
        url = urlsplit(self.path)
        self.server.books.execute(self.server.faults.slow_s)
        if url.path == "/statement":
            self._serve("", lambda: self.server.statement(parse_qs(url.query)))
        elif url.path == "/balance":
            books = self.server.books
            self._serve("", lambda: (200, {"balance_fen": books.balance_fen, "lines": len(books.lines)}))
        elif url.path.startswith("/orders/"):
            self._serve("", lambda: self.server.order(unquote(url.path.removeprefix("/orders/"))))
        elif url.path == "/sandbox/overview":
            self._serve("", self.server.overview)
        else:
            self._serve("", lambda: (404, {"error": "there is no such thing"}))

    def do_POST(self) -> None:  # noqa: N802
        """Serve what can be ordered."""
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > LONGEST_BODY:
            self._answer(413, {"error": "too long"})
            return
        body = self.rfile.read(int(length)).decode(errors="replace")
        books, faults = self.server.books, self.server.faults
        acts: dict[str, Callable[[dict[str, Any]], Answer]] = {
            "/orders": lambda message: (200, books.place(message, faults.slow_s)),
            "/sandbox/pay-in": lambda message: (200, books.pay_in(message)),
            "/sandbox/faults": self.server.set_faults,
        }
        act = acts.get(self.path, lambda message: (404, {"error": "there is no such thing"}))
        self._serve(body, lambda: act(_decoded(body)))

    def _is_signed(self, body: str) -> bool:
        at, once = self.headers.get("X-Bank-Time", ""), self.headers.get("X-Bank-Once", "")
        wanted = self.server.signature(self.command, self.path, at, once, body)
        signed = self.headers.get("X-Bank-Signature", "")
        return hmac.compare_digest(wanted.encode(), signed.encode()) and self.server.is_first_use(once, at)

    def _serve(self, body: str, act: Callable[[], Answer]) -> None:
        practice = self.path.startswith("/sandbox/")
        if not practice and self.server.spoils("lose_requests"):
            return
        if self._is_signed(body):
            try:
                status, answer = act()
            except (Refusal, ValueError) as error:
                status, answer = 422, {"error": str(error)}
            except Conflict as error:
                status, answer = 409, {"error": str(error)}
        else:
            status, answer = 401, {"error": "this message is not signed, not of now, or was used before"}
        if practice:
            self._answer(status, answer)
            return
        time.sleep(self.server.faults.delay_s)
        if not self.server.spoils("lose"):
            self._answer(status, answer, forged=self.server.spoils("forge"))

    def _answer(self, status: int, answer: dict[str, Any], forged: bool = False) -> None:
        text = json.dumps(answer, ensure_ascii=False)
        signed = self.server.signature(str(status), self.headers.get("X-Bank-Once", ""), text)
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text.encode())))
        self.send_header("X-Bank-Signature", signed[::-1] if forged else signed)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the books tell what happened."""


def _decoded(body: str) -> dict[str, Any]:
    message = json.loads(body)
    if not isinstance(message, dict):
        raise Refusal("the message is no object")
    return message
