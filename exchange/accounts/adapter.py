"""How django-allauth fits this site: accounts are made by the exchange's own services, not by its sign-up page."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Login, logout and password change by allauth, with its throttles; sign-up is closed here."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Say no: bidders' sign-up with a phone code is a page of its own."""
        return False
