"""API tokens, kept by Django REST framework's own token app."""

from __future__ import annotations

from rest_framework.authtoken.models import Token

from exchange.accounts.models import User


def token_of(user: User) -> str:
    """Return the person's API token, made at the first request."""
    token, _fresh = Token.objects.get_or_create(user=user)
    return token.key
