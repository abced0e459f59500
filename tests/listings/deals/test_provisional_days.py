"""Days of a deal counted without the year's calendar are provisional, and worked out anew when it is imported."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from exchange.accounts.models import Notice
from exchange.celery import app
from exchange.clock import legal_day, legal_now
from exchange.errors import Refused
from exchange.journal.models import Delivery, Event
from exchange.rulebook.services import import_work_year
from listings.deals import tasks
from listings.deals.models import Deal
from listings.deals.services import confirming, deadlines, defaulting
from tests.factories import Cast
from tests.listings.auctions.hall import go_to, hear
from tests.listings.deals.life import confirm, declare_default, draw_up, fresh, make_deal, refuses, sign
from tests.workdays import calendar_file

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_time")]
S = Deal.State


def import_years() -> None:
    for year in range(legal_day().year - 1, legal_day().year + 3):
        import_work_year(text=calendar_file(year), by=None)


def in_working_days(deal: Deal, key: str) -> dict[str, Any]:
    """Count one of the deal's periods in five working days."""
    return {**deal.rules, key: {**deal.rules[key], "value": 5, "unit": "working_day"}}


def guessed_publicity(cast: Cast) -> Deal:
    deal = make_deal(cast)
    Deal.objects.filter(pk=deal.pk).update(
        rules=in_working_days(deal, "result_publicity_period"), publicity_provisional=True
    )
    return fresh(deal)


def guessed_payment(cast: Cast) -> Deal:
    deal = confirm(make_deal(cast))
    Deal.objects.filter(pk=deal.pk).update(rules=in_working_days(deal, "payment_period"))
    draw_up(cast, deal)
    return sign(cast, fresh(deal))


def test_the_end_of_the_publicity_is_settled_when_the_year_comes(cast: Cast, no_calendars: Path) -> None:
    deal = guessed_publicity(cast)
    go_to(deal.publicity_to + timedelta(minutes=1))
    assert confirming.confirm_due() == 0
    import_years()
    hear()
    deal = fresh(deal)
    assert (deal.publicity_provisional, deal.publicity_to > legal_now()) == (False, True)
    assert deal.publicity_to - deal.publicity_from >= timedelta(days=5)
    assert Event.objects.filter(kind="deal.dates_renewed").count() == 1
    assert Notice.objects.filter(phrase__contains="worked out anew", user=cast.company).count() == 1
    go_to(deal.publicity_to)
    assert confirming.confirm_due() == 1


def test_the_contract_keeps_that_the_day_for_paying_is_a_guess_until_the_year_comes(
    cast: Cast, no_calendars: Path
) -> None:
    deal = guessed_payment(cast)
    assert (deal.state, deal.due_provisional) == (S.CONTRACTED, True)
    import_years()
    hear()
    deal = fresh(deal)
    assert not deal.due_provisional
    assert deal.instalments.get(n=1).due_on == legal_day(deal.due_at - timedelta(seconds=1))


def test_a_calendar_that_comes_too_late_gives_the_winner_the_whole_time_anew(cast: Cast, no_calendars: Path) -> None:
    deal = guessed_payment(cast)
    go_to(deal.due_at + timedelta(days=30))
    import_years()
    arguments = {"deal_id": str(deal.pk), "reason": "没付款", "by": cast.organiser}
    assert refuses(Refused, defaulting.propose_default, **arguments).code == "too_early"
    hear()
    deal = fresh(deal)
    assert deal.due_at - legal_now() >= timedelta(days=4)
    assert deadlines.remind_due() == 0
    go_to(deal.due_at)
    declare_default(cast, deal, arguments["reason"])
    assert fresh(deal).state == S.DEFAULTED


def test_a_machine_without_the_file_tries_again_later(cast: Cast, no_calendars: Path) -> None:
    deal = guessed_payment(cast)
    import_years()
    for path in no_calendars.iterdir():
        path.unlink()
    hear()
    waiting = Delivery.objects.filter(event__kind="calendar.year_imported", done_at=None)
    assert waiting.filter(reaction__startswith="listings.deals").count() == 4
    assert fresh(deal).due_provisional


def test_what_a_lost_event_left_is_settled_by_the_sweep_once(cast: Cast, no_calendars: Path) -> None:
    publicity, payment = guessed_publicity(cast), guessed_payment(cast)
    assert tasks.renew_dates() == 0
    import_years()
    Delivery.objects.filter(event__kind="calendar.year_imported").delete()
    assert [deadlines.renew_waiting(limit=1), tasks.renew_dates(), tasks.renew_dates()] == [1, 1, 0]
    assert (fresh(publicity).publicity_provisional, fresh(payment).due_provisional) == (False, False)
    assert Event.objects.filter(kind="deal.dates_renewed").count() == 2


def test_the_sweep_of_a_machine_that_lacks_a_year_leaves_the_days_to_others(cast: Cast, no_calendars: Path) -> None:
    deal = guessed_payment(cast)
    import_years()
    (no_calendars / f"{legal_day().year + 2}.json").unlink()
    assert tasks.renew_dates() == 0
    assert fresh(deal).due_provisional


def test_the_clock_starts_the_sweep_of_provisional_days() -> None:
    app.loader.import_default_modules()
    assert "listings.deals.tasks.renew_dates" in app.tasks
    assert "listings.deals.tasks.renew_dates" in {entry["task"] for entry in app.conf.beat_schedule.values()}
