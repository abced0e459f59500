"""Pages of the ground: home, health, errors."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.module_loading import import_string
from django.utils.translation import gettext
from django.views.defaults import page_not_found
from redis import Redis
from redis.exceptions import RedisError


def home(request: HttpRequest) -> HttpResponse:
    """The front page, put together from the parts that the stages bring."""
    context: dict[str, Any] = {}
    for name in settings.HOME_PARTS:
        context |= import_string(name)(request)
    return render(request, "exchange/home.html", context)


def healthz(request: HttpRequest) -> HttpResponse:
    """Say that this process lives."""
    return JsonResponse({"status": "ok"})


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT legal_now()")
    except Error:
        return False
    return True


def _cache_answers() -> bool:
    try:
        with Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1) as server:
            return bool(server.ping())
    except (RedisError, OSError):
        return False


def readyz(request: HttpRequest) -> HttpResponse:
    """Say whether work can be done: 503 without the database; without Valkey bidding goes on."""
    database = _database_answers()
    body = {"database": "up" if database else "down", "cache": "up" if _cache_answers() else "down"}
    return JsonResponse(body, status=200 if database else 503)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Tell in plain words that the form was too old or came from elsewhere."""
    return render(request, "403_csrf.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Tell that there is nothing here: to a program in the API's own shape, to a person on a page."""
    if request.path.startswith("/api/"):
        message = gettext("There is no such thing here, or it is not yours to see.")
        return JsonResponse({"code": "not_found", "message": message, "fields": {}}, status=404)
    return page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Tell that the fault is ours; needs nothing that may be broken."""
    return render(request, "500.html", status=500)
