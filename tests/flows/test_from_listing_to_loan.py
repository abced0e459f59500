"""One right lives its whole life through the services, with the sandbox bank as a real process.

Village → Town → District → Organiser → Farmer and Company → hall → deal → certificate → Bank → figures.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from exchange import clock
from exchange.errors import Refused
from exchange.ledger.services.orders import send_due_orders
from exchange.ledger.services.statements import poll_bank
from listings.auctions.models import Auction, Registration
from listings.auctions.services import bidding, closing, deposits, registration
from listings.catalogue.models import Listing
from tests.bank import SandboxBank
from tests.factories import Cast, make_announcement
from tests.listings.auctions.hall import go_to

YUAN = 100


@pytest.fixture
def story(cast: Cast, sandbox_bank: SandboxBank, deliver: Callable[[], int], settings: object) -> Story:
    settings.DEMONSTRATION = True  # type: ignore[attr-defined]
    return Story(cast, sandbox_bank, deliver)


class Story:
    """The steps of the life, each by the person whose step it is."""

    def __init__(self, cast: Cast, bank: SandboxBank, deliver: Callable[[], int]) -> None:
        self.cast, self.bank, self.deliver = cast, bank, deliver

    def hear(self) -> None:
        """Let the bank's statement be read, its orders sent, and everybody hear of everything."""
        for _round in range(3):
            poll_bank()
            self.deliver()
            send_due_orders()
        poll_bank()
        self.deliver()

    def announce(self) -> Auction:
        """Village files, Town and District approve, Organiser announces under the demonstration's minutes."""
        announcement = make_announcement(self.cast, rule_code="demonstration")
        self.deliver()
        return Auction.objects.get(listing=announcement.listing_id)

    def admit(self, auction: Auction) -> tuple[Registration, Registration]:
        """Farmer and Company register; their deposits arrive through the bank."""
        farmer = registration.register(auction_id=str(auction.pk), by=self.cast.farmer)
        company = registration.register(
            auction_id=str(auction.pk),
            by=self.cast.company,
            organisation_id=str(self.cast.company_organisation.pk),
        )
        for one in (farmer, company):
            self.bank.pay_in(
                one.deposit.sub_account.number,
                one.deposit.amount_fen,
                payer_name=one.name,
                payer_account=f"6228480010{one.paddle[1:]}",
                booked_at=clock.legal_now().isoformat(),
            )
        self.hear()
        return Registration.objects.get(pk=farmer.pk), Registration.objects.get(pk=company.pk)

    def bid(self, auction: Auction) -> Auction:
        """Free bidding, then a bid in the last minute that extends, then the end."""
        pk = str(auction.pk)
        go_to(auction.opens_at)
        assert closing.open_due() == 1
        bidding.bid(auction_id=pk, amount_fen=30_000 * YUAN, by=self.cast.company)
        bidding.bid(auction_id=pk, amount_fen=31_000 * YUAN, by=self.cast.farmer)
        go_to(auction.ends_at - timedelta(seconds=20))
        late = bidding.bid(auction_id=pk, amount_fen=34_500 * YUAN, by=self.cast.company)
        assert late.ends_at > auction.ends_at, "a bid in the last minute extends the hall"
        bidding.bid(auction_id=pk, amount_fen=35_000 * YUAN, by=self.cast.farmer)
        return Auction.objects.get(pk=pk)

    def close(self, auction: Auction) -> Auction:
        """The closer closes once, at the end and not before."""
        assert closing.close_due() == 0
        go_to(auction.ends_at)
        assert closing.close_due() == 1
        assert closing.close_due() == 0
        self.hear()
        return Auction.objects.get(pk=auction.pk)


def test_a_right_is_listed_auctioned_and_the_loser_gets_his_deposit_back(story: Story) -> None:
    cast = story.cast
    auction = story.announce()
    assert auction.state == Auction.State.SCHEDULED
    farmer, company = story.admit(auction)
    assert {farmer.state, company.state} == {Registration.State.ADMITTED}
    assert farmer.paddle != company.paddle

    auction = story.bid(auction)
    with pytest.raises(Refused) as one_fen_low:
        bidding.bid(auction_id=str(auction.pk), amount_fen=35_500 * YUAN - 1, by=cast.company)
    assert "35500" in str(one_fen_low.value.message).replace(",", "")

    auction = story.close(auction)
    assert (auction.outcome, auction.price_fen, auction.winner) == ("sold", 35_000 * YUAN, farmer)
    assert Listing.objects.get(pk=auction.listing_id).state == Listing.State.SOLD
    with pytest.raises(Refused) as after_the_end:
        bidding.bid(auction_id=str(auction.pk), amount_fen=99_000 * YUAN, by=cast.company)
    assert after_the_end.value.code == "closed"

    go_to(_later(auction.refund_due_at))
    deposits.refund_due()
    story.hear()
    company.refresh_from_db()
    assert company.deposit.state == "refunded"
    paid_out = [fen for _reference, fen in story.bank.paid]
    assert paid_out == [company.deposit.amount_fen], "the bank paid the loser once, and nobody else"


def _later(moment: datetime | None) -> datetime:
    assert moment is not None
    return moment + timedelta(seconds=1)
