"""The hand-over: one side writes, the other confirms, the term begins."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from typing import Any

import pytest

from exchange.clock import legal_day
from exchange.errors import NotAllowed, Refused, WrongState
from listings.deals.models import Deal, Handover, Instalment
from listings.deals.services import handover
from tests.factories import Cast, paper, picture
from tests.listings.deals.life import (
    confirm,
    fresh,
    make_deal,
    make_paid_deal,
    refuses,
    sign,
    write_sheet,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_time")]
S = Deal.State


def test_the_hand_over_needs_both_sides_and_begins_the_term(cast: Cast) -> None:
    deal = make_paid_deal(cast)
    today = legal_day()
    seen = {"deal_id": str(deal.pk), "sha256": write_sheet(cast, deal).sha256}
    assert fresh(deal).state == S.PAID
    refuses(WrongState, handover.confirm_handover, by=cast.village, **seen)
    for person in (cast.farmer, cast.organiser, cast.stranger):
        refuses(NotAllowed, handover.confirm_handover, by=person, **seen)
    handover.confirm_handover(by=cast.company, **seen)
    deal = fresh(deal)
    assert (deal.state, deal.term_from, deal.term_to) == (S.HANDED_OVER, today, today.replace(year=today.year + 20))
    second = deal.instalments.get(n=2)
    assert second.due_on == today.replace(year=today.year + 1) - timedelta(days=10)
    sheet = Handover.objects.get(deal=deal)
    assert hashlib.sha256(sheet.photo.read()).hexdigest() == sheet.photo_sha256


@pytest.mark.parametrize("change", ["on_day", "place_note", "photo"])
def test_who_has_read_another_sheet_does_not_confirm_this_one(cast: Cast, change: str) -> None:
    deal = make_paid_deal(cast)
    Instalment.objects.filter(deal=deal, n=1).update(paid_on=legal_day() - timedelta(days=2))
    read = write_sheet(cast, deal).sha256
    other = {
        "on_day": legal_day() - timedelta(days=1),
        "place_note": "界桩 5 根，钥匙没交。",
        "photo": picture("brown"),
    }
    now = write_sheet(cast, deal, **{change: other[change]}).sha256
    assert now != read
    wrong = refuses(Refused, handover.confirm_handover, deal_id=str(deal.pk), sha256=read, by=cast.company)
    assert wrong.code == "changed"
    assert Handover.objects.get(deal=deal).lessee_confirmed_at is None
    handover.confirm_handover(deal_id=str(deal.pk), sha256=now, by=cast.company)
    assert fresh(deal).state == S.HANDED_OVER


def test_either_side_may_write_the_sheet_and_rewriting_asks_the_other_again(cast: Cast) -> None:
    deal = make_paid_deal(cast)
    write_sheet(cast, deal)
    today = legal_day()
    sheet = handover.hand_over(deal_id=str(deal.pk), on_day=today, place_note="另有水井一口", by=cast.company)
    assert (sheet.lessor_confirmed_at, sheet.place_note) == (None, "另有水井一口")
    assert fresh(deal).state == S.PAID
    handover.confirm_handover(deal_id=str(deal.pk), sha256=sheet.sha256, by=cast.village)
    assert fresh(deal).state == S.HANDED_OVER
    assert Handover.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"on_day": "tomorrow"}, "on_day"),
        ({"on_day": "before"}, "on_day"),
        ({"place_note": " "}, "place_note"),
        ({"photo": "pdf"}, "photo"),
    ],
)
def test_a_wrong_sheet_is_refused_at_its_field(cast: Cast, changes: dict[str, Any], field: str) -> None:
    deal = make_paid_deal(cast)
    days = {"tomorrow": legal_day() + timedelta(days=1), "before": legal_day() - timedelta(days=3)}
    changes = {k: days.get(v, v) for k, v in changes.items()}
    if changes.get("photo"):
        changes["photo"] = paper()
    with pytest.raises(Refused) as caught:
        write_sheet(cast, deal, **changes)
    assert caught.value.field == field
    assert Handover.objects.count() == 0


def test_nothing_is_handed_over_before_the_first_payment(cast: Cast) -> None:
    deal = sign(cast, confirm(make_deal(cast)))
    refuses(WrongState, write_sheet, cast=cast, deal=deal)
    refuses(WrongState, handover.confirm_handover, deal_id=str(deal.pk), sha256="0" * 64, by=cast.company)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2024, 2, 29), 240, date(2044, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2023, 10, 31), 1, date(2023, 11, 30)),
        (date(2023, 12, 15), 13, date(2025, 1, 15)),
    ],
)
def test_months_are_added_by_the_calendar(day: date, months: int, later: date) -> None:
    assert handover.add_months(day, months) == later
