"""The market of the demonstration: listings in every state, filed, reviewed and announced by its officers."""

from __future__ import annotations

import io
import random
from dataclasses import dataclass, field
from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw, ImageFilter

from exchange.accounts.demo import JINYUAN, MINGYUE, YANJING
from exchange.accounts.models import User
from exchange.clock import legal_day
from listings.catalogue.models import Document, Listing
from listings.catalogue.selectors import required_documents
from listings.catalogue.services import announcing, documents, drafting, reviewing
from listings.registry.demo import VILLAGES, right_named

SKIES = [("#F6CE8A", "#FBEBC9"), ("#BFD9E6", "#EDF5F7"), ("#D9DED2", "#F2F4EC"), ("#E9B7A5", "#F7E3D8")]


@dataclass(frozen=True)
class Offer:
    """One listing of the market and how far it has come; money in yuan."""

    village: str
    land: str
    title: str
    use: str
    months: int
    start: int
    step: int
    deposit: int
    upto: str
    pins: list[tuple[str, str]] = field(default_factory=list)


OFFERS = [
    Offer(
        YANJING,
        "盐井村 86 亩高标准农田",
        "盐井村 86 亩高标准农田经营权",
        "粮油种植",
        120,
        86_000,
        1_000,
        20_000,
        "announced",
    ),
    Offer(
        YANJING,
        "盐井村 120 亩柑橘园",
        "盐井村 120 亩柑橘园整体出租",
        "柑橘种植",
        180,
        96_000,
        1_000,
        20_000,
        "announced",
    ),
    Offer(YANJING, "盐井村综合市场 8 间门面", "盐井村综合市场门面 8 间", "商业", 60, 54_000, 500, 10_000, "district"),
    Offer(YANJING, "盐井村山坪塘 2 口", "盐井村山坪塘 2 口经营权", "生态养殖", 60, 6_800, 100, 1_500, "draft"),
    Offer(
        JINYUAN, "金源村闲置农房 6 栋", "金源村闲置农房 6 栋（可改民宿）", "民宿", 240, 42_000, 500, 8_000, "announced"
    ),
    Offer(
        JINYUAN,
        "金源村 210 亩养殖水面",
        "金源村 210 亩生态养殖水面",
        "水产养殖",
        60,
        63_000,
        1_000,
        12_000,
        "announced",
    ),
    Offer(
        JINYUAN,
        "金源村旧砖厂",
        "金源村旧砖厂集体经营性建设用地",
        "工业（农产品加工）",
        240,
        88_000,
        1_000,
        20_000,
        "approved",
    ),
    Offer(
        JINYUAN,
        "金源村 45 亩蔬菜大棚",
        "金源村 45 亩蔬菜大棚及配套用房",
        "设施农业",
        96,
        54_000,
        500,
        10_000,
        "returned",
        [("documents", "会议签到表第 2 页看不清，请重拍")],
    ),
    Offer(
        MINGYUE,
        "明月村 560 亩楠竹林",
        "明月村 560 亩集体林权（楠竹林）",
        "竹笋采收、用材",
        240,
        18_800,
        200,
        4_000,
        "announced",
    ),
    Offer(MINGYUE, "明月村 38 亩荒坡", "明月村 38 亩荒坡地", "经果林", 180, 7_600, 100, 1_500, "township"),
    Offer(
        MINGYUE,
        "明月村 132 亩连片水田",
        "明月村 132 亩连片水田经营权",
        "粮油种植",
        120,
        105_600,
        800,
        20_000,
        "announced",
    ),
]
STAGES = ["draft", "township", "district", "approved", "announced"]


def landscape(seed: str) -> SimpleUploadedFile:
    """Return a drawn picture of hills as a JPEG file, always the same for the same seed."""
    dice = random.Random(seed)
    low, high = dice.choice(SKIES)
    picture = Image.new("RGB", (960, 640), high)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, 960, 260), fill=low)
    draw.ellipse((640, 90, 740, 190), fill="#FFF6DC")
    for layer, colour in enumerate(["#A9C3B4", "#7FA58F", "#4F8569", "#C9A24B", "#8FAF5A", "#3F7B52"]):
        base = 250 + layer * 70
        points = [(x, base + dice.randint(-26, 26)) for x in range(-40, 1080, 120)]
        draw.polygon([(-40, 640), *points, (1040, 640)], fill=colour)
    kept = io.BytesIO()
    picture.filter(ImageFilter.GaussianBlur(0.8)).save(kept, "JPEG", quality=80)
    return SimpleUploadedFile("现场照片.jpg", kept.getvalue(), "image/jpeg")


def paper(text: str) -> SimpleUploadedFile:
    """Return a one-line PDF that says that it stands for a paper in the demonstration."""
    line = f"Demonstration only: {text}".encode("latin-1", "replace")
    stream = b"BT /F1 18 Tf 72 720 Td (" + line + b") Tj ET"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length " + str(len(stream)).encode() + b">>stream\n" + stream + b"\nendstream",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out = io.BytesIO(b"")
    out.write(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(str(number).encode() + b" 0 obj" + body + b"endobj\n")
    start = out.tell()
    out.write(b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n" + str(start).encode() + b"\n%%EOF\n")
    return SimpleUploadedFile(f"{text}.pdf", out.getvalue(), "application/pdf")


def play(offer: Offer, rule_code: str = "standard", filer: str = "") -> Listing:
    """Bring one offer as far as it says, each step by the officer whose step it is."""
    by = User.objects.get(username=filer or VILLAGES[offer.village])
    right = right_named(offer.land)
    listing = drafting.draft_listing(right_id=str(right.pk), title=offer.title, rule_code=rule_code, by=by)
    pk = str(listing.pk)
    drafting.set_basics(
        listing_id=pk, title=offer.title, summary="", use_text=offer.use, term_months=offer.months, by=by
    )
    documents.add_document(listing_id=pk, kind=Document.Kind.PHOTO, upload=landscape(offer.title), by=by)
    if offer.upto == "draft":
        return listing
    fill_in(listing, offer, by)
    _review(listing, offer)
    return Listing.objects.get(pk=pk)


def fill_in(listing: Listing, offer: Offer, by: User) -> None:
    """Enter vote, price and papers of a listing, and submit it."""
    pk, today = str(listing.pk), legal_day()
    drafting.enter_resolution(
        listing_id=pk,
        organ="assembly",
        eligible=99,
        present=88,
        in_favour=81,
        notice_on=today - timedelta(days=35),
        meeting_on=today - timedelta(days=20),
        floor_price_fen=offer.start * 100,
        by=by,
    )
    drafting.set_price(
        listing_id=pk,
        start_price_fen=offer.start * 100,
        step_fen=offer.step * 100,
        deposit_fen=offer.deposit * 100,
        by=by,
    )
    for kind in required_documents(listing.right_kind):
        if kind != Document.Kind.PHOTO:
            documents.add_document(listing_id=pk, kind=kind, upload=paper(kind), is_public=True, by=by)
    drafting.submit_listing(listing_id=pk, by=by)


def _review(listing: Listing, offer: Offer) -> None:
    town, district, organiser = (
        User.objects.get(username=f"market-{name}") for name in ("town", "district", "organiser")
    )
    pk = str(listing.pk)
    if offer.pins:
        reviewing.return_listing(listing_id=pk, pins=offer.pins, by=town)
        return
    reach = STAGES.index(offer.upto)
    if reach >= STAGES.index("district"):
        reviewing.approve_listing(listing_id=pk, by=town)
    if reach >= STAGES.index("approved"):
        reviewing.approve_listing(listing_id=pk, by=district)
    if reach >= STAGES.index("announced"):
        announcing.announce_listing(listing_id=pk, by=organiser)


def load() -> int:
    """Play every offer that is not there yet; return how many."""
    there = set(Listing.objects.values_list("title", flat=True))
    fresh = [offer for offer in OFFERS if offer.title not in there]
    for offer in fresh:
        play(offer)
    return len(fresh)
