"""The small cast and its world, made through the services: Nanchuan, Shixi town, Wuxing village."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from PIL import Image

from exchange.accounts import services as accounts
from exchange.accounts.models import Division, Level, Organisation, Role, User
from exchange.clock import legal_day
from listings.catalogue.models import Announcement, Document, Listing
from listings.catalogue.services import announcing, documents, drafting, reviewing
from listings.registry.models import Collective, Right
from listings.registry.services import land

PASSWORD = "terraces-in-the-fog-27"
BEGAN = date(1997, 6, 18)


@dataclass(frozen=True)
class Divisions:
    """The city, and in each of two districts one township with one village."""

    city: Division
    nanchuan: Division
    shixi: Division
    wuxing: Division
    liangping: Division
    liangshan: Division
    nanhua: Division


def make_division(code: str, name: str, level: str, parent: Division | None) -> Division:
    """Make a division that has been in force all along."""
    path = f"{parent.path if parent else ''}{code}/"
    return Division.objects.create(code=code, name=name, level=level, parent=parent, path=path, valid_from=BEGAN)


def make_divisions() -> Divisions:
    """Make Chongqing with Nanchuan > Shixi > Wuxing and Liangping > one township > one village."""
    city = make_division("500000", "重庆市", Level.CITY, None)
    nanchuan = make_division("500119", "南川区", Level.DISTRICT, city)
    shixi = make_division("500119118", "石溪镇", Level.TOWNSHIP, nanchuan)
    wuxing = make_division("500119118203", "五星村", Level.VILLAGE, shixi)
    liangping = make_division("500155", "梁平区", Level.DISTRICT, city)
    liangshan = make_division("500155001", "梁山街道", Level.TOWNSHIP, liangping)
    nanhua = make_division("500155001001", "南华社区", Level.VILLAGE, liangshan)
    return Divisions(city, nanchuan, shixi, wuxing, liangping, liangshan, nanhua)


def make_user(username: str, role: Role | None = None, division: Division | None = None, full_name: str = "") -> User:
    """Make a person who can log in with `PASSWORD`, with a role at a division if one is named."""
    user = accounts.create_user(username=username, password=PASSWORD, full_name=full_name or username, by=None)
    if role and division:
        accounts.grant_role(user=user, role=role, division=division, by=None)
    return user


@dataclass
class Cast:
    """Everybody by name; the organiser announces, bank2 approves what bank prepares."""

    places: Divisions
    collective: Collective
    bank_organisation: Organisation
    company_organisation: Organisation
    village: User
    town: User
    district: User
    organiser: User
    city: User
    farmer: User
    company: User
    bank: User
    bank2: User
    stranger: User


def make_cast() -> Cast:
    """Make the divisions, the rulebook and the whole cast."""
    places = make_divisions()
    call_command("load_rulebook", verbosity=0)
    wuxing, shixi, nanchuan, city = places.wuxing, places.shixi, places.nanchuan, places.city

    def organisation(name: str, kind: str, division: Division, uscc: str | None = None) -> Organisation:
        return accounts.create_organisation(name=name, kind=kind, division=division, uscc=uscc, by=None)

    kinds = Organisation.Kind
    owner = organisation("五星村股份经济合作联合社", kinds.COLLECTIVE, wuxing, "N2500119MF0000021X")
    bank = organisation("南川农商行", kinds.BANK, nanchuan)
    firm = organisation("南川肉食品有限公司", kinds.COMPANY, nanchuan)
    people = {
        "village": "蒋会计",
        "town": "罗小平",
        "district": "吴大川",
        "organiser": "陈晓",
        "city": "周敏",
        "farmer": "李大山",
        "company": "钱总",
        "bank": "何经理",
        "bank2": "冯行长",
        "stranger": "路人甲",
    }
    users = {username: make_user(username, full_name=name) for username, name in people.items()}
    for username, role, place, body in [
        ("village", Role.FILER, wuxing, owner),
        ("town", Role.REVIEWER, shixi, None),
        ("district", Role.REVIEWER, nanchuan, None),
        ("organiser", Role.ORGANISER, nanchuan, None),
        ("organiser", Role.FINANCE, nanchuan, None),
        ("city", Role.LEADER, city, None),
        ("city", Role.ADMINISTRATOR, city, None),
        ("company", Role.AGENT, nanchuan, firm),
        ("bank", Role.BANKER, nanchuan, bank),
        ("bank2", Role.APPROVER, nanchuan, bank),
    ]:
        accounts.grant_role(user=users[username], role=role, division=place, organisation=body, by=None)
    collective = land.create_collective(organisation=owner, by=None)
    return Cast(places, collective, bank, firm, **users)


def picture(colour: str = "green") -> SimpleUploadedFile:
    """Return a real small JPEG."""
    kept = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(kept, "JPEG")
    return SimpleUploadedFile("photo.jpg", kept.getvalue(), "image/jpeg")


def paper(text: str = "resolution") -> SimpleUploadedFile:
    """Return a small PDF."""
    return SimpleUploadedFile(f"{text}.pdf", b"%PDF-1.7\n% " + text.encode() + b"\n%%EOF\n", "application/pdf")


_codes = iter(range(1, 10_000))


def make_right(cast: Cast, area_m2: str = "2800.00") -> Right:
    """Enter a parcel of collective construction land and the collective's right to it."""
    number = next(_codes)
    parcel = land.register_parcel(
        name="五星村废弃村小",
        unit_code=f"500119101005JB{number:05d}W00000000",
        division=cast.places.wuxing,
        location="五星村 3 社",
        area_m2=Decimal(area_m2),
        planned_use="工业用地",
        by=cast.village,
    )
    return land.register_right(
        parcel_id=str(parcel.pk),
        collective_id=str(cast.collective.pk),
        kind="construction_land",
        area_m2=Decimal(area_m2),
        certificate_number=f"渝（2022）南川区不动产权第{number:07d}号",
        registered_on=date(2022, 3, 1),
        by=cast.village,
    )


def make_draft(cast: Cast, right: Right | None = None, **changes: Any) -> Listing:
    """Draft a listing and fill in all its tasks; `changes` go to price (`start_price_fen=…`) or basics."""
    right = right or make_right(cast)
    rule_code = changes.pop("rule_code", "standard")
    listing = drafting.draft_listing(
        right_id=str(right.pk), title="五星村废弃村小出租", rule_code=rule_code, by=cast.village
    )
    basics = {"title": listing.title, "summary": "", "use_text": "工业（屠宰场）", "term_months": 240}
    price = {"start_price_fen": 3_000_000, "step_fen": 50_000, "deposit_fen": 600_000}
    basics.update({k: v for k, v in changes.items() if k in basics})
    price.update({k: v for k, v in changes.items() if k in price})
    drafting.set_basics(listing_id=str(listing.pk), by=cast.village, **basics)
    vote(cast, listing)
    drafting.set_price(listing_id=str(listing.pk), by=cast.village, **price)
    for kind in (Document.Kind.RESOLUTION, Document.Kind.SCHEME, Document.Kind.PLANNING):
        documents.add_document(listing_id=str(listing.pk), kind=kind, upload=paper(kind), by=cast.village)
    documents.add_document(listing_id=str(listing.pk), kind=Document.Kind.PHOTO, upload=picture(), by=cast.village)
    return Listing.objects.get(pk=listing.pk)


def vote(cast: Cast, listing: Listing, **changes: Any) -> Any:
    """Enter a vote of 66 of 99; `changes` alter it."""
    today = legal_day()
    entry: dict[str, Any] = {
        "organ": "assembly",
        "eligible": 99,
        "present": 80,
        "in_favour": 66,
        "notice_on": today - timedelta(days=30),
        "meeting_on": today - timedelta(days=15),
        "floor_price_fen": 3_000_000,
    }
    return drafting.enter_resolution(listing_id=str(listing.pk), by=cast.village, **{**entry, **changes})


def make_submitted(cast: Cast, **changes: Any) -> Listing:
    """Bring a listing to the township's review."""
    listing = make_draft(cast, **changes)
    return drafting.submit_listing(listing_id=str(listing.pk), by=cast.village)


def make_approved(cast: Cast, **changes: Any) -> Listing:
    """Bring a listing through both reviews."""
    listing = make_submitted(cast, **changes)
    reviewing.approve_listing(listing_id=str(listing.pk), by=cast.town)
    return reviewing.approve_listing(listing_id=str(listing.pk), by=cast.district)


def make_announcement(cast: Cast, **changes: Any) -> Announcement:
    """Bring a listing through draft, both reviews and the announcement."""
    listing = make_approved(cast, **changes)
    return announcing.announce_listing(listing_id=str(listing.pk), by=cast.organiser)
