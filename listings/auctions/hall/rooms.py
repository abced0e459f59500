"""What the streams of one process know of each hall: its newest public events, read once for all watchers.

The source is PostgreSQL. The bell (Valkey, or this very process) only says when to look; without it, every
hall that somebody watches is looked at once a second.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import redis.asyncio
from django.conf import settings
from django.db import Error

from exchange.clock import legal_now
from listings.auctions import bell, selectors
from listings.auctions.hall.threads import Threads
from listings.auctions.instants import iso
from listings.auctions.models import Auction

log = logging.getLogger(__name__)
POLL_S = 1.0
KEPT = 128
READERS = 2
# An EventSource has an event "open" of its own.
NAMES = {"open": "opened", "close": "closed"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A public event, encoded once; `now` is put in front when it is sent."""

    seq: int
    kind: str
    tail: str

    def encode(self, now: str) -> bytes:
        """Return it as an event of the stream."""
        return f'id: {self.seq}\nevent: {self.kind}\ndata: {{"now":"{now}",{self.tail}\n\n'.encode()


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a hall stands: its last public number, its end, and the legal time of the look."""

    seq: int
    ends_at: str
    state: str
    now: datetime


class Room:
    """One hall that is being watched."""

    def __init__(self, auction_id: str, standing: Standing) -> None:
        self.auction_id = auction_id
        self.seq = standing.seq
        self.ends_at = standing.ends_at
        self.kept: deque[Shown] = deque(maxlen=KEPT)
        self.changed = asyncio.Event()
        self.watchers = 0

    def publish(self, events: list[Shown], standing: Standing) -> None:
        """Take new events and wake all watchers."""
        self.kept.extend(events)
        if events:
            self.seq = events[-1].seq
        self.ends_at = standing.ends_at
        woken, self.changed = self.changed, asyncio.Event()
        woken.set()


class Rooms:
    """All halls that are watched in this process, and the one task that keeps them up to date."""

    def __init__(self) -> None:
        self._rooms: dict[str, Room] = {}
        self._readers = Threads(READERS, "hall-reader")
        self._rung: set[str] = set()
        self._ring = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._mono = 0.0
        self._now: datetime | None = None
        self._tasks = [asyncio.create_task(self._keep_up()), asyncio.create_task(self._hear())]
        bell.listen(self._heard)

    async def stop(self) -> None:
        """End the tasks, threads and connections."""
        bell.forget(self._heard)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.to_thread(self._readers.close)

    def now(self) -> str:
        """Return the legal time: the database's at the last look, carried on by the monotonic clock."""
        if self._now is None:
            raise RuntimeError("nothing has been looked at yet")
        return iso(self._now + timedelta(seconds=time.monotonic() - self._mono))

    async def legal_time(self) -> str:
        """Ask the database for the legal time."""
        return iso(await self._readers.run(legal_now))

    async def enter(self, auction_id: str) -> Room | None:
        """Return the hall for one more watcher, None if there is none; `leave` it afterwards."""
        room = self._rooms.get(auction_id)
        if room is None:
            standing = (await self._readers.run(_standings, [auction_id])).get(auction_id)
            if standing is None:
                return None
            self._set_clock(standing)
            room = self._rooms.setdefault(auction_id, Room(auction_id, standing))
        room.watchers += 1
        return room

    def leave(self, room: Room) -> None:
        """Forget the hall with its last watcher."""
        room.watchers -= 1
        if not room.watchers:
            self._rooms.pop(room.auction_id, None)

    async def since(self, room: Room, after: int) -> list[Shown]:
        """Return the events after a number: from memory, or from the database where memory does not reach."""
        if room.kept and room.kept[0].seq <= after + 1:
            return [shown for shown in room.kept if shown.seq > after]
        return await self._readers.run(_shown, room.auction_id, after)

    def _set_clock(self, standing: Standing) -> None:
        self._now, self._mono = standing.now, time.monotonic()

    def _heard(self, auction_id: str) -> None:
        """Hear the bell, from whatever thread."""
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._wake, auction_id)

    def _wake(self, auction_id: str) -> None:
        if auction_id in self._rooms:
            self._rung.add(auction_id)
            self._ring.set()

    async def _keep_up(self) -> None:
        """Look at what has rung at once, and at everything once a second."""
        looked = 0.0
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ring.wait(), max(0.0, looked + POLL_S - time.monotonic()))
            self._ring.clear()
            rung, self._rung = self._rung, set()
            if time.monotonic() >= looked + POLL_S:
                rung, looked = set(self._rooms), time.monotonic()
            if rung:
                await self._look(rung)

    async def _look(self, auction_ids: set[str]) -> None:
        try:
            standings = await self._readers.run(_standings, list(auction_ids))
            for auction_id, standing in standings.items():
                self._set_clock(standing)
                room = self._rooms.get(auction_id)
                if room is not None and standing.seq > room.seq:
                    room.publish(await self._readers.run(_shown, auction_id, room.seq), standing)
        except Error as error:
            log.warning("the halls cannot be read: %s", error)

    async def _hear(self) -> None:
        """Subscribe to the bell of the other processes; while Valkey is away, only poll."""
        while True:
            try:
                client = redis.asyncio.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2)
                async with client, client.pubsub(ignore_subscribe_messages=True) as subscription:
                    await subscription.subscribe(bell.CHANNEL)
                    async for message in subscription.listen():
                        self._wake(message["data"].decode())
            except (redis.RedisError, OSError) as error:
                log.warning("no bell from other processes: %s", error)
            await asyncio.sleep(2)


def _standings(auction_ids: list[str]) -> dict[str, Standing]:
    found = Auction.objects.filter(pk__in=[UUID(one) for one in auction_ids])
    rows = list(found.values_list("pk", "public_number", "ends_at", "state"))
    now = legal_now()
    return {str(pk): Standing(seq, iso(ends_at), state, now) for pk, seq, ends_at, state in rows}


def _shown(auction_id: str, after: int) -> list[Shown]:
    found = []
    for event in selectors.public_events(auction_id, after):
        plain = selectors.public_event(event)
        text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
        found.append(Shown(plain["seq"], NAMES.get(plain["kind"], plain["kind"]), text[1:]))
    return found
