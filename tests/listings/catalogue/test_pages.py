"""The village's and the reviewers' pages say what a button has done."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import reverse

from exchange.clock import legal_day
from listings.catalogue.models import Listing
from listings.catalogue.services import drafting
from listings.registry.services import terms
from tests.factories import Cast, make_draft, make_right, make_submitted


def press(user: Any, name: str, listing: Listing) -> str:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    answer = client.post(
        reverse(f"catalogue:{name}", kwargs={"listing_id": listing.pk}), {"request_key": uuid.uuid4()}, follow=True
    )
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_village_reads_that_its_listing_was_submitted(cast: Cast) -> None:
    listing = make_draft(cast)
    assert "Submitted. The township looks at it first" in press(cast.village, "tasks", listing)
    assert Listing.objects.get(pk=listing.pk).state == Listing.State.TOWNSHIP_REVIEW


def test_a_task_of_a_listing_handed_in_leads_to_the_listing_and_says_why(cast: Cast) -> None:
    listing = make_submitted(cast)
    client = Client(headers={"accept-language": "en"})
    client.force_login(cast.village, "allauth.account.auth_backends.AuthenticationBackend")
    answer = client.get(reverse("catalogue:task", args=[listing.pk, "basics"]), follow=True)
    assert answer.redirect_chain == [(reverse("catalogue:listing", args=[listing.pk]), 302)]
    assert "This listing is handed in." in answer.content.decode()


def test_the_village_is_asked_once_more_before_it_withdraws(cast: Cast) -> None:
    listing = make_draft(cast)
    client = Client(headers={"accept-language": "en"})
    client.force_login(cast.village, "allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(reverse("catalogue:tasks", kwargs={"listing_id": listing.pk})).content.decode()
    assert page.index("<summary>Withdraw this listing</summary>") < page.index("Yes, withdraw it")
    assert "Withdrawn. What was filled in stays on file." in press(cast.village, "withdraw", listing)
    assert Listing.objects.get(pk=listing.pk).state == Listing.State.WITHDRAWN


def test_the_township_reads_that_its_listing_went_on(cast: Cast) -> None:
    listing = drafting.submit_listing(listing_id=str(make_draft(cast).pk), by=cast.village)
    assert f"Passed: “{listing.title}”. The next office has it now." in press(cast.town, "approve", listing)
    assert Listing.objects.get(pk=listing.pk).state == Listing.State.DISTRICT_REVIEW


def test_a_right_that_is_let_is_said_to_be_and_cannot_be_listed(cast: Cast) -> None:
    right, free = make_right(cast), make_right(cast)
    terms.derive_right(
        parent_id=str(right.pk),
        holder_name="李大山",
        holder_user=cast.farmer,
        term_from=legal_day(),
        term_to=legal_day() + timedelta(days=400),
        by=None,
    )
    client = Client(headers={"accept-language": "en"})
    client.force_login(cast.village, "allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(reverse("catalogue:village")).content.decode()
    address, offered = (reverse("catalogue:draft", kwargs={"right_id": one.pk}) for one in (right, free))
    assert [f'href="{address}"' in page, f'href="{offered}"' in page] == [False, True]
    assert page.count("let until ") == 1
    answer = client.post(address, {"title": "again", "request_key": "k"})
    assert answer.status_code == 409
    assert "This right is let until" in answer.content.decode()
    assert Listing.objects.count() == 0
