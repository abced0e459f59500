"""The rulebook in the admin: to look at; new versions are published, never typed over."""

from __future__ import annotations

from django.contrib import admin

from exchange.journal.admin import ReadOnlyAdmin
from exchange.rulebook.models import RightKind, RuleSet, RuleValue, WorkYear

admin.site.register([RightKind, RuleSet, RuleValue, WorkYear], ReadOnlyAdmin)
