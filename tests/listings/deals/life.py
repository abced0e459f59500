"""Deals made through a real hall, and brought step by step as far as a test wants them."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from exchange import clock
from exchange.accounts.models import Role, User
from exchange.clock import legal_day
from exchange.errors import Refused
from exchange.journal.models import Event
from exchange.ledger.bank import StatementLine
from exchange.ledger.services.statements import receive_line
from listings.auctions.models import Auction
from listings.deals import selectors
from listings.deals.models import Attestation, Contract, Deal, Handover
from listings.deals.services import certificates, confirming, contracts, defaulting, handover
from tests.factories import Cast, make_user, picture
from tests.listings.auctions.hall import (
    admit,
    bid,
    close_hall,
    go_to,
    hear,
    make_auction,
    make_sold_auction,
    open_hall,
)

CLAUSES = {
    "planning_conditions": "容积率不大于 1.5，建筑限高 18 米。",
    "industry_entry": "屠宰及肉类加工。",
    "ecology": "污水经处理达标后排放。",
}
_lines = count(500_000)
_certificates = count(1)


def fresh(deal: Deal) -> Deal:
    """Return the deal as the database has it now."""
    return Deal.objects.get(pk=deal.pk)


def make_deal(cast: Cast, yuan: int = 35_000) -> Deal:
    """A deal whose result is published: Company has won the hall against Farmer."""
    return Deal.objects.get(auction=make_sold_auction(cast, yuan))


def sold_to_farmer(cast: Cast, yuan: int = 35_000, **changes: Any) -> Auction:
    """A hall that Farmer has won alone."""
    auction = make_auction(cast, **changes)
    admit(auction, cast.farmer)
    open_hall(auction)
    bid(auction, cast.farmer, yuan)
    return close_hall(auction)


def make_farmers_deal(cast: Cast, yuan: int = 35_000, **changes: Any) -> Deal:
    """A deal whose result is published: Farmer, a natural person, has won."""
    return Deal.objects.get(auction=sold_to_farmer(cast, yuan, **changes))


def winner_of(cast: Cast, deal: Deal) -> Any:
    """Return the person who acts for the lessee."""
    return cast.company if deal.lessee_organisation_id else cast.farmer


def confirm(deal: Deal) -> Deal:
    """Go to the end of the publicity and confirm."""
    assert deal.publicity_to is not None
    go_to(deal.publicity_to)
    assert confirming.confirm_due() >= 1
    return fresh(deal)


def draw_up(cast: Cast, deal: Deal, **changes: Any) -> Contract:
    """Draw the contract up with all clauses, unless told otherwise."""
    return contracts.draw_up_contract(deal_id=str(deal.pk), by=cast.organiser, **{**CLAUSES, **changes})


def sign(cast: Cast, deal: Deal) -> Deal:
    """Let both sides sign the newest version."""
    contract = selectors.current_contract(deal) or draw_up(cast, deal)
    contracts.sign_contract(deal_id=str(contract.deal_id), sha256=contract.sha256, by=cast.village)
    contracts.sign_contract(deal_id=str(contract.deal_id), sha256=contract.sha256, by=winner_of(cast, deal))
    hear()
    return fresh(deal)


def pay_in(deal: Deal, fen: int, *, name: str = "", account: str = "6228-W") -> None:
    """Let money arrive on the deal's sub-account, from the lessee unless told otherwise."""
    sub = selectors.sub_account(deal)
    assert sub is not None
    number = next(_lines)
    receive_line(
        line=StatementLine(
            line_number=number,
            bank_ref=f"D{number}",
            number=sub.number,
            payer_name=name or deal.lessee_name,
            payer_account=account,
            amount_fen=fen,
            reference="",
            booked_at=clock.legal_now(),
        )
    )
    hear()


def pay_first(deal: Deal) -> Deal:
    """Pay what is still due of the first instalment."""
    pay_in(deal, deal.instalments.get(n=1).open_fen)
    return fresh(deal)


def write_sheet(cast: Cast, deal: Deal, **changes: Any) -> Handover:
    """Let the village write the sheet of the hand-over of today, with a photo."""
    entry = {"on_day": legal_day(), "place_note": "四至界桩 6 根，老教学楼 2 层，钥匙 8 把。", "photo": picture()}
    return handover.hand_over(deal_id=str(deal.pk), by=cast.village, **{**entry, **changes})


def hand_over(cast: Cast, deal: Deal) -> Deal:
    """Let the village write the sheet and the lessee confirm it, today."""
    sheet = write_sheet(cast, deal)
    handover.confirm_handover(deal_id=str(deal.pk), sha256=sheet.sha256, by=winner_of(cast, deal))
    return fresh(deal)


def attest(cast: Cast, deal: Deal) -> Attestation:
    """Issue the attestation."""
    return certificates.attest(deal_id=str(deal.pk), by=cast.organiser)


def certify(cast: Cast, deal: Deal, number: str = "") -> Deal:
    """Enter the registration office's certificate of today."""
    number = number or f"渝（2026）南川区不动产权第{next(_certificates):07d}号"
    certificates.record_certificate(
        deal_id=str(deal.pk), number=number, registered_on=legal_day(), office="南川区不动产登记中心", by=cast.organiser
    )
    return fresh(deal)


def make_paid_deal(cast: Cast) -> Deal:
    """A deal whose contract is signed and whose first instalment has arrived."""
    return pay_first(sign(cast, confirm(make_deal(cast))))


def make_completed_deal(cast: Cast, *, farmer: bool = False) -> Deal:
    """A deal brought to its certificate; contract, hand-over and certificate on one day."""
    deal = make_farmers_deal(cast) if farmer else make_deal(cast)
    deal = hand_over(cast, pay_first(sign(cast, confirm(deal))))
    attest(cast, deal)
    return certify(cast, deal)


def refuses(error: type[Refused], service: Any, **arguments: Any) -> Refused:
    """Call a service that must refuse and change nothing that is recorded."""
    before = (Event.objects.count(), list(Deal.objects.order_by("pk").values("pk", "state")))
    with pytest.raises(error) as caught:
        service(**arguments)
    assert (Event.objects.count(), list(Deal.objects.order_by("pk").values("pk", "state"))) == before
    return caught.value


def journal(deal: Deal) -> list[str]:
    """Return the kinds of the deal's events, in order."""
    found = Event.objects.filter(subject_type="deals.Deal", subject_id=str(deal.pk)).order_by("pk")
    return list(found.values_list("kind", flat=True))


def second_organiser(cast: Cast) -> User:
    """Return the colleague who confirms what Organiser proposes."""
    found = User.objects.filter(username="organiser2").first()
    return found or make_user("organiser2", Role.ORGANISER, cast.places.nanchuan)


def declare_default(cast: Cast, deal: Deal, reason: str) -> Deal:
    """Let Organiser propose the default and the second one confirm it."""
    deal = defaulting.propose_default(deal_id=str(deal.pk), reason=reason, by=cast.organiser)
    proposal, by = deal.default_proposals, second_organiser(cast)
    defaulting.confirm_default(deal_id=str(deal.pk), proposal=proposal, by=by)
    return fresh(deal)
