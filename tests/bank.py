"""The sandbox bank as a real process of the test, with books in the test's own folder."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from exchange.ledger import bank

ROOT = Path(__file__).parent.parent


class SandboxBank:
    """A running bank: `pay_in`, `faults`, `kill` and `start` again; `entries` are its books as they lie on disk."""

    def __init__(self, path: Path, secret: str) -> None:
        self.path = path
        self.secret = secret
        self.url = ""
        self.start()

    def start(self, port: int = 0) -> None:
        """Open the bank on any free port, or on `port`."""
        argv = [sys.executable, "-m", "exchange.ledger.sandbox_bank", "--port", str(port), "--data", str(self.path)]
        environment = {"PATH": os.environ.get("PATH", ""), "BANK_SECRET": self.secret}
        self.process = subprocess.Popen(argv, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        self.url = self.process.stdout.readline().strip()
        assert self.url, "the sandbox bank did not open"

    def kill(self) -> None:
        """End it as a power cut would: without a word."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """Close it; return its exit code."""
        self.process.terminate()
        return self.process.wait(timeout=10)

    def restart(self) -> None:
        """Open it again at the address it had."""
        self.start(int(self.url.rsplit(":", 1)[1]))

    def pay_in(
        self, number: str, fen: int, payer_name: str = "Farmer", payer_account: str = "62170012345678", **more: Any
    ) -> dict[str, Any]:
        """Let somebody pay in under a sub-account's number; the line appears on the next statement."""
        message = {"number": number, "payer_name": payer_name, "payer_account": payer_account, "amount_fen": fen}
        _status, line = bank.call("POST", "/sandbox/pay-in", message | more)
        return line

    def faults(self, **faults: float) -> None:
        """Let the bank work badly from now on; see `sandbox_bank.server.Faults`."""
        bank.call("POST", "/sandbox/faults", faults)

    @property
    def entries(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.path.read_text(encoding="utf-8").splitlines()]

    @property
    def paid(self) -> list[tuple[str, int]]:
        """What the bank paid out by its own books: (reference, fen), oldest first."""
        lines = [entry["line"] for entry in self.entries if entry["kind"] == "paid"]
        return [(line["reference"], -line["amount_fen"]) for line in lines]
