"""Halls in the admin: to look at, not to touch."""

from __future__ import annotations

from django.contrib import admin

from exchange.journal.admin import ReadOnlyAdmin
from listings.auctions.models import Auction, Deposit, HallEvent, Registration

admin.site.register([Auction, Registration, Deposit, HallEvent], ReadOnlyAdmin)
