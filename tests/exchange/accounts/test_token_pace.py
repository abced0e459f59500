"""Guessing at passwords through the API is slowed down by the address that really asks."""

from __future__ import annotations

from django.test import RequestFactory

from exchange.accounts.api import TokenThrottle


def test_a_forged_address_does_not_make_a_new_visitor() -> None:
    requests = [
        RequestFactory().post("/api/v1/auth/token/", REMOTE_ADDR="192.0.2.7", HTTP_X_FORWARDED_FOR=forged)
        for forged in ("198.51.100.1", "198.51.100.2", "198.51.100.2, 203.0.113.9")
    ]
    assert {TokenThrottle().get_ident(request) for request in requests} == {"192.0.2.7"}
