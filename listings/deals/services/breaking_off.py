"""What cancelling a result and declaring a default have in common: who may, and the order of the locks."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from exchange.accounts.models import User
from exchange.errors import WrongState, require
from listings.catalogue.models import Listing
from listings.deals import policies
from listings.deals.models import Deal
from listings.registry.models import Right


def lock_to_break_off(*, deal_id: str, by: User, whose: str | Promise) -> Deal:
    """Return the deal, locked after its right and its listing, for the trade organiser of its district.

    `whose` says to everybody else whose step it is; they are refused before any row is locked. A deal that was
    imported has nothing here to break off: no hall, no deposit, no listing.
    """
    found = Deal.objects.select_related("division").get(pk=deal_id)
    require(policies.manages(by, found), whose)
    if found.right_id is None or found.listing_id is None or found.auction_id is None:
        raise WrongState(
            _("This deal was made elsewhere; only its record is kept here. Break it off where it was made.")
        )
    Right.objects.lock(pk=found.right_id)
    Listing.objects.lock(pk=found.listing_id)
    return Deal.objects.lock(pk=deal_id)
