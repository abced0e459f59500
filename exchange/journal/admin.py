"""The journal in the admin: to look at, not to touch."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from exchange.journal.models import Delivery, Event, Seal


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows that only services may write."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


admin.site.register([Event, Delivery, Seal], ReadOnlyAdmin)
