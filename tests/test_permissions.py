"""Every URL × person × method is declared, and answers as declared. The URLs come from the resolver."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from exchange.accounts.tokens import token_of
from tests.permissions import PEOPLE, Cell
from tests.world import make_world

# Somebody else's pages: allauth's own. Django's admin (to look at, superusers only) is left out as a whole.
FOREIGN = ("account_", "set_language")


def urls(resolver: URLResolver, namespace: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            if entry.app_name == "admin":
                continue
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from urls(entry, inner)
        elif isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name}" if entry.name else f"unnamed {entry.pattern}"


def declared() -> dict[str, Cell]:
    found: dict[str, Cell] = {}
    for path in sorted(Path(__file__).parent.rglob("access.py")):
        name = ".".join(path.relative_to(settings.BASE_DIR).with_suffix("").parts)
        for url, cell in importlib.import_module(name).ACCESS.items():
            assert url not in found, f"{url} is declared twice"
            found[url] = cell
    return found


ACCESS = declared()


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[SimpleNamespace]:
    with django_db_blocker.unblock(), transaction.atomic():
        made = make_world()
        yield made
        transaction.set_rollback(True)


@pytest.mark.django_db  # this mark also has pytest-django make the test database for the module's own world
def test_every_url_is_declared() -> None:
    names = {name for name in urls(get_resolver()) if not name.startswith(FOREIGN)}
    assert names, "no URL found"
    assert names - set(ACCESS) == set(), "undeclared"
    assert set(ACCESS) - names == set(), "declared, but there is no such URL"
    sys.stderr.write(f"\n{len(names)} URLs × {len(PEOPLE)} people\n")


def ask(world: SimpleNamespace, url: str, method: str, person: str) -> int:
    cell = ACCESS[url]
    address = reverse(url, kwargs=cell.kwargs(world)) + cell.query
    client = Client(raise_request_exception=True)
    cache.clear()  # no throttle between one person and the next
    headers = {}
    if person != "anonymous":
        user = getattr(world, person)
        user.__dict__.pop("roles", None)
        if url.startswith("api:"):
            headers["HTTP_AUTHORIZATION"] = f"Bearer {token_of(user)}"
        else:
            client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    with transaction.atomic():
        if method == "GET":
            status = client.get(address, **headers).status_code
        else:
            content = {"content_type": "application/json"} if url.startswith("api:") else {}
            status = client.post(address, "{}" if content else {}, **content, **headers).status_code
        transaction.set_rollback(True)
    return status


@pytest.mark.parametrize("url", sorted(ACCESS))
def test_each_person_is_answered_as_declared(world: SimpleNamespace, django_db_blocker: Any, url: str) -> None:
    with django_db_blocker.unblock():
        got = {(m, p): ask(world, url, m, p) for m in ("GET", "POST") for p in PEOPLE}
    wanted = {(m, p): ACCESS[url].expected(m, p) for m in ("GET", "POST") for p in PEOPLE}
    assert {k: v for k, v in got.items() if v != wanted[k]} == {}, (
        f"wanted { ({k: wanted[k] for k in got if got[k] != wanted[k]}) }"
    )
    assert len(got) == 2 * len(PEOPLE)
