"""Stand-in until the pure functions land."""

import os
import time
import uuid


def new_id() -> uuid.UUID:
    """Return a UUIDv7."""
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | (7 << 76)
    value = value & ~(0x3 << 62) | (2 << 62)
    return uuid.UUID(int=value)


def check_uscc(code: str) -> str:
    return code
