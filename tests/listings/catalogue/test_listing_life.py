"""A listing from the village's draft to the announcement, and every no on the way."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.db.utils import DatabaseError

from exchange.accounts.models import Role
from exchange.accounts.services import grant_role
from exchange.clock import SHANGHAI, legal_day
from exchange.errors import NotAllowed, Refused, WrongState
from exchange.journal.models import Event
from listings.catalogue import policies, selectors
from listings.catalogue.models import Announcement, Document, Listing, Resolution, Review
from listings.catalogue.services import announcing, documents, drafting, reviewing
from listings.registry.selectors import active_encumbrances
from tests.factories import Cast, make_announcement, make_draft, make_right, paper, picture, vote

State = Listing.State


def blank(cast: Cast) -> Listing:
    return drafting.draft_listing(right_id=str(make_right(cast).pk), title="村小", by=cast.village)


def submitted(cast: Cast) -> Listing:
    listing = make_draft(cast)
    return drafting.submit_listing(listing_id=str(listing.pk), by=cast.village)


def basics(cast: Cast, listing: Listing, months: int) -> Listing:
    return drafting.set_basics(
        listing_id=str(listing.pk), title="村小", summary="", use_text="工业", term_months=months, by=cast.village
    )


def test_twenty_years_are_accepted_and_a_month_more_is_refused_with_the_article(cast: Cast) -> None:
    listing = blank(cast)
    assert basics(cast, listing, 240).term_months == 240
    with pytest.raises(Refused) as refusal:
        basics(cast, listing, 241)
    assert refusal.value.field == "term_months"
    assert "705" in str(refusal.value.message)
    assert Listing.objects.get(pk=listing.pk).term_months == 240


def test_66_of_99_passes_and_65_does_not(cast: Cast) -> None:
    listing = blank(cast)
    with pytest.raises(Refused) as refusal:
        vote(cast, listing, in_favour=65)
    assert (refusal.value.field, Resolution.objects.count()) == ("in_favour", 0)
    assert "66" in str(refusal.value.message)
    assert vote(cast, listing, in_favour=66).in_favour == 66


def test_the_members_are_called_ten_days_before(cast: Cast) -> None:
    listing, today = blank(cast), legal_day()
    with pytest.raises(Refused) as refusal:
        vote(cast, listing, notice_on=today - timedelta(days=9), meeting_on=today)
    assert refusal.value.field == "notice_on"
    vote(cast, listing, notice_on=today - timedelta(days=10), meeting_on=today)


def test_the_price_keeps_to_the_floor_and_the_deposit_to_its_cap(cast: Cast) -> None:
    listing = blank(cast)
    vote(cast, listing, floor_price_fen=3_000_000)

    def price(start: int, deposit: int) -> Listing:
        return drafting.set_price(
            listing_id=str(listing.pk), start_price_fen=start, step_fen=50_000, deposit_fen=deposit, by=cast.village
        )

    for start, deposit, field in [(2_999_999, 1, "start_price_fen"), (3_000_000, 900_001, "deposit_fen")]:
        with pytest.raises(Refused) as refusal:
            price(start, deposit)
        assert refusal.value.field == field
    assert price(3_000_000, 900_000).deposit_fen == 900_000


@pytest.mark.parametrize(
    ("kind", "upload", "code"),
    [
        ("resolution", lambda: paper("x"), ""),
        ("photo", lambda: picture(), ""),
        ("photo", lambda: paper("x"), "wrong_type"),
    ],
)
def test_a_file_is_known_by_its_content(cast: Cast, kind: str, upload: object, code: str) -> None:
    listing = blank(cast)

    def add() -> Document:
        return documents.add_document(listing_id=str(listing.pk), kind=kind, upload=upload(), by=cast.village)  # type: ignore[operator]

    if code:
        with pytest.raises(Refused) as refusal:
            add()
        assert (refusal.value.code, refusal.value.field) == (code, "upload")
    else:
        assert add() == add()
    assert Document.objects.count() == (0 if code else 1)


def test_an_executable_with_a_harmless_name_is_refused(cast: Cast) -> None:
    listing, file = blank(cast), paper("x")
    file.file.seek(0)
    file.file.write(b"MZ\x90\x00" + b"\x00" * 20)
    file.file.seek(0)
    with pytest.raises(Refused) as refusal:
        documents.add_document(listing_id=str(listing.pk), kind="other", upload=file, by=cast.village)
    assert refusal.value.code == "wrong_type"


def test_what_is_missing_is_said_and_a_listing_that_lacks_something_stays_a_draft(cast: Cast) -> None:
    listing = blank(cast)
    assert [m.task for m in selectors.missing(listing)] == ["basics", "resolution", "price"] + ["documents"] * 4
    with pytest.raises(Refused) as refusal:
        drafting.submit_listing(listing_id=str(listing.pk), by=cast.village)
    assert refusal.value.code == "incomplete"
    assert Listing.objects.get(pk=listing.pk).state == State.DRAFT
    assert active_encumbrances(listing.right).count() == 0


def test_a_submitted_listing_locks_its_right_and_can_no_longer_be_changed(cast: Cast) -> None:
    listing = submitted(cast)
    assert (listing.state, listing.round) == (State.TOWNSHIP_REVIEW, 1)
    assert [e.kind for e in active_encumbrances(listing.right)] == ["listing"]
    with pytest.raises(WrongState):
        basics(cast, listing, 12)
    other = make_draft(cast, right=listing.right)
    with pytest.raises(Refused) as refusal:
        drafting.submit_listing(listing_id=str(other.pk), by=cast.village)
    assert refusal.value.code == "encumbered"


def test_town_then_district_approve(cast: Cast) -> None:
    listing = submitted(cast)
    assert reviewing.approve_listing(listing_id=str(listing.pk), by=cast.town).state == State.DISTRICT_REVIEW
    assert reviewing.approve_listing(listing_id=str(listing.pk), by=cast.district).state == State.APPROVED
    assert list(Review.objects.order_by("pk").values_list("level", "outcome")) == [
        ("township", "approved"),
        ("district", "approved"),
    ]


@pytest.mark.parametrize("who", ["village", "district", "organiser", "city", "farmer", "bank", "stranger"])
def test_nobody_but_the_town_reviews_at_the_town(cast: Cast, who: str) -> None:
    listing = submitted(cast)
    with pytest.raises(NotAllowed):
        reviewing.approve_listing(listing_id=str(listing.pk), by=getattr(cast, who))
    assert Review.objects.count() == 0


def test_the_filer_cannot_review_even_with_the_role(cast: Cast) -> None:
    grant_role(user=cast.village, role=Role.REVIEWER, division=cast.places.shixi, by=None)
    with pytest.raises(NotAllowed):
        reviewing.approve_listing(listing_id=str(submitted(cast).pk), by=cast.village)


def test_one_person_does_not_act_on_two_levels_of_one_listing(cast: Cast) -> None:
    grant_role(user=cast.town, role=Role.REVIEWER, division=cast.places.nanchuan, by=None)
    listing = submitted(cast)
    reviewing.approve_listing(listing_id=str(listing.pk), by=cast.town)
    with pytest.raises(NotAllowed):
        reviewing.approve_listing(listing_id=str(listing.pk), by=cast.town)
    assert Listing.objects.get(pk=listing.pk).state == State.DISTRICT_REVIEW


def test_a_return_says_where_and_why_and_the_listing_comes_again(cast: Cast) -> None:
    listing = submitted(cast)
    with pytest.raises(Refused):
        reviewing.return_listing(listing_id=str(listing.pk), pins=[("resolution", " ")], by=cast.town)
    returned = reviewing.return_listing(listing_id=str(listing.pk), pins=[("resolution", "签名不全")], by=cast.town)
    assert [(p.field, p.reason) for p in selectors.open_pins(returned)] == [("resolution", "签名不全")]
    assert cast.village.notices.count() == 1
    again = drafting.submit_listing(listing_id=str(listing.pk), by=cast.village)
    assert (again.state, again.round) == (State.TOWNSHIP_REVIEW, 2)
    reviewing.approve_listing(listing_id=str(listing.pk), by=cast.town)
    back = reviewing.return_listing(listing_id=str(listing.pk), pins=[("price", "太低")], by=cast.district)
    assert back.state == State.RETURNED


def test_withdrawing_frees_the_right(cast: Cast) -> None:
    listing = submitted(cast)
    reviewing.return_listing(listing_id=str(listing.pk), pins=[("price", "太低")], by=cast.town)
    drafting.withdraw_listing(listing_id=str(listing.pk), by=cast.village)
    assert active_encumbrances(listing.right).count() == 0
    assert drafting.withdraw_listing(listing_id=str(blank(cast).pk), by=cast.village).state == State.WITHDRAWN


def test_an_approved_listing_can_still_be_withdrawn(cast: Cast) -> None:
    listing = submitted(cast)
    for reviewer in (cast.town, cast.district):
        reviewing.approve_listing(listing_id=str(listing.pk), by=reviewer)
    assert drafting.withdraw_listing(listing_id=str(listing.pk), by=cast.village).state == State.WITHDRAWN


def test_the_announcement_is_numbered_hashed_dated_and_cannot_be_changed(cast: Cast) -> None:
    announcement = make_announcement(cast)
    listing = announcement.listing
    assert listing.state == State.ANNOUNCED
    assert listing.number.startswith("500119118")
    assert announcement.sha256 == announcing.body_hash(announcement.body)
    assert announcement.opens_at.astimezone(SHANGHAI).hour == 9
    assert announcement.announced_at <= announcement.registration_closes_at <= announcement.opens_at
    with pytest.raises(DatabaseError), transaction.atomic():
        Announcement.objects.update(version=2)
    assert Event.objects.get(kind="listing.announced").data["sha256"] == announcement.sha256


def test_the_demonstration_rules_count_in_minutes_and_need_their_setting(cast: Cast, settings: object) -> None:
    with pytest.raises(Refused) as refusal:
        make_announcement(cast, rule_code="demonstration")
    assert refusal.value.field == "rule_code"
    settings.DEMONSTRATION = True  # type: ignore[attr-defined]
    announcement = make_announcement(cast, rule_code="demonstration")
    assert announcement.opens_at - announcement.announced_at < timedelta(hours=1)


def test_only_the_organiser_announces_and_not_what_he_has_reviewed(cast: Cast) -> None:
    grant_role(user=cast.district, role=Role.ORGANISER, division=cast.places.nanchuan, by=None)
    listing = submitted(cast)
    for reviewer in (cast.town, cast.district):
        reviewing.approve_listing(listing_id=str(listing.pk), by=reviewer)
    for who in (cast.village, cast.town, cast.city, cast.farmer):
        with pytest.raises(NotAllowed):
            announcing.announce_listing(listing_id=str(listing.pk), by=who)
    grant_role(user=cast.village, role=Role.ORGANISER, division=cast.places.nanchuan, by=None)
    with pytest.raises(Refused) as own:
        announcing.announce_listing(listing_id=str(listing.pk), by=cast.village)
    assert own.value.code == "four_eyes"
    with pytest.raises(Refused) as refusal:
        announcing.announce_listing(listing_id=str(listing.pk), by=cast.district)
    assert (refusal.value.code, Announcement.objects.count()) == ("four_eyes", 0)


@pytest.mark.parametrize(
    ("end", "state"), [("sold", State.COMPLETED), ("default", State.DEFAULTED), ("failed", State.FAILED)]
)
def test_the_right_is_free_after_every_end(cast: Cast, end: str, state: str) -> None:
    listing = make_announcement(cast).listing
    pk = str(listing.pk)
    announcing.begin_bidding(listing_id=pk)
    if end == "failed":
        announcing.mark_failed(listing_id=pk)
    else:
        announcing.mark_sold(listing_id=pk)
        assert active_encumbrances(listing.right).count() == 1
        (announcing.complete_listing if end == "sold" else announcing.break_off_listing)(listing_id=pk, by=None)
    assert Listing.objects.get(pk=pk).state == state
    assert active_encumbrances(listing.right).count() == 0


def test_policy_and_selector_see_the_same_listings(cast: Cast) -> None:
    listings = [blank(cast), submitted(cast), make_announcement(cast).listing]
    for name in ("village", "town", "district", "organiser", "city", "farmer", "company", "bank", "stranger"):
        user = getattr(cast, name)
        seen = set(selectors.visible_listings(user).values_list("pk", flat=True))
        wanted = {x.pk for x in Listing.objects.filter(pk__in=[y.pk for y in listings]) if policies.may_view(user, x)}
        assert seen == wanted, name


def test_the_queue_shows_each_reviewer_what_waits_for_him(cast: Cast) -> None:
    first, second = submitted(cast), submitted(cast)
    reviewing.approve_listing(listing_id=str(second.pk), by=cast.town)
    assert [x.pk for x in selectors.queue(cast.town)] == [first.pk]
    assert [x.pk for x in selectors.queue(cast.district)] == [second.pk]
    assert list(selectors.queue(cast.village)) == list(selectors.queue(cast.farmer)) == []


def test_a_second_click_on_submit_is_answered_with_the_first(cast: Cast) -> None:
    listing = make_draft(cast)
    first = drafting.submit_listing(listing_id=str(listing.pk), by=cast.village, request_key="k")
    assert drafting.submit_listing(listing_id=str(listing.pk), by=cast.village, request_key="k") == first
    assert Event.objects.filter(kind="listing.submitted").count() == 1
