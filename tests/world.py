"""One row of everything, for tests that look at all pages: the cast, and what it has brought about.

Each stage adds its rows here by calling its own factory; a name is what `access.py` files use.
"""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

from exchange.clock import set_clock_offset
from exchange.ledger.models import UnclearMoney
from listings.auctions.services.registration import register
from tests.exchange.ledger.clerks import arrive
from tests.factories import make_announcement, make_approved, make_cast, make_draft, make_submitted
from tests.listings.auctions.hall import hear
from tests.listings.deals.life import make_completed_deal
from tests.loans.cast import make_application, make_certified_right, make_loan


def make_world() -> SimpleNamespace:
    """Return the cast and the rows by name."""
    cast = make_cast()
    world = SimpleNamespace(**vars(cast), cast=cast)
    world.draft = make_draft(cast)
    world.announcement = make_announcement(cast)
    world.listing = world.announcement.listing
    world.right = world.listing.right
    world.paper = world.listing.documents.get(kind="resolution")
    world.filed = make_submitted(cast)
    world.approved = make_approved(cast)
    hear()
    world.auction = world.listing.auction
    world.registration = register(auction_id=world.auction.pk, by=cast.farmer)
    line = arrive(world.registration.deposit.sub_account.number)
    hear()
    world.unclear = UnclearMoney.objects.get(line=line)
    world.deal = make_completed_deal(cast)
    set_clock_offset(timedelta())  # the deal has taken its days; the others stand where they stood
    world.certified = make_certified_right(cast)
    world.application = make_application(cast, world.certified)
    world.loan = make_loan(cast)
    return world
