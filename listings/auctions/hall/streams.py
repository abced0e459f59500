"""The public event stream of a hall (SSE): no cookie, no ticket, the same for everybody."""

from __future__ import annotations

import asyncio
import contextlib

from listings.auctions.hall.rooms import Room, Rooms
from listings.auctions.hall.wire import Receive, Scope, Send, begin_stream, header, no

HEARTBEAT_S = 10.0


def _after(scope: Scope) -> int:
    """Return the last number the reader has: `Last-Event-ID`, or `?after=`; 0 for all from the beginning."""
    query = scope.get("query_string", b"").decode("latin-1")
    asked = dict(part.partition("=")[::2] for part in query.split("&"))
    for text in (header(scope, b"last-event-id"), asked.get("after", "")):
        if text.isdigit() and len(text) < 10:
            return int(text)
    return 0


async def stream(rooms: Rooms, scope: Scope, receive: Receive, send: Send, auction_id: str) -> None:
    """Send every public event after the reader's number, then each new one, and a heartbeat in between."""
    room = await rooms.enter(auction_id)
    if room is None:
        raise no(404, "not_found", "There is no such hall.")
    try:
        await begin_stream(send)
        telling = asyncio.ensure_future(_tell(rooms, room, _after(scope), send))
        leaving = asyncio.ensure_future(_until_gone(receive))
        try:
            await asyncio.wait({telling, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            telling.cancel()
            leaving.cancel()
            await asyncio.gather(telling, leaving, return_exceptions=True)
    finally:
        rooms.leave(room)


async def _tell(rooms: Rooms, room: Room, seq: int, send: Send) -> None:
    await _write(send, _beat(rooms, room))
    while True:
        changed = room.changed
        while room.seq > seq:
            shown = await rooms.since(room, seq)
            if not shown:
                break
            now = rooms.now()
            await _write(send, b"".join(one.encode(now) for one in shown))
            seq = shown[-1].seq
        try:
            await asyncio.wait_for(changed.wait(), HEARTBEAT_S)
        except TimeoutError:
            await _write(send, _beat(rooms, room))


def _beat(rooms: Rooms, room: Room) -> bytes:
    """Return a heartbeat: the server's time, the end, and the last number there is."""
    data = f'{{"now":"{rooms.now()}","ends_at":"{room.ends_at}","seq":{room.seq}}}'
    return f"event: beat\ndata: {data}\n\n".encode()


async def _write(send: Send, chunk: bytes) -> None:
    await send({"type": "http.response.body", "body": chunk, "more_body": True})


async def _until_gone(receive: Receive) -> None:
    with contextlib.suppress(OSError):
        while (await receive())["type"] != "http.disconnect":
            pass
