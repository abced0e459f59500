"""One right's whole life by programs alone: tokens, a key on every write, a repeat gets the first answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import translation

from exchange import clock
from exchange.clock import legal_day
from exchange.journal.models import Event
from exchange.ledger.selectors.trial import differences
from listings.auctions.services import closing, deposits
from listings.deals.models import Deal
from listings.deals.services import confirming
from tests.bank import SandboxBank
from tests.factories import Cast, paper, picture
from tests.flows.program import Program
from tests.flows.story import CERTIFICATE, CLAUSES, MORTGAGE, Story
from tests.listings.auctions.hall import go_to
from tests.loans.cast import make_product

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_time")]


@pytest.fixture
def story(cast: Cast, sandbox_bank: SandboxBank, deliver: Callable[[], int], settings: Any) -> Any:
    settings.DEMONSTRATION = True
    with translation.override("zh-hans"):
        yield Story(cast, sandbox_bank, deliver)


def test_programs_bring_a_right_from_the_village_to_the_loan(story: Story) -> None:
    cast = story.cast
    people = {name: Program(getattr(cast, name)) for name in NAMES}
    before = people["stranger"].get("figures/summary/?division=500119")
    listing = filed(people, str(cast.collective.pk))
    story.deliver()
    (auction,) = people["stranger"].get("auctions/")["results"]
    admitted(people, auction, story)
    auction = sold(people, auction, story)
    deal = certified(people, auction, story)
    lent(people, deal, story)
    story.hear()
    after = people["stranger"].get("figures/summary/?division=500119")
    assert listing["state"] == "announced"
    assert added(before["deals"], after["deals"], "count", "amount", "certificates") == [1, 700_000, 1]
    assert added(before["loans"], after["loans"], "count", "disbursed", "secured", "repaid", "mortgages") == [
        1,
        200_000,
        200_000,
        200_000,
        1,
    ]
    for kind, times in ONCE.items():
        assert Event.objects.filter(kind=kind).count() == times, kind
    assert list(differences()) == []


NAMES = ("village", "town", "district", "organiser", "farmer", "company", "bank", "bank2", "stranger")
# Every write was sent twice; each happened as often as it was meant.
ONCE = {
    "listing.drafted": 1,
    "listing.submitted": 2,
    "listing.returned": 1,
    "listing.approved": 2,
    "listing.announced": 1,
    "registration.admitted": 2,
    "deal.closed": 1,
    "deal.drawn_up": 1,
    "deal.signed": 2,
    "deal.attested": 1,
    "deal.certified": 1,
    "loan.applied": 1,
    "loan.disbursed": 1,
    "loan.repaid": 1,
    "mortgage.released": 1,
}


def added(before: dict[str, Any], after: dict[str, Any], *names: str) -> list[float]:
    """Return by how much the figures have grown."""
    return [float(after[name]) - float(before[name]) for name in names]


def filed(people: dict[str, Program], collective: str) -> dict[str, Any]:
    """Village enters land and files, Town returns it once, both offices approve, Organiser announces."""
    village, today = people["village"], legal_day()
    land = {
        "collective_id": collective,
        "name": "原村小",
        "unit_code": "500119101005JB00123W00000000",
        "kind": "construction_land",
        "location": "五星村 3 社",
        "area_m2": "2800.00",
        "planned_use": "工业用地",
        "certificate_number": "渝（2022）南川区不动产权第0000123号",
        "registered_on": "2022-03-01",
    }
    people["farmer"].refused("rights/", land, 404, "not_found")
    right = village.post("rights/", land)
    draft = {"right_id": right["id"], "title": "五星村原村小出租", "rule_code": "demonstration"}
    path = f"listings/{village.post('listings/', draft)['id']}"
    basics = {"title": draft["title"], "use_text": "工业", "term_months": 252}
    village.refused(f"{path}/basics/", basics, 409, "term_too_long", "租期最长 20 年")
    village.post(f"{path}/basics/", basics | {"term_months": 240})
    vote = {
        "organ": "assembly",
        "eligible": 99,
        "present": 80,
        "in_favour": 65,
        "notice_on": str(today - timedelta(days=30)),
        "meeting_on": str(today - timedelta(days=15)),
        "floor_price": "30000.00",
    }
    village.refused(f"{path}/resolution/", vote, 409, "not_passed", "至少要 66 人同意")
    village.post(f"{path}/resolution/", vote | {"in_favour": 66})
    village.post(f"{path}/price/", {"start_price": "30000.00", "step": "500.00", "deposit": "6000.00"})
    for kind in ("resolution", "scheme", "planning"):
        village.upload(f"{path}/documents/", paper(kind), kind=kind)
    assert village.get(f"{path}/")["missing"] == ["至少一张现场照片"]
    village.upload(f"{path}/documents/", picture(), kind="photo")
    village.post(f"{path}/submit/")
    pins = [{"field": "basics", "reason": "用途写清楚"}]
    people["town"].post(f"{path}/return/", {"pins": pins, "comment": ""})
    village.post(f"{path}/basics/", basics | {"term_months": 240, "use_text": "工业（屠宰场）"})
    village.post(f"{path}/submit/")
    for office in ("town", "district"):
        people[office].post(f"{path}/approve/", {"comment": "材料齐全"})
    return dict(people["organiser"].post(f"{path}/announce/"))


def admitted(people: dict[str, Program], auction: dict[str, Any], story: Story) -> None:
    """Farmer for himself and Company for the firm register; the bank brings their deposits."""
    path = f"auctions/{auction['id']}/registrations/"
    firm = str(story.cast.company_organisation.pk)
    mine = {
        "farmer": people["farmer"].post(path),
        "company": people["company"].post(path, {"organisation": firm}),
    }
    for name, one in mine.items():
        story.bank.pay_in(
            one["deposit"]["sub_account"],
            600_000,
            payer_name=one["name"],
            payer_account="6228480010001234567" if name == "farmer" else "6228480010007654321",
            booked_at=clock.legal_now().isoformat(),
        )
    story.hear()
    for name in mine:
        (own,) = people[name].get(path)
        assert (own["state"], own["deposit"]["state"]) == ("admitted", "held")


def sold(people: dict[str, Program], auction: dict[str, Any], story: Story) -> dict[str, Any]:
    """Bids one after the other; one fen low and after the end are refused; Farmer wins at 35,000."""
    path = f"auctions/{auction['id']}"
    go_to(moment(auction["opens_at"]))
    assert closing.open_due() == 1
    for name, amount in [("company", "30000.00"), ("farmer", "31000.00"), ("company", "34500.00")]:
        assert people[name].post(f"{path}/bids/", {"amount": amount})["accepted"] is True
    people["farmer"].refused(f"{path}/bids/", {"amount": "34999.99"}, 409, "too_low", "现在最少出 ¥35,000")
    assert people["farmer"].post(f"{path}/bids/", {"amount": "35000.00"})["leader"]
    people["stranger"].refused(f"{path}/bids/", {"amount": "40000.00"}, 403, "not_allowed", "您现在是围观")
    go_to(moment(people["stranger"].get(f"{path}/")["ends_at"]))
    assert closing.close_due() == 1
    people["company"].refused(f"{path}/bids/", {"amount": "99000.00"}, 409, "closed", "竞价已在")
    story.hear()
    deposits.refund_due()
    story.hear()
    assert [fen for _reference, fen in story.bank.paid] == [600_000]
    closed = people["stranger"].get(f"{path}/")
    assert (closed["outcome"], closed["price"], closed["phase"]) == ("sold", "35000.00", "closed")
    assert people["stranger"].get(f"{path}/record/")
    return dict(closed)


def certified(people: dict[str, Program], auction: dict[str, Any], story: Story) -> dict[str, Any]:
    """Contract, signatures, first rent, hand-over, attestation, certificate."""
    (deal,) = people["stranger"].get("deals/?division=500119")["results"]
    assert (deal["amount"], deal["term_years"], deal["lessee"]) == ("700000.00", 20, "李**")
    path = f"deals/{deal['id']}"
    go_to(moment(people["farmer"].get(f"{path}/")["publicity_to"]))
    assert confirming.confirm_due() == 1
    sheet = {"on_day": str(legal_day()), "place_note": "四至界桩 6 根"}
    people["village"].refused(f"{path}/hand-over/", sheet, 409, "wrong_state")
    contract = people["organiser"].post(f"{path}/contract/", CLAUSES)["contract"]
    people["stranger"].refused(f"{path}/sign/", {"sha256": contract["sha256"]}, 403, "not_allowed")
    for side in ("village", "farmer"):
        people[side].post(f"{path}/sign/", {"sha256": contract["sha256"]})
    story.hear()
    story.pay(Deal.objects.get(pk=deal["id"]))
    read = people["village"].post(f"{path}/hand-over/", sheet)["handover"]["sha256"]
    people["farmer"].post(f"{path}/confirm-hand-over/", {"sha256": read})
    code = people["organiser"].post(f"{path}/attest/")["attestation"]["verify_code"]
    assert people["stranger"].client.get(f"/verify/{code}/").status_code == 200
    done = people["organiser"].post(
        f"{path}/certificate/", {"number": CERTIFICATE, "registered_on": str(legal_day()), "office": "南川区"}
    )
    assert done["state"] == "completed"
    return dict(people["farmer"].get(f"{path}/"))


def lent(people: dict[str, Program], deal: dict[str, Any], story: Story) -> None:
    """Farmer borrows on the certified right; Bank values, approves, registers, pays out, books, releases."""
    product = make_product(story.cast, name="农村产权抵押贷")
    asked = {
        "product_id": str(product.pk),
        "right_id": deal["new_right"],
        "amount": "200000.00",
        "term_months": 36,
        "purpose": "买屠宰设备",
    }
    people["company"].refused("loans/applications/", asked, 404, "not_found")
    path = f"loans/applications/{people['farmer'].post('loans/applications/', asked)['id']}"
    valued = people["bank"].post(f"{path}/value/", {"annual_rent": "35000.00"})
    assert (valued["valuation"]["value"], valued["valuation"]["ceiling"]) == ("700000.00", "420000.00")
    people["bank2"].post(f"{path}/approve/")
    people["bank"].refused(f"{path}/disburse/", {}, 409, "not_registered")
    people["bank"].post(f"{path}/register/", {"number": MORTGAGE, "registered_on": str(legal_day())})
    loan = people["bank"].post(f"{path}/disburse/")
    assert (loan["principal"], len(loan["schedule"])) == ("200000.00", 36)
    people["bank"].refused(f"loans/{loan['id']}/release/", {}, 409, "not_settled")
    assert people["bank"].post(f"loans/{loan['id']}/repay/", {"amount": loan["payoff_today"]})["state"] == "settled"
    people["bank"].post(f"loans/{loan['id']}/release/")


def moment(text: str) -> datetime:
    """Read a moment of the API."""
    return datetime.fromisoformat(text)
