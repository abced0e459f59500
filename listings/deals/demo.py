"""The founding facts as records: Liangping's imported past, and Nanchuan's village school in its own time.

The story of the school is played through the services, oldest first, with this session's clock set to each
step's own moment. Facts: place, use, price, term, the day of the auction, hand-over and certificate on one day.
Everything else about it (bidders, numbers, days in between) is made up for the demonstration.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from exchange.accounts.demo import WUXING
from exchange.accounts.models import User
from exchange.clock import SHANGHAI, clock_at, legal_now
from exchange.journal import delivery
from exchange.ledger.services.orders import send_due_orders
from exchange.ledger.services.sandbox import pay_in
from exchange.ledger.services.statements import poll_bank
from listings.auctions.models import Auction, Registration
from listings.auctions.services import bidding, closing, deposits, registration
from listings.catalogue.demo import landscape, paper
from listings.catalogue.models import Document, Listing
from listings.catalogue.services import announcing, documents, drafting, reviewing
from listings.deals import selectors
from listings.deals.models import Deal
from listings.deals.services import certificates, confirming, contracts, handover
from listings.registry.models import Collective, Right
from listings.registry.services import land

TITLE = "石溪镇五星村废弃村小（原小学校园）出租"
NOTE = "事实来自公开报道：地点、用途、租金、年限、成交日、交地办证同日；其余细节为演示编写。"
CLAUSES = {
    "planning_conditions": "规划用途为工业用地，容积率不大于 1.5，建筑限高 18 米（演示条款）。",
    "industry_entry": "生猪屠宰及肉类加工，符合区里产业准入要求（演示条款）。",
    "ecology": "污水经处理达标后排放，噪声符合厂界标准（演示条款）。",
}


def at(day: str, clock: str = "10:00") -> datetime:
    """Return a moment in Shanghai."""
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=SHANGHAI)


def user(username: str) -> User:
    """Return a person of the demonstration, with roles read anew."""
    return User.objects.get(username=username)


def hear() -> None:
    """Let the bank's statement be read, its orders be paid, and every stage hear of everything."""
    for _round in range(3):
        poll_bank()
        while delivery.deliver_pending():
            pass
        send_due_orders()


class School:
    """The life of one right, step by step; each method is one day at the office."""

    right: Right
    listing: Listing
    auction: Auction
    bidders: dict[str, Registration]

    def play(self) -> Deal:
        """Play all steps in order, each at its own moment, and return the finished deal."""
        steps: list[tuple[datetime, Callable[[], None]]] = [
            (at("2023-08-07"), self.enter_land),
            (at("2023-08-30"), self.file),
            (at("2023-09-12"), self.township),
            (at("2023-09-20"), self.district),
            (at("2023-09-27"), self.announce),
            (at("2023-10-09"), self.register),
            (at("2023-10-18", "09:00"), self.open_hall),
            (at("2023-10-25", "15:20"), self.free_bids),
            (at("2023-10-28", "08:58"), self.last_bids),
            (at("2023-10-28", "09:20"), self.close_hall),
            (at("2023-11-06", "09:00"), self.confirm),
            (at("2023-11-08"), self.sign),
            (at("2023-11-09"), self.pay),
            (at("2023-11-10", "09:30"), self.hand_over),
            (at("2023-11-10", "15:00"), self.certify),
        ]
        for moment, step in steps:
            with clock_at(moment):
                step()
                hear()
        return Deal.objects.get(listing=self.listing)

    def enter_land(self) -> None:
        collective = Collective.objects.get(division__code=WUXING)
        self.right = land.enter_land(
            collective_id=str(collective.pk),
            name="五星村原小学校园",
            unit_code="500119101005JB00088W00000000",
            location="石溪镇五星村 2 社",
            area_m2=Decimal("4666.67"),
            kind="construction_land",
            planned_use="工业用地",
            certificate_number="渝（2023）演示不动产权第0000088号",
            registered_on=date(2023, 7, 28),
            by=user("village"),
        )

    def file(self) -> None:
        by = user("village")
        self.listing = drafting.draft_listing(right_id=str(self.right.pk), title=TITLE, by=by)
        pk = str(self.listing.pk)
        drafting.set_basics(listing_id=pk, title=TITLE, summary=NOTE, use_text="工业（屠宰场）", term_months=240, by=by)
        drafting.enter_resolution(
            listing_id=pk,
            organ="assembly",
            eligible=99,
            present=88,
            in_favour=81,
            notice_on=date(2023, 8, 10),
            meeting_on=date(2023, 8, 25),
            floor_price_fen=3_000_000,
            by=by,
        )
        drafting.set_price(listing_id=pk, start_price_fen=3_000_000, step_fen=50_000, deposit_fen=600_000, by=by)
        for kind in (Document.Kind.RESOLUTION, Document.Kind.SCHEME, Document.Kind.PLANNING):
            documents.add_document(listing_id=pk, kind=kind, upload=paper(kind), is_public=True, by=by)
        documents.add_document(listing_id=pk, kind=Document.Kind.PHOTO, upload=landscape(TITLE), by=by)
        drafting.submit_listing(listing_id=pk, by=by)

    def township(self) -> None:
        reviewing.approve_listing(
            listing_id=str(self.listing.pk), comment="三资台账一致，现场已踏勘。", by=user("town")
        )

    def district(self) -> None:
        reviewing.approve_listing(
            listing_id=str(self.listing.pk), comment="规划条件、产业准入意见齐全。", by=user("district")
        )

    def announce(self) -> None:
        announcing.announce_listing(listing_id=str(self.listing.pk), by=user("organiser"))

    def register(self) -> None:
        self.auction = Auction.objects.get(listing=self.listing)
        company = user("company")
        represented = company.memberships.get(organisation__isnull=False)
        self.bidders = {
            "company": registration.register(
                auction_id=str(self.auction.pk), by=company, organisation_id=str(represented.organisation_id)
            ),
            "farmer": registration.register(auction_id=str(self.auction.pk), by=user("farmer")),
        }
        for number, one in enumerate(self.bidders.values()):
            pay_in(
                number=one.deposit.sub_account.number,
                payer_name=one.name,
                payer_account=f"622848001000000{number}",
                amount_fen=one.deposit.amount_fen,
                by=None,
            )

    def open_hall(self) -> None:
        closing.open_due()

    def bid(self, username: str, yuan: int) -> None:
        bidding.bid(auction_id=str(self.auction.pk), amount_fen=yuan * 100, by=user(username))

    def free_bids(self) -> None:
        for username, yuan in [("farmer", 30_000), ("company", 31_000), ("farmer", 32_500)]:
            self.bid(username, yuan)

    def last_bids(self) -> None:
        for username, yuan in [("company", 33_500), ("farmer", 34_000), ("company", 35_000)]:
            self.bid(username, yuan)

    def close_hall(self) -> None:
        closing.close_due()

    def deal(self) -> Deal:
        return Deal.objects.get(listing=self.listing)

    def confirm(self) -> None:
        deposits.refund_due()
        confirming.confirm_due()

    def sign(self) -> None:
        contracts.draw_up_contract(deal_id=str(self.deal().pk), by=user("organiser"), **CLAUSES)
        contract = self.deal().contracts.latest("version")
        for username in ("village", "company"):
            contracts.sign_contract(deal_id=str(contract.deal_id), sha256=contract.sha256, by=user(username))

    def pay(self) -> None:
        deal = self.deal()
        sub, first = selectors.sub_account(deal), deal.instalments.get(n=1)
        assert sub is not None, "a contracted deal has a sub-account"
        pay_in(
            number=sub.number,
            payer_name=deal.lessee_name,
            payer_account="6228480010000000",
            amount_fen=first.open_fen,
            by=None,
        )

    def hand_over(self) -> None:
        entry: dict[str, Any] = {"place_note": "四至界桩 6 根，老教学楼 2 层，钥匙 8 把。", "photo": landscape("交地")}
        day = date(2023, 11, 10)
        sheet = handover.hand_over(deal_id=str(self.deal().pk), on_day=day, by=user("village"), **entry)
        handover.confirm_handover(deal_id=str(self.deal().pk), sha256=sheet.sha256, by=user("company"))

    def certify(self) -> None:
        by, pk = user("organiser"), str(self.deal().pk)
        certificates.attest(deal_id=pk, by=by)
        certificates.record_certificate(
            deal_id=pk, number="渝（2023）演示不动产权第0001028号", registered_on=date(2023, 11, 10), by=by
        )


def load() -> Deal | None:
    """Play the school's story unless it is there; return the deal, None when there was nothing to do."""
    if Listing.objects.filter(title=TITLE).exists():
        return None
    before = legal_now()
    deal = School().play()
    assert legal_now() >= before, "the clock is back in the present"
    return deal
