"""Bids into the hall by ticket: checked here, collected per hall, settled by `services.bidding.settle`."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from exchange.errors import Refused
from exchange.money import yuan_to_fen
from listings.auctions import selectors
from listings.auctions.hall import tickets
from listings.auctions.hall.threads import Threads
from listings.auctions.hall.wire import Answer, Receive, Scope, Send, answer, body_of, header, no
from listings.auctions.models import Auction
from listings.auctions.services import wording
from listings.auctions.services.bidding import Asked, settle
from listings.auctions.services.combining import CAP

WRITERS = 4
BURST, PER_SECOND = 10.0, 5.0
MOST_BUCKETS = 10_000

Told = tuple[int, dict[str, Any]]


class Bids:
    """Collects the bids of each hall while one batch of it is being settled; the first goes at once."""

    def __init__(self) -> None:
        self._writers = Threads(WRITERS, "hall-writer")
        self._waiting: dict[str, list[tuple[Asked, str, asyncio.Future[Told]]]] = {}
        self._settling: set[asyncio.Task[None]] = set()
        self._buckets: dict[tuple[str, str], tuple[float, float]] = {}

    async def stop(self) -> None:
        """Let what is being settled end, then the threads."""
        await asyncio.gather(*self._settling, return_exceptions=True)
        await asyncio.to_thread(self._writers.close)

    async def take(self, scope: Scope, receive: Receive, send: Send, auction_id: str) -> None:
        """Answer one `POST /hall/<id>/bids`: 201 accepted, 409 refused, else in the API's shape."""
        _check_origin(scope)
        ticket = tickets.read(header(scope, b"authorization").removeprefix("Ticket ").strip(), auction_id)
        if ticket is None:
            raise no(401, "no_ticket", "This needs a valid ticket for this hall.", www_authenticate="Ticket")
        with translation.override(ticket.language):
            self._check_pace(auction_id, ticket.paddle)
            key = header(scope, b"idempotency-key")
            if not 0 < len(key) <= 64:
                raise no(400, "bad_shape", _("Send an Idempotency-Key of at most 64 characters."))
            amount = _amount(await body_of(receive))
        asked = Asked(ticket.user_id, "bid", amount, key)
        status, body = await self._settled(auction_id, asked, ticket.language)
        await answer(send, status, body)

    async def _settled(self, auction_id: str, asked: Asked, language: str) -> Told:
        future: asyncio.Future[Told] = asyncio.get_running_loop().create_future()
        waiting = self._waiting.get(auction_id)
        if waiting is not None:
            waiting.append((asked, language, future))
        else:
            self._waiting[auction_id] = [(asked, language, future)]
            task = asyncio.create_task(self._drain(auction_id))
            self._settling.add(task)
            task.add_done_callback(self._settling.discard)
        return await future

    async def _drain(self, auction_id: str) -> None:
        waiting = self._waiting[auction_id]
        while waiting:
            batch = waiting[:CAP]
            del waiting[:CAP]
            try:
                told: list[Any] = await self._writers.run(_settle_and_say, auction_id, [one[:2] for one in batch])
            except Exception as error:
                told = [error] * len(batch)
            for (_asked, _language, future), one in zip(batch, told, strict=True):
                if future.done():
                    continue
                if isinstance(one, Exception):
                    future.set_exception(RuntimeError(f"the batch failed: {one!r}"))
                else:
                    future.set_result(one)
        del self._waiting[auction_id]

    def _check_pace(self, auction_id: str, paddle: str) -> None:
        """Allow ten presses at once and five a second for each bidder."""
        if len(self._buckets) > MOST_BUCKETS:
            self._buckets.clear()
        now = time.monotonic()
        left, at = self._buckets.get((auction_id, paddle), (BURST, now))
        left = min(BURST, left + (now - at) * PER_SECOND)
        if left < 1:
            raise no(429, "too_fast", _("Too many bids in a moment. Wait a second and try again."), retry_after="1")
        self._buckets[auction_id, paddle] = (left - 1, now)


def _settle_and_say(auction_id: str, batch: list[tuple[Asked, str]]) -> list[Told]:
    answers = settle(auction_id, [asked for asked, _language in batch])
    told, auction = [], None
    for (_asked, language), done in zip(batch, answers, strict=True):
        if isinstance(done, selectors.Press) and not done.accepted:
            auction = auction or Auction.objects.get(pk=auction_id)
        with translation.override(language):
            told.append(_say(done, auction))
    return told


def _say(done: selectors.Press | Refused, auction: Auction | None) -> Told:
    if isinstance(done, Refused):
        return done.status, _refusal_json(done)
    if done.accepted or auction is None:
        return 201, selectors.press_json(done)
    refusal = wording.refusal(done, auction)
    return refusal.status, selectors.press_json(done) | _refusal_json(refusal)


def _refusal_json(refused: Refused) -> dict[str, Any]:
    fields = {"amount": [str(refused.message)]} if refused.field == "amount_fen" else {}
    return {"code": refused.code, "message": str(refused.message), "fields": fields}


def _check_origin(scope: Scope) -> None:
    """Take bids only from pages of this site; a program uses the API."""
    origin = header(scope, b"origin")
    if origin in settings.CSRF_TRUSTED_ORIGINS:
        return
    if not origin or urlsplit(origin).netloc != header(scope, b"host"):
        raise no(403, "foreign_origin", "Bids are taken from the pages of this site, and through the API.")


def _amount(body: bytes) -> int:
    try:
        return yuan_to_fen(json.loads(body)["amount"])
    except (ValueError, KeyError, TypeError, AttributeError):
        words = _("Write an amount in yuan such as 35000.00.")
        shape = {"code": "bad_shape", "message": words, "fields": {"amount": [words]}}
        raise Answer(400, shape) from None
