"""Files of a listing: removed after a second look, gone from the disk, and none left behind by a rollback."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from exchange.clock import legal_day, legal_now
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
    (lost,) = files(media) - named()
    grow_old(media)
    assert [sweep_unnamed_files(), sweep_unnamed_files()] == [1, 0]
    assert files(media) == named() | {f"trash/{legal_day()}/{lost}"}
    assert len(named()) == 4


def grow_old(media: Path) -> None:
    """Let all files be two days old."""
    old = (legal_now() - timedelta(days=2)).timestamp()
    for name in files(media):
        os.utime(media / name, (old, old))


def test_the_trash_is_kept_for_thirty_days(cast: Cast, media: Path, pass_time: Callable[..., None]) -> None:
    make_draft(cast)
    (media / "lost.pdf").write_bytes(b"lost")
    grow_old(media)
    assert sweep_unnamed_files() == 1
    pass_time(days=30)
    assert sweep_unnamed_files() == 0
    assert len(files(media) - named()) == 1
    pass_time(days=1)
    assert sweep_unnamed_files() == 0
    assert files(media) == named()


def test_a_file_that_a_row_names_again_comes_back_out_of_the_trash(cast: Cast, media: Path) -> None:
    document = one_of(make_draft(cast))
    name, kept = document.file.name, (media / document.file.name).read_bytes()
    Document.objects.filter(pk=document.pk).update(file="elsewhere.pdf")
    grow_old(media)
    assert sweep_unnamed_files() == 1
    assert name not in files(media)
    Document.objects.filter(pk=document.pk).update(file=name)
    assert sweep_unnamed_files() == 0
    assert (files(media), (media / name).read_bytes()) == (named(), kept)


def test_a_database_that_names_too_few_of_the_files_is_refused_loudly(
    cast: Cast, media: Path, caplog: pytest.LogCaptureFixture
) -> None:
    make_draft(cast)
    for number in range(21):
        (media / f"contract-{number}.pdf").write_bytes(b"signed")
    grow_old(media)
    before = files(media)
    assert (sweep_unnamed_files(), files(media)) == (0, before)
    assert "is this the right database?" in caplog.text
    (media / "contract-20.pdf").unlink()
    assert sweep_unnamed_files() == 20
