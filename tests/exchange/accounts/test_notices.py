"""Everybody reads his notices in his own language, whoever has caused them."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from exchange.accounts.models import Notice
from listings.catalogue.models import Listing
from listings.catalogue.services import reviewing
from tests.factories import Cast, make_submitted


def returned_by_a_chinese_reviewer(cast: Cast) -> Listing:
    listing = make_submitted(cast)
    with translation.override("zh-hans"):
        reviewing.return_listing(listing_id=str(listing.pk), pins=[("price", "太低")], by=cast.town)
    return listing


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "“五星村废弃村小出租” came back with 1 things to mend."),
        ("zh-hans", "“五星村废弃村小出租”退回来了，有 1 处要改。"),
    ],
)
def test_a_notice_speaks_the_language_of_who_reads_it(cast: Cast, client: Client, language: str, words: str) -> None:
    listing = returned_by_a_chinese_reviewer(cast)
    client.force_login(cast.village)
    client.cookies["django_language"] = language
    page = client.get(reverse("accounts:notices")).content.decode()
    assert words in page
    assert f'href="{reverse("catalogue:tasks", args=[listing.pk])}"' in page


def test_a_notice_without_words_to_fill_in_is_read_as_it_is(cast: Cast) -> None:
    assert Notice(user=cast.village, phrase="利率 5% 到期").text == "利率 5% 到期"
