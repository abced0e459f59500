"""Flat combining: requests of one hall that arrive while one is being settled wait, and are settled together.

Whoever comes to an idle hall settles at once; whoever comes meanwhile waits in the process. When a batch is
done, every member gets its own answer (or all get the failure), and the first of those who have come since
settles the next batch. There are no timers: a lone request never waits for company.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Q = TypeVar("Q")
A = TypeVar("A")

CAP = 256
PATIENCE_S = 60.0


class _Turn(Generic[Q, A]):
    """One waiting request: woken either with its answer, or to settle the next batch itself."""

    __slots__ = ("answer", "error", "request", "settled", "woken")

    def __init__(self, request: Q) -> None:
        self.request = request
        self.woken = threading.Event()
        self.settled = False
        self.answer: A | None = None
        self.error: BaseException | None = None


class _Line(Generic[Q, A]):
    """Those who wait for one hall."""

    __slots__ = ("busy", "waiting")

    def __init__(self) -> None:
        self.waiting: list[_Turn[Q, A]] = []
        self.busy = False


class Combiner(Generic[Q, A]):
    """Settles requests by key in batches of at most `cap`, one batch at a time for each key."""

    def __init__(self, settle: Callable[[str, list[Q]], list[A]], cap: int = CAP) -> None:
        self._settle = settle
        self._cap = cap
        self._mutex = threading.Lock()
        self._lines: dict[str, _Line[Q, A]] = {}

    def submit(self, key: str, request: Q) -> A:
        """Return the answer to `request`, or raise what its batch failed with; `TimeoutError` after a minute."""
        turn: _Turn[Q, A] = _Turn(request)
        with self._mutex:
            line = self._lines.setdefault(key, _Line())
            line.waiting.append(turn)
            mine, line.busy = not line.busy, True
        if not mine:
            mine = self._wait(line, turn)
        if mine:
            self._settle_batch(key, line)
        if turn.error is not None:
            raise turn.error
        return turn.answer  # type: ignore[return-value]

    def _wait(self, line: _Line[Q, A], turn: _Turn[Q, A]) -> bool:
        """Wait; True when it is this turn's part to settle the next batch."""
        if not turn.woken.wait(PATIENCE_S):
            with self._mutex:
                if turn in line.waiting and not turn.woken.is_set():
                    line.waiting.remove(turn)
                    raise TimeoutError("the hall is not being settled")
            if not turn.woken.wait(PATIENCE_S):
                raise TimeoutError("the answer does not come")
        return not turn.settled

    def _settle_batch(self, key: str, line: _Line[Q, A]) -> None:
        with self._mutex:
            batch, line.waiting = line.waiting[: self._cap], line.waiting[self._cap :]
        try:
            answers = self._settle(key, [turn.request for turn in batch])
            for turn, answer in zip(batch, answers, strict=True):
                turn.answer = answer
        except BaseException as error:
            for turn in batch:
                turn.error = error
        finally:
            for turn in batch:
                turn.settled = True
                turn.woken.set()
            self._hand_over(key, line)

    def _hand_over(self, key: str, line: _Line[Q, A]) -> None:
        with self._mutex:
            if line.waiting:
                line.waiting[0].woken.set()
                return
            line.busy = False
            self._lines.pop(key, None)
