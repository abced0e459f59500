"""Breaking a deal off: who may is asked first, and what was only imported has nothing here to break off."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from exchange.accounts.models import Level
from exchange.accounts.selectors import ancestors
from exchange.errors import NotAllowed, WrongState
from listings.deals.models import Deal
from listings.deals.services import confirming, defaulting, importing
from listings.registry.models import Right
from tests.factories import Cast
from tests.listings.deals.life import make_deal, refuses
from tests.listings.deals.test_import_deals import HEADER, line

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_time")]
SERVICES = [confirming.cancel_deal, defaulting.propose_default]


def imported(cast: Cast) -> Deal:
    """A deal that was only imported, of a district whose trade organiser Organiser is."""
    importing.import_deals(lines=[HEADER, line()], file="past.csv", by=None)
    deal = Deal.objects.get()
    (district,) = (unit for unit in ancestors(deal.division) if unit.level == Level.DISTRICT)
    cast.organiser.memberships.update(division=district)
    return deal


@pytest.mark.parametrize("service", SERVICES)
def test_an_imported_deal_is_not_broken_off_here(cast: Cast, service: Callable[..., Any]) -> None:
    deal = imported(cast)
    refuses(WrongState, service, deal_id=str(deal.pk), reason="他处成交", by=cast.organiser)
    refuses(NotAllowed, service, deal_id=str(deal.pk), reason="他处成交", by=cast.stranger)


@pytest.mark.parametrize("verb", ["cancel", "default"])
def test_the_api_says_so_too(cast: Cast, verb: str) -> None:
    deal = imported(cast)
    client = APIClient()
    for person, status in ((cast.organiser, 409), (cast.stranger, 403)):
        client.force_authenticate(person)
        answer = client.post(f"/api/v1/deals/{deal.pk}/{verb}/", {"reason": "他处成交"})
        assert (answer.status_code, Deal.objects.get().state) == (status, deal.state)


@pytest.mark.parametrize("service", SERVICES)
def test_who_may_not_break_off_locks_nothing(
    cast: Cast, service: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    deal = make_deal(cast)
    locked: list[Any] = []
    monkeypatch.setattr(type(Right.objects), "lock", lambda self, **lookup: locked.append(lookup))
    refuses(NotAllowed, service, deal_id=str(deal.pk), reason="与我无关", by=cast.stranger)
    assert locked == []
