"""The little HTTP that the hall speaks: one JSON answer, the request's headers and body."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

MOST_BODY = 2048
_ALWAYS = [(b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")]


class Answer(Exception):
    """An answer that ends the request early."""

    def __init__(self, status: int, body: dict[str, Any], **headers: str) -> None:
        super().__init__(status)
        self.status = status
        self.body = body
        self.headers = headers


def no(status: int, code: str, message: object, **headers: str) -> Answer:
    """Return a refusal in the shape of the API."""
    return Answer(status, {"code": code, "message": str(message), "fields": {}}, **headers)


def header(scope: Scope, name: bytes) -> str:
    """Return a request header, "" without it."""
    for key, value in scope["headers"]:
        if key == name:
            return value.decode("latin-1")
    return ""


async def body_of(receive: Receive) -> bytes:
    """Return the request's body; refuses more than 2 KiB."""
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Answer(499, {})
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > MOST_BODY:
            raise no(413, "too_large", "The body is too large.")
        if not message.get("more_body"):
            return b"".join(parts)


async def answer(send: Send, status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> None:
    """Send one JSON answer."""
    content = json.dumps(body, ensure_ascii=False).encode()
    more = [(key.replace("_", "-").encode(), value.encode()) for key, value in (headers or {}).items()]
    start = [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*start, *_ALWAYS, *more]})
    await send({"type": "http.response.body", "body": content})


async def begin_stream(send: Send) -> None:
    """Send the head of an event stream."""
    headers = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"x-accel-buffering", b"no"), *_ALWAYS]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
