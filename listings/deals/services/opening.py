"""From a sold hall to a deal whose result is published."""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_noop

from exchange.accounts.models import Organisation
from exchange.accounts.services import notify
from exchange.calendar import Period, Unit, deadline
from exchange.clock import SHANGHAI, legal_day
from exchange.journal.services import record
from exchange.money import group_thousands
from listings.auctions.models import Auction, HallEvent, Registration
from listings.auctions.selectors import winning_bid
from listings.catalogue.models import Listing
from listings.deals.imports.rows import whole_amount
from listings.deals.models import Deal, PartyKind
from listings.deals.services.recording import closing_facts

# The periods of the announcement's frozen rules by which a deal goes on.
KEPT_RULES = ("result_publicity_period", "contract_period", "payment_period")
KIND_OF: dict[str, PartyKind] = {
    Organisation.Kind.COMPANY: PartyKind.COMPANY,
    Organisation.Kind.COLLECTIVE: PartyKind.COLLECTIVE,
}


def frozen_period(deal: Deal, key: str) -> Period:
    """Return a period by which this deal goes on, as it was frozen when the listing was announced."""
    return Period(deal.rules[key]["value"], Unit(deal.rules[key]["unit"]))


@transaction.atomic
def open_deal(*, auction_id: str) -> Deal | None:
    """Publish the result of a sold hall (结果公示), once; a repeat gets the first deal, an unsold hall None.

    The publicity runs for the rule's period from the close. `deal.closed` is recorded on the legal day of the
    close, with the whole value of the contract.
    """
    auction = Auction.objects.select_related("announcement").get(pk=auction_id)
    if auction.outcome != Auction.Outcome.SOLD or auction.closed_at is None:
        return None
    listing = Listing.objects.lock(pk=auction.listing_id)
    found = Deal.objects.filter(listing=listing).first()
    if found:
        return found
    winner, price_fen = winning_bid(auction)
    deal = _deal(listing, auction, winner, price_fen)
    deal.publicity_from = auction.closed_at
    deal.publicity_to, deal.publicity_provisional = deadline(
        auction.closed_at.astimezone(SHANGHAI), frozen_period(deal, "result_publicity_period")
    )
    deal.save(force_insert=True)
    record("deal.closed", by=None, **closing_facts(deal))
    address = reverse("deals:deal", kwargs={"pk": deal.pk})
    words = {"title": deal.title, "fen": group_thousands(price_fen)}
    text = gettext_noop("“%(title)s” was leased at ¥%(fen)s a year. The result is now public.")
    for person in (winner.user, listing.filer):
        notify(user=person, text=text, words=words, url=address)
    return deal


def _deal(listing: Listing, auction: Auction, winner: Registration, price_fen: int) -> Deal:
    company = winner.organisation
    return Deal(
        number=f"CJ{listing.number}",
        listing=listing,
        auction=auction,
        right=listing.right,
        division=listing.division,
        right_kind=listing.right_kind,
        transfer_mode=listing.transfer_mode,
        title=listing.title,
        use_text=listing.use_text,
        lessor_name=listing.collective.organisation.name,
        lessor_kind=PartyKind.COLLECTIVE,
        lessor_organisation=listing.collective.organisation,
        lessee_name=winner.name,
        lessee_kind=KIND_OF.get(Organisation.Kind(company.kind), PartyKind.OTHER) if company else PartyKind.PERSON,
        lessee_user=None if company else winner.user,
        lessee_organisation=company,
        price_fen=price_fen,
        price_unit=listing.price_unit,
        start_price_fen=listing.start_price_fen,
        competitive=_bidders(auction) > 1,
        term_months=listing.term_months,
        area_m2=listing.area_m2,
        amount_fen=whole_amount(price_fen, listing.price_unit, listing.term_months),
        closed_on=legal_day(auction.closed_at),
        rules={key: auction.announcement.rules[key] for key in KEPT_RULES},
        origin=listing.origin,
    )


def _bidders(auction: Auction) -> int:
    bids = HallEvent.objects.filter(auction=auction, kind=HallEvent.Kind.BID, accepted=True)
    return bids.values("registration").distinct().count()
