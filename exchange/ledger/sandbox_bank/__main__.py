"""Open the sandbox bank: `python -m exchange.ledger.sandbox_bank --port P --data FILE`."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

from exchange.ledger.sandbox_bank.books import Books
from exchange.ledger.sandbox_bank.server import Bank

DEFAULT_SECRET = "only-for-development-and-demonstration"


def main() -> int:
    """Serve until SIGTERM or Ctrl-C; the first line on standard output tells the address."""
    parser = argparse.ArgumentParser(prog="sandbox_bank", description="A bank to practise with.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True, help="0 takes any free port")
    parser.add_argument("--data", type=Path, required=True, help="the file that holds the books")
    options = parser.parse_args()
    try:
        books = Books(options.data)
    except BlockingIOError:
        sys.stderr.write(f"{options.data} is the books of a bank that is open already\n")
        return 1
    bank = Bank((options.host, options.port), books, os.environ.get("BANK_SECRET", "") or DEFAULT_SECRET)

    def close(number: int, frame: FrameType | None) -> None:
        threading.Thread(target=bank.shutdown).start()

    signal.signal(signal.SIGTERM, close)
    signal.signal(signal.SIGINT, close)
    sys.stdout.write(f"http://{options.host}:{bank.server_port}\n")
    sys.stdout.flush()
    bank.serve_forever(poll_interval=0.2)
    bank.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
