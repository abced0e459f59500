"""Files of a listing: removed after a second look, gone from the disk, and none left behind by a rollback."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from exchange.clock import legal_now
from exchange.errors import NotAllowed, WrongState
from exchange.journal.models import Event
from exchange.uploads import sweep_unnamed_files
from listings.catalogue.models import Document, Listing
from listings.catalogue.services import documents, drafting
from tests.factories import Cast, make_draft, paper


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


def files(media: Path) -> set[str]:
    return {str(path.relative_to(media)) for path in media.rglob("*") if path.is_file()}


def named() -> set[str]:
    return set(Document.objects.values_list("file", flat=True))


def one_of(listing: Listing) -> Document:
    return listing.documents.filter(kind=Document.Kind.SCHEME).get()


def visitor(user: Any) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    return client


def removal(document: Document) -> str:
    return reverse("catalogue:remove_document", args=[document.listing_id, document.pk])


def test_one_is_asked_before_a_file_is_removed(cast: Cast) -> None:
    document = one_of(make_draft(cast))
    client = visitor(cast.village)
    listed = client.get(reverse("catalogue:task", args=[document.listing_id, "documents"])).content.decode()
    assert f'<a class="btn sec" href="{removal(document)}"' in listed
    assert f'action="{removal(document)}"' not in listed
    asked = client.get(removal(document))
    assert (asked.status_code, Document.objects.filter(pk=document.pk).exists()) == (200, True)
    assert "Remove this file?" in asked.content.decode()
    assert document.name in asked.content.decode()
    key = asked.context["form"]["request_key"].value()
    for _second_click in range(2):
        answer = client.post(removal(document), {"request_key": key}, follow=True)
        assert (answer.status_code, Document.objects.filter(pk=document.pk).exists()) == (200, False)
    assert Event.objects.filter(kind="listing.document_removed").count() == 1
    assert client.get(removal(document)).status_code == 404


def test_a_file_of_a_submitted_listing_is_not_removed(cast: Cast) -> None:
    listing = make_draft(cast)
    document = one_of(listing)
    drafting.submit_listing(listing_id=str(listing.pk), by=cast.village)
    with pytest.raises(WrongState):
        documents.remove_document(listing_id=str(listing.pk), document_id=str(document.pk), by=cast.village)
    assert visitor(cast.village).get(removal(document)).status_code == 404
    assert Document.objects.filter(pk=document.pk).exists()


def test_only_the_own_listings_file_is_removed(cast: Cast) -> None:
    listing, other = make_draft(cast), make_draft(cast)
    documents.remove_document(listing_id=str(listing.pk), document_id=str(one_of(other).pk), by=cast.village)
    with pytest.raises(NotAllowed):
        documents.remove_document(listing_id=str(other.pk), document_id=str(one_of(other).pk), by=cast.stranger)
    assert one_of(other)


@pytest.mark.django_db(transaction=True)
def test_a_removed_file_is_gone_after_the_commit_and_not_before(cast: Cast, media: Path) -> None:
    listing = make_draft(cast)
    document = one_of(listing)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        documents.remove_document(listing_id=str(listing.pk), document_id=str(document.pk), by=cast.village)
        raise ZeroDivisionError
    assert document.file.name in files(media)
    documents.remove_document(listing_id=str(listing.pk), document_id=str(document.pk), by=cast.village)
    assert files(media) == named()


def test_what_a_rolled_back_upload_leaves_is_swept_away_after_a_day(cast: Cast, media: Path) -> None:
    listing = make_draft(cast)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        documents.add_document(listing_id=str(listing.pk), kind="other", upload=paper("lost"), by=cast.village)
        raise ZeroDivisionError
    assert len(files(media) - named()) == 1
    assert sweep_unnamed_files() == 0
    old = (legal_now() - timedelta(days=2)).timestamp()
    for name in files(media):
        os.utime(media / name, (old, old))
    assert [sweep_unnamed_files(), sweep_unnamed_files()] == [1, 0]
    assert files(media) == named()
    assert len(named()) == 4
