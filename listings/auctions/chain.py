"""The chain of a hall: each event's hash covers the event and the one before it.

`body_hash` is SHA-256 over the canonical JSON of the event with its random 128-bit salt, so that the hash of
something hidden tells nothing; `hash` is SHA-256(0x00 ‖ hash before ‖ body_hash). The first event stands on the
hash of the announcement. Standard library only.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from datetime import datetime
from typing import Any

from listings.auctions.instants import iso


def new_salt() -> str:
    """Return 128 random bits in hex."""
    return secrets.token_hex(16)


def canonical(value: Any) -> bytes:
    """Return JSON with sorted keys, no spaces, UTF-8."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def body(
    *,
    auction: str,
    number: int,
    at: datetime,
    kind: str,
    paddle: str,
    amount_fen: int | None,
    accepted: bool,
    reason: str,
    outcome: dict[str, Any],
    salt: str,
) -> dict[str, Any]:
    """Return what an event's hash covers, as plain JSON; the time in microseconds, UTC, amounts in fen."""
    return {
        "auction": auction,
        "number": number,
        "at": iso(at),
        "kind": kind,
        "paddle": paddle,
        "amount_fen": amount_fen,
        "accepted": accepted,
        "reason": reason,
        "outcome": outcome,
        "salt": salt,
    }


def body_hash(fields: dict[str, Any]) -> str:
    """Return the SHA-256 of a body in hex."""
    return hashlib.sha256(canonical(fields)).hexdigest()


def link(before: str, hashed: str) -> str:
    """Return the hash of an event with that `body_hash` on top of the hash `before`, both in hex."""
    return hashlib.sha256(b"\x00" + bytes.fromhex(before) + bytes.fromhex(hashed)).hexdigest()
