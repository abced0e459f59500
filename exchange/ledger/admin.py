"""The ledger in the admin: to look at, not to touch."""

from __future__ import annotations

from django.contrib import admin

from exchange.journal.admin import ReadOnlyAdmin
from exchange.ledger.models import Account, BankLine, BankOrder, Hold, Posting, SubAccount, Transfer, UnclearMoney

admin.site.register([Account, Transfer, Posting, Hold, SubAccount, BankOrder, BankLine, UnclearMoney], ReadOnlyAdmin)
