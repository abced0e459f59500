"""The bell: tells every process that streams a hall to look into the database now. Losing a ring costs a second.

Nothing but the hall's id goes through Valkey, and only after the commit.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import lru_cache

import redis
from django.conf import settings
from django.db import transaction
from redis.backoff import NoBackoff
from redis.retry import Retry

log = logging.getLogger(__name__)
CHANNEL = "hall"
SILENCE_S = 5.0

_listeners: list[Callable[[str], None]] = []
_silent_until = 0.0


@lru_cache(maxsize=1)
def _client() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=0.2, socket_connect_timeout=0.2, retry=Retry(NoBackoff(), 0)
    )


def listen(listener: Callable[[str], None]) -> None:
    """Let `listener(auction_id)` hear the rings of this process at once, from whatever thread settles."""
    _listeners.append(listener)


def forget(listener: Callable[[str], None]) -> None:
    """Stop telling `listener`."""
    if listener in _listeners:
        _listeners.remove(listener)


def ring(auction_id: object) -> None:
    """Ring for a hall once the present transaction has committed."""
    transaction.on_commit(lambda: _ring(str(auction_id)), robust=True)


def _ring(auction_id: str) -> None:
    global _silent_until
    for listener in list(_listeners):
        listener(auction_id)
    if time.monotonic() < _silent_until:
        return
    try:
        _client().publish(CHANNEL, auction_id)
    except (redis.RedisError, OSError) as error:
        # A missing Valkey must not slow bidding down: the streams poll, and we try again later.
        _silent_until = time.monotonic() + SILENCE_S
        log.warning("no bell for %s s: %s", SILENCE_S, error)
