"""The few threads in which the hall speaks with the database, each with a connection of its own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import ParamSpec, TypeVar

from django.db import connection

P = ParamSpec("P")
R = TypeVar("R")
FRESH_S = 1.0


class Threads:
    """`size` threads; a connection that has stood idle is looked at before it is used, a broken one dropped."""

    def __init__(self, size: int, name: str) -> None:
        self._size = size
        self._pool = ThreadPoolExecutor(size, thread_name_prefix=name)

    async def run(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run `work` in one of the threads."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, lambda: _with_connection(lambda: work(*args, **kwargs)))

    def close(self) -> None:
        """End the threads and their connections."""
        gate = Barrier(self._size)
        for _thread in range(self._size):
            self._pool.submit(_last, gate)
        self._pool.shutdown(wait=True)


def _last(gate: Barrier) -> None:
    gate.wait(5)
    connection.close()


def _with_connection(work: Callable[[], R]) -> R:
    if time.monotonic() - getattr(connection, "used_at", 0.0) > FRESH_S:
        # Django then asks the server a trifle before the first statement, and connects anew if need be.
        connection.health_check_done = False  # type: ignore[attr-defined]
    try:
        return work()
    finally:
        connection.used_at = time.monotonic()  # type: ignore[attr-defined]
        if connection.errors_occurred or connection.settings_dict["OPTIONS"].get("pool"):
            connection.close()
