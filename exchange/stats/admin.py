"""Figures in the admin: to look at; they follow the journal."""

from __future__ import annotations

from django.contrib import admin

from exchange.journal.admin import ReadOnlyAdmin
from exchange.stats.models import Figure, FoldCursor

admin.site.register([Figure, FoldCursor], ReadOnlyAdmin)
