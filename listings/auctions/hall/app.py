"""The hall: a small ASGI application beside the pages, for streams and bids alone.

`GET /hall/<id>/events` the public stream, `GET /hall/<id>/clock` the legal time, `POST /hall/<id>/bids` a bid
by ticket. It runs inside the one-port demonstration, or as a process of its own:
`uvicorn listings.auctions.hall.app:application`.
"""

from __future__ import annotations

import asyncio
import logging
import os
from uuid import UUID

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exchange.settings")

import django  # noqa: E402
from django.apps import apps  # noqa: E402

if not apps.ready:
    django.setup()

from exchange.checks import refuse_unsafe_start  # noqa: E402
from listings.auctions.hall.bids import Bids  # noqa: E402
from listings.auctions.hall.rooms import Rooms  # noqa: E402
from listings.auctions.hall.streams import stream  # noqa: E402
from listings.auctions.hall.wire import Answer, Receive, Scope, Send, answer, no  # noqa: E402

log = logging.getLogger(__name__)


class Hall:
    """The application; what it keeps belongs to one event loop and is made with its first request."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._rooms: Rooms
        self._bids: Bids

    def _start(self) -> None:
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop, self._rooms, self._bids = loop, Rooms(), Bids()

    async def stop(self) -> None:
        """End all tasks, threads and connections."""
        if self._loop is asyncio.get_running_loop():
            self._loop = None
            await self._bids.stop()
            await self._rooms.stop()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self._start()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await self.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._start()
        begun = False

        async def sending(message: dict[str, object]) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._route(scope, receive, sending)
        except Answer as early:
            await answer(send, early.status, early.body, early.headers)
        except Exception:
            log.exception("%s %s failed", scope["method"], scope["path"])
            if not begun:
                await answer(send, 500, {"code": "error", "message": "Something went wrong here.", "fields": {}})

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        parts = scope["path"].strip("/").split("/")
        auction_id = _hall_id(parts)
        if auction_id is None:
            raise no(404, "not_found", "There is no such page in the hall.")
        wanted = "POST" if parts[2] == "bids" else "GET"
        if scope["method"] != wanted:
            raise no(405, "method_not_allowed", f"This takes {wanted}.", allow=wanted)
        if parts[2] == "bids":
            await self._bids.take(scope, receive, send, auction_id)
        elif parts[2] == "clock":
            await answer(send, 200, {"now": await self._rooms.legal_time()})
        else:
            await stream(self._rooms, scope, receive, send, auction_id)


def _hall_id(parts: list[str]) -> str | None:
    if len(parts) != 3 or parts[0] != "hall" or parts[2] not in {"events", "bids", "clock"}:
        return None
    try:
        return str(UUID(parts[1]))
    except ValueError:
        return None


refuse_unsafe_start()
application = Hall()
