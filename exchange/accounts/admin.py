"""Accounts in the admin: to look at."""

from __future__ import annotations

from django.contrib import admin

from exchange.accounts.models import Division, Membership, Organisation, User
from exchange.journal.admin import ReadOnlyAdmin

admin.site.register([Division, Membership, Organisation, User], ReadOnlyAdmin)
