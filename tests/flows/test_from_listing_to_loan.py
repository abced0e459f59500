"""One right lives its whole life through the services, with the sandbox bank as a real process.

Village → Town → District → Organiser → Farmer and Company → hall → deal → certificate → Bank → figures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from exchange.errors import Refused
from exchange.ledger.selectors.trial import differences
from exchange.stats.services import fold
from listings.auctions.models import Auction, Registration
from listings.auctions.services import bidding, deposits
from listings.catalogue.models import Listing
from listings.deals.models import Deal
from listings.deals.selectors import attestation_by_code
from listings.registry.models import Encumbrance, Right
from listings.registry.selectors import active_encumbrances, current_certificate
from listings.registry.services import encumbrances
from loans.origination.models import Application
from loans.servicing.models import Loan
from tests.bank import SandboxBank
from tests.factories import Cast
from tests.flows.figures import Figures, figures
from tests.flows.past import DEALS, DEALS_FEN, LOANS_FEN, bring_past
from tests.flows.story import CERTIFICATE, YUAN, Story, later
from tests.listings.auctions.hall import go_to


@pytest.fixture
def story(
    cast: Cast, sandbox_bank: SandboxBank, deliver: Callable[[], int], settings: object, real_time: None
) -> Iterator[Story]:
    settings.DEMONSTRATION = True  # type: ignore[attr-defined]
    yield Story(cast, sandbox_bank, deliver)


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

    go_to(later(auction.refund_due_at))
    deposits.refund_due()
    story.hear()
    company.refresh_from_db()
    assert company.deposit.state == "refunded"
    paid_out = [fen for _reference, fen in story.bank.paid]
    assert paid_out == [company.deposit.amount_fen], "the bank paid the loser once, and nobody else"


def test_the_deal_goes_on_to_certificate_and_loan_and_moves_the_figures_by_itself_alone(story: Story) -> None:
    bring_past()
    story.hear()
    nanchuan, liangping, city = (figures(code) for code in ("500119", "500155", "500000"))
    assert (liangping.deals, liangping.deals_fen, liangping.loans_fen) == (DEALS, DEALS_FEN, LOANS_FEN)

    auction = story.announce()
    farmer, _company = story.admit(auction)
    auction = story.close(story.bid(auction))
    deal = dealt(story, auction, farmer)
    repaid_fen = lent(story, deal)

    while fold():
        pass
    moved = figures("500119") - nanchuan
    assert moved == Figures(
        deals=1,
        deals_fen=700_000 * YUAN,
        area_m2=2800,
        certificates=1,
        loans=1,
        loans_fen=200_000 * YUAN,
        repaid_fen=200_000 * YUAN,
        mortgages=1,
    )
    assert figures("500000") - city == moved
    assert figures("500155") == liangping, "Liangping's 143 and 1.80 stay true"
    assert repaid_fen > 200_000 * YUAN, "with interest"
    assert list(differences()) == []


def dealt(story: Story, auction: Auction, farmer: Registration) -> Deal:
    """From the hammer to the certificate."""
    deal = story.confirm(auction)
    assert (deal.state, deal.lessee_user, deal.amount_fen) == (
        Deal.State.CONFIRMED,
        story.cast.farmer,
        700_000 * YUAN,
    )
    deal = story.contract(deal)
    farmer.refresh_from_db()
    assert (deal.state, farmer.deposit.state) == (Deal.State.CONTRACTED, "applied")
    assert [one.amount_fen for one in deal.instalments.order_by("n")] == [35_000 * YUAN] * 20
    assert deal.instalments.get(n=1).open_fen == 29_000 * YUAN, "the deposit counts towards the first rent"
    deal = story.pay(deal)
    assert deal.state == Deal.State.PAID
    deal, attestation = story.certify(deal)
    assert (deal.state, deal.listing.state) == (Deal.State.COMPLETED, Listing.State.COMPLETED)
    found = attestation_by_code(attestation.verify_code)
    assert found == attestation and found.revoked_at is None
    return deal


def lent(story: Story, deal: Deal) -> int:
    """From the application to the released mortgage; returns what came back, in fen."""
    right = Right.objects.get(pk=deal.new_right_id)
    certificate = current_certificate(right)
    assert (right.holder_user, certificate.number) == (story.cast.farmer, CERTIFICATE)
    application = story.borrow(right)
    assert application.valuation.ceiling_fen == 420_000 * YUAN
    assert "南川" in application.lease_note, "a leased right may be mortgaged here because the rule says so"
    loan = story.pay_out(application)
    assert [one.kind for one in active_encumbrances(right)] == [Encumbrance.Kind.MORTGAGE]
    with pytest.raises(Refused):
        encumbrances.encumber(
            right_id=str(right.pk),
            kind=Encumbrance.Kind.LISTING,
            holder_name="五星村",
            reference="second",
            by=story.cast.village,
        )
    repaid_fen = story.repay(loan)
    loan.refresh_from_db()
    application.refresh_from_db()
    assert (loan.state, loan.balance_fen) == (Loan.State.SETTLED, 0)
    assert application.state == Application.State.DISBURSED
    assert list(active_encumbrances(right)) == []
    return repaid_fen
