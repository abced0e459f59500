"""ASGI entry of the one-port demonstration: `/hall/…` to the bidding hall, everything else to Django's WSGI.

In production the hall runs as a process of its own behind the same front (docs/deploy.md).
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any, cast

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exchange.settings")

from a2wsgi import WSGIMiddleware  # noqa: E402

from exchange.wsgi import application as pages  # noqa: E402

_pages = WSGIMiddleware(cast("Any", pages), workers=16)
_hall = import_module("listings.auctions.hall.app").application


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Dispatch one connection by its path."""
    if scope["type"] == "lifespan" or scope.get("path", "").startswith("/hall/"):
        await _hall(scope, receive, send)
    else:
        await _pages(cast("Any", scope), receive, send)
