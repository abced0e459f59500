"""Origination in the admin: to look at, not to touch."""

from __future__ import annotations

from django.contrib import admin

from exchange.journal.admin import ReadOnlyAdmin
from loans.origination.models import Application, Mortgage, Product, Valuation

admin.site.register([Product, Application, Valuation, Mortgage], ReadOnlyAdmin)
