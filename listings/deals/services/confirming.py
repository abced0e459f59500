"""The end of the publicity: the result stands, or is cancelled because an objection was right."""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from exchange.accounts.models import User
from exchange.accounts.services import notify
from exchange.calendar import deadline
from exchange.clock import SHANGHAI, legal_now
from exchange.errors import Refused, WrongState
from exchange.journal.repeats import repeatable
from exchange.journal.services import record
from exchange.states import move
from exchange.sweeps import each
from listings.auctions.services.deposits import refund_winner
from listings.catalogue.services.announcing import break_off_listing
from listings.deals.models import Deal
from listings.deals.services.breaking_off import lock_to_break_off
from listings.deals.services.opening import frozen_period
from listings.deals.services.recording import closing_facts, record_deal


@transaction.atomic
def confirm_deal(*, deal_id: object) -> bool:
    """Confirm a result whose publicity is over; False when it is not, or somebody else has the deal.

    A date that was worked out with unknown working days is worked out anew, and while it stays provisional
    nothing happens: nobody is held to a guessed day.
    """
    deal = Deal.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=deal_id).first()
    if deal is None or deal.state != Deal.State.PUBLICITY or deal.publicity_from is None:
        return False
    if not publicity_is_over(deal):
        return False
    move(deal, Deal.State.CONFIRMED)
    record_deal("deal.confirmed", deal, None)
    tell(deal, gettext_noop("The result of “%(title)s” stands. The contract comes next."))
    return True


def publicity_is_over(deal: Deal) -> bool:
    """Say whether the publicity of a locked deal is over now; a provisional end is worked out anew and kept.

    While it stays provisional the publicity goes on: an objection may still come.
    """
    if deal.publicity_provisional and deal.publicity_from is not None:
        start = deal.publicity_from.astimezone(SHANGHAI)
        deal.publicity_to, deal.publicity_provisional = deadline(start, frozen_period(deal, "result_publicity_period"))
        deal.save(update_fields=["publicity_to", "publicity_provisional"])
    return not deal.publicity_provisional and deal.publicity_to is not None and legal_now() >= deal.publicity_to


def confirm_due(*, limit: int = 100) -> int:
    """Sweep: confirm the results whose publicity is over, each in its own transaction; return how many."""
    over = Deal.objects.filter(state=Deal.State.PUBLICITY, publicity_provisional=False, publicity_to__lte=legal_now())
    due = over.order_by("publicity_to")
    return each(due.values_list("pk", flat=True)[:limit], lambda pk: confirm_deal(deal_id=pk))


@repeatable
@transaction.atomic
def cancel_deal(*, deal_id: str, reason: str, by: User, request_key: str = "") -> Deal:
    """Cancel a result within its publicity because an objection was right (异议成立).

    Until the moment the publicity ends, whether or not the sweep has been: from then on the result stands, and
    both sides may rely on it. While the end is provisional the publicity goes on.
    The winner's deposit goes back, the right is free again, and `deal.cancelled` takes back in the figures what
    `deal.closed` has put there, on the day of the cancelling.
    """
    whose = _("Only the trade organiser of the district cancels a result.")
    deal = lock_to_break_off(deal_id=deal_id, by=by, whose=whose)
    if not reason.strip():
        raise Refused(_("Say why the result is cancelled; both sides and the public read it."), "missing", "reason")
    if deal.state != Deal.State.PUBLICITY:
        raise WrongState(
            _("Only a result whose publicity still runs is cancelled. Reload the page to see where it is.")
        )
    if publicity_is_over(deal):
        raise Refused(
            _("The publicity is over and the result stands. It is no longer cancelled; draw up the contract."),
            "too_late",
        )
    move(deal, Deal.State.CANCELLED, note=reason.strip()[:300])
    refund_winner(auction_id=str(deal.auction_id), by=by)
    break_off_listing(listing_id=str(deal.listing_id), by=by)
    facts = closing_facts(deal)
    del facts["day"]
    facts["data"] = {**facts["data"], "reason": deal.note, "closed_on": deal.closed_on.isoformat()}
    record("deal.cancelled", by=by, sign=-1, **facts)
    tell(deal, gettext_noop("The result of “%(title)s” is cancelled: %(why)s"), why=deal.note)
    return deal


def tell(deal: Deal, text: str, **words: str) -> None:
    """Send both sides a message that leads to the deal: a phrase for `notify`, which may name the deal's `title`."""
    address = reverse("deals:deal", kwargs={"pk": deal.pk})
    for person in parties(deal):
        notify(user=person, text=text, words={"title": deal.title, **words}, url=address)


def parties(deal: Deal) -> list[User]:
    """Return who is told about the deal: the filer of the listing, and the person who registered and won."""
    people = [deal.listing.filer] if deal.listing else []
    if deal.auction and deal.auction.winner:
        people.append(deal.auction.winner.user)
    return people
