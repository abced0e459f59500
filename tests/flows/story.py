"""The steps of a right's whole life through the services, each by the person whose step it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from exchange import clock
from exchange.clock import legal_day
from exchange.ledger.services.orders import send_due_orders
from exchange.ledger.services.statements import poll_bank
from listings.auctions.models import Auction, Registration
from listings.auctions.services import bidding, closing, registration
from listings.deals import selectors as deals
from listings.deals.models import Attestation, Deal
from listings.deals.services import certificates, confirming, contracts, handover
from listings.registry.models import Right
from loans.origination.models import Application
from loans.origination.services import applying, deciding, mortgages
from loans.servicing.models import Loan
from loans.servicing.selectors.loans import payoff_amount, rows_of
from loans.servicing.services import disbursing, repaying
from tests.bank import SandboxBank
from tests.factories import Cast, make_announcement, picture
from tests.listings.auctions.hall import go_to
from tests.loans.cast import make_product

YUAN = 100
CLAUSES = {
    "planning_conditions": "容积率不大于 1.5，建筑限高 18 米。",
    "industry_entry": "屠宰及肉类加工。",
    "ecology": "污水经处理达标后排放。",
}
CERTIFICATE = "渝（2026）南川区不动产权第0000456号"
MORTGAGE = "渝（2026）南川区不动产证明第0000789号"


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

    def confirm(self, auction: Auction) -> Deal:
        """The publicity ends without an objection; not a moment earlier."""
        deal = Deal.objects.get(auction=auction)
        assert confirming.confirm_due() == 0
        go_to(later(deal.publicity_to))
        assert confirming.confirm_due() == 1
        return Deal.objects.get(pk=deal.pk)

    def contract(self, deal: Deal) -> Deal:
        """Organiser draws the contract up, both sides sign it; the deposit counts towards the first rent."""
        contract = contracts.draw_up_contract(deal_id=str(deal.pk), by=self.cast.organiser, **CLAUSES)
        for person in (self.cast.village, self.cast.farmer):
            contracts.sign_contract(deal_id=str(contract.deal_id), sha256=contract.sha256, by=person)
        self.hear()
        return Deal.objects.get(pk=deal.pk)

    def pay(self, deal: Deal) -> Deal:
        """Farmer pays what is still open of the first year's rent."""
        sub_account, first = deals.sub_account(deal), deal.instalments.get(n=1)
        assert sub_account is not None
        self.bank.pay_in(
            sub_account.number,
            first.open_fen,
            payer_name=deal.lessee_name,
            payer_account="6228480010001234567",
            booked_at=clock.legal_now().isoformat(),
        )
        self.hear()
        return Deal.objects.get(pk=deal.pk)

    def certify(self, deal: Deal) -> tuple[Deal, Attestation]:
        """Hand-over, attestation and the registration office's certificate, all on one day."""
        sheet = handover.hand_over(
            deal_id=str(deal.pk),
            on_day=legal_day(),
            place_note="四至界桩 6 根，钥匙 8 把。",
            photo=picture(),
            by=self.cast.village,
        )
        handover.confirm_handover(deal_id=str(deal.pk), sha256=sheet.sha256, by=self.cast.farmer)
        attestation = certificates.attest(deal_id=str(deal.pk), by=self.cast.organiser)
        certificates.record_certificate(
            deal_id=str(deal.pk), number=CERTIFICATE, registered_on=legal_day(), by=self.cast.organiser
        )
        self.hear()
        return Deal.objects.get(pk=deal.pk), attestation

    def borrow(self, right: Right) -> Application:
        """Farmer applies for 200,000 yuan on his certified right; Bank values it, the second banker approves."""
        product = make_product(self.cast, name="农村产权抵押贷")
        application = applying.apply_for_loan(
            product_id=str(product.pk),
            right_id=str(right.pk),
            amount_fen=200_000 * YUAN,
            term_months=36,
            purpose="买屠宰设备",
            by=self.cast.farmer,
        )
        pk = str(application.pk)
        deciding.value_application(application_id=pk, annual_rent_fen=35_000 * YUAN, by=self.cast.bank)
        return deciding.approve_application(application_id=pk, by=self.cast.bank2)

    def pay_out(self, application: Application) -> Loan:
        """Bank registers the mortgage, then pays out."""
        pk = str(application.pk)
        mortgages.register_mortgage(application_id=pk, number=MORTGAGE, registered_on=legal_day(), by=self.cast.bank)
        return disbursing.disburse(application_id=pk, by=self.cast.bank)

    def repay(self, loan: Loan) -> int:
        """The first instalment on its day, the rest a month later; the mortgage is released. Returns both in fen."""
        first = rows_of(loan)[0]
        go_to(clock.legal_now() + (first.due_on - legal_day()))
        repaying.book_repayment(loan_id=str(loan.pk), amount_fen=first.total_fen, by=self.cast.bank)
        loan.refresh_from_db()
        rest_fen = payoff_amount(loan, legal_day())
        repaying.book_repayment(loan_id=str(loan.pk), amount_fen=rest_fen, by=self.cast.bank)
        disbursing.release(loan_id=str(loan.pk), by=self.cast.bank)
        return first.total_fen + rest_fen


def later(moment: datetime | None) -> datetime:
    """Return a second after a moment that must be known."""
    assert moment is not None
    return moment + timedelta(seconds=1)
