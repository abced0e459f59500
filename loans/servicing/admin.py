"""Servicing in the admin: to look at, not to touch."""

from __future__ import annotations

from django.contrib import admin

from exchange.journal.admin import ReadOnlyAdmin
from loans.servicing.models import Loan, Repayment, ScheduleRow

admin.site.register([Loan, ScheduleRow, Repayment], ReadOnlyAdmin)
