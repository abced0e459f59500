"""What a new user gets wrong: refused in plain Chinese words, at the field, what was typed kept, nothing changed.

The list is the issue's: a 21-year lease, 65 of 99 votes, a deposit from another's account, a bid one fen low,
a bid after the end, a wrong file type, a wrong code.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from exchange.accounts.models import User
from exchange.clock import legal_day
from exchange.journal.models import Event
from exchange.ledger.models import BankOrder
from exchange.ledger.selectors.trial import differences
from listings.auctions.models import Auction, Deposit, HallEvent, Registration
from listings.auctions.services.registration import register
from listings.registry.models import Parcel
from tests.factories import Cast, make_draft
from tests.listings.auctions.hall import admit, bid, close_hall, make_auction, open_hall, pay

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_time")]

# What a visit writes even when it changes nothing.
OWN_BUSINESS = {"sessions.session", "contenttypes.contenttype", "auth.permission"}


@pytest.fixture(autouse=True)
def chinese() -> Any:
    """Speak Chinese, as the worker does."""
    with translation.override("zh-hans"):
        yield


def visitor(user: User | None) -> Client:
    client = Client(headers={"accept-language": "zh-hans"})
    if user:
        client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    return client


def everything(*but: str) -> dict[str, list[Any]]:
    """Return every row of every table, to compare before and after."""
    models = [one for one in apps.get_models() if one._meta.label_lower not in OWN_BUSINESS | set(but)]
    return {one._meta.label_lower: list(one._base_manager.order_by("pk").values_list()) for one in models}


def refused(answer: Any, field: str, words: str, status: int = 409) -> None:
    """The page came back with these words at the field and on top, and with what had been typed."""
    assert answer.status_code == status, answer.status_code
    form, text = answer.context["form"], answer.content.decode()
    assert [str(error) for error in form.errors[field or "__all__"]] == [words]
    assert words in text and 'role="alert"' in text
    for name, value in form.data.items():
        if name in form.fields and name != "request_key" and not form[name].is_hidden:
            assert str(form[name].value()) == value and value in text, f"{name} was lost"


def submits(user: User | None, address: str, field: str, words: str, **typed: Any) -> None:
    """Submit a form that is refused; nothing has changed afterwards."""
    client = visitor(user)
    assert client.get(address).status_code == 200
    before = everything()
    refused(client.post(address, {"request_key": "first", **typed}), field, words)
    assert everything() == before


def test_a_lease_of_21_years(cast: Cast) -> None:
    listing = make_draft(cast)
    submits(
        cast.village,
        f"/village/listings/{listing.pk}/basics/",
        "term_months",
        "租期最长 20 年，超过的无效（民法典第 705 条）。请填 240 个月以内。",
        title="五星村废弃村小出租",
        use_text="工业（屠宰场）",
        term_months="252",
        summary="通水通电",
    )


def test_65_votes_of_99(cast: Cast) -> None:
    listing = make_draft(cast)
    submits(
        cast.village,
        f"/village/listings/{listing.pk}/resolution/",
        "in_favour",
        "全体 99 人，同意 65 人，不到三分之二。至少要 66 人同意，才能挂牌。",
        organ="assembly",
        notice_on=str(legal_day() - timedelta(days=30)),
        meeting_on=str(legal_day() - timedelta(days=15)),
        eligible="99",
        present="80",
        in_favour="65",
        floor_price_fen="30000",
    )


def test_a_deposit_from_anothers_account_goes_back(cast: Cast) -> None:
    auction = make_auction(cast)
    mine = register(auction_id=auction.pk, by=cast.farmer)
    pay(mine, name="李二山", account="6228480010001111111")
    mine.refresh_from_db()
    assert (mine.state, mine.deposit.state) == (Registration.State.DEPOSIT_DUE, Deposit.State.DUE)
    order = BankOrder.objects.get()
    assert (order.to_name, order.to_account, order.amount_fen) == ("李二山", "6228480010001111111", 600_000)
    assert list(differences()) == [], "not a fen is lost on the way"
    client = visitor(cast.farmer)
    why = "钱是从“李二山”的账户转来的，报名的是“李大山”，正在退回。请在报名截止前，用“李大山”名下的账户再转。"
    assert why in client.get("/notices/").content.decode()
    assert "还没有到账，正在等银行通知" in client.get(f"/registrations/{mine.pk}/").content.decode()
    pay(mine)
    mine.refresh_from_db()
    assert mine.state == Registration.State.ADMITTED, "the right account still counts"


@pytest.fixture
def hall(cast: Cast) -> Auction:
    """A hall in which Company has bid 30,000."""
    auction = make_auction(cast)
    admit(auction, cast.farmer)
    admit(auction, cast.company, organisation_id=str(cast.company_organisation.pk))
    auction = open_hall(auction)
    bid(auction, cast.company, 30_000)
    return auction


def presses(auction: Auction, client: Client, typed: str, key: str = "first") -> Any:
    """Type a bid, confirm it on the check page's form, without JavaScript."""
    address = f"/auctions/{auction.listing_id}/bid/"
    check = client.post(address, {"own_amount": typed, "amount_fen": "30500.00", "request_key": key})
    assert check.status_code == 200
    return client.post(address, {"amount_fen": typed, "checked": "1", "request_key": key})


def standing(auction: Auction) -> tuple[Any, ...]:
    auction.refresh_from_db()
    accepted = HallEvent.objects.filter(auction=auction, kind="bid", accepted=True).count()
    return auction.price_fen, auction.leader_paddle, auction.ends_at, auction.state, accepted


def test_a_bid_one_fen_low(cast: Cast, hall: Auction) -> None:
    client = visitor(cast.farmer)
    before, rest = standing(hall), everything("auctions.auction", "auctions.hallevent", "journal.answer")
    answer = presses(hall, client, "30499.99")
    refused(answer, "amount_fen", "现在最少出 ¥30,500，请不要低于这个数。")
    assert 'name="own_amount"' in answer.content.decode() and 'value="30499.99"' in answer.content.decode()
    assert standing(hall) == before
    assert everything("auctions.auction", "auctions.hallevent", "journal.answer") == rest
    assert HallEvent.objects.filter(auction=hall, accepted=False).count() == 1, (
        "the press stands in the record, refused"
    )
    assert presses(hall, client, "30500.00", key=answer.context["fresh"]["request_key"].value()).status_code == 302
    assert standing(hall)[0] == 3_050_000, "and the page that told him takes the right amount at once"


def test_what_is_no_amount(cast: Cast, hall: Auction) -> None:
    client = visitor(cast.farmer)
    before = everything()
    answer = client.post(
        f"/auctions/{hall.listing_id}/bid/", {"own_amount": "三万五", "amount_fen": "", "request_key": "k"}
    )
    refused(answer, "own_amount", "请按元填写金额，如 35000 或 35000.50。", status=400)
    assert 'value="三万五"' in answer.content.decode()
    assert everything() == before


def test_a_bid_after_the_end(cast: Cast, hall: Auction) -> None:
    hall, client = close_hall(hall), visitor(cast.farmer)
    before, events = everything("auctions.auction", "auctions.hallevent", "journal.answer"), Event.objects.count()
    stand = standing(hall)
    answer = presses(hall, client, "40000.00")
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "结束，您这次出价没有收。结果请看出价记录。" in text and "竞价结束，本场您未竞得" in text
    assert standing(hall) == stand
    assert everything("auctions.auction", "auctions.hallevent", "journal.answer") == before
    assert Event.objects.count() == events


@pytest.mark.parametrize(
    ("kind", "name", "content", "words"),
    [
        ("resolution", "决议.docx", b"PK\x03\x04 not a paper", "只收 PDF、JPG、PNG。请拍照上传，或存成 PDF 再传。"),
        ("resolution", "决议.pdf", b"MZ\x90\x00 a program", "只收 PDF、JPG、PNG。请拍照上传，或存成 PDF 再传。"),
        ("photo", "现场.jpg", b"%PDF-1.7 not a photo", "这不是照片，请传 JPG 或 PNG。"),
    ],
)
def test_a_wrong_type_of_file(cast: Cast, kind: str, name: str, content: bytes, words: str) -> None:
    listing = make_draft(cast)
    client, address = visitor(cast.village), f"/village/listings/{listing.pk}/documents/"
    before = everything()
    upload = SimpleUploadedFile(name, content, "application/pdf")
    answer = client.post(address, {"kind": kind, "upload": upload, "request_key": "k"})
    refused(answer, "upload", words)
    assert everything() == before


TOO_SHORT = "代码短了，不动产单元代码是 28 位。"


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("500119101005QB00123W00000000", "第 13 位只能是 G（国有）、J（集体）或 Z（未定）。"),
        ("500119 101005", TOO_SHORT),
        ("五星村的学校", TOO_SHORT),
        ("500119 101005 JB00123 W000000000", "代码长了，不动产单元代码是 28 位。"),
    ],
)
def test_a_wrong_unit_code(cast: Cast, code: str, why: str) -> None:
    submits(
        cast.village,
        "/village/rights/new/",
        "unit_code",
        f"{why}请照权证上的抄，例如 500119 101005 JB00123 W00000000。",
        collective_id=str(cast.collective.pk),
        name="原村小",
        unit_code=code,
        kind="construction_land",
        location="五星村 3 社",
        area_m2="2800.00",
        land_class="",
        planned_use="工业用地",
        certificate_number="渝（2022）南川区不动产权第0000123号",
        registered_on="2022-03-01",
    )
    assert Parcel.objects.count() == 0


def test_a_wrong_verify_code() -> None:
    before = everything()
    answer = visitor(None).get("/verify/", {"number": "JZ500119-2026-12345678", "code": "ABCD2345EFGH"})
    text = answer.content.decode()
    assert answer.status_code == 404
    assert "没有编号和核验码都对得上的鉴证书。" in text
    assert 'value="JZ500119-2026-12345678"' in text and 'value="ABCD2345EFGH"' in text
    assert visitor(None).get("/verify/ABCD2345EFGH/").status_code == 404
    assert everything() == before


def test_a_wrong_password(cast: Cast) -> None:
    before = everything()
    answer = visitor(None).post("/account/login/", {"login": "village", "password": "wrong"})
    text = answer.content.decode()
    assert "您提供的用户名或密码不正确。" in text and 'value="village"' in text
    assert "wrong" not in text
    assert everything() == before
