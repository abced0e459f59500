"""The files of a listing: checked by their content, kept under their hash."""

from __future__ import annotations

import hashlib
import io

import filetype
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from PIL import Image, UnidentifiedImageError

from exchange.accounts.models import User
from exchange.errors import Refused
from exchange.journal.repeats import repeatable
from listings.catalogue.models import Document
from listings.catalogue.services.drafting import editable, record_listing

MEDIA_TYPES = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}
PHOTO_PIXELS = 2000
MOST_PIXELS = 50_000_000


@repeatable
@transaction.atomic
def add_document(
    *, listing_id: str, kind: str, upload: UploadedFile, by: User, is_public: bool = False, request_key: str = ""
) -> Document:
    """Keep a PDF, JPEG or PNG. The type is read from the content, pictures are drawn anew (no hidden data, no GPS).

    The same file again is answered with the one that is there.
    """
    listing = editable(listing_id, by)
    if upload.size is None or upload.size > settings.UPLOAD_MAX_BYTES:
        raise Refused(
            _("This file is larger than %(most)s MB. Take the photo smaller or split the document.")
            % {"most": settings.UPLOAD_MAX_BYTES // 1024 // 1024},
            "too_large",
            "upload",
        )
    content = upload.read()
    media_type = _media_type(content)
    if media_type not in MEDIA_TYPES or (kind == Document.Kind.PHOTO and media_type == "application/pdf"):
        raise Refused(
            _("This is not a photo (JPG, PNG).")
            if kind == Document.Kind.PHOTO
            else _("This file is not a PDF, JPG or PNG. Take a photo of the paper or save it as PDF."),
            "wrong_type",
            "upload",
        )
    if media_type != "application/pdf":
        content = _drawn_anew(content)
        media_type = "image/jpeg"
    digest = hashlib.sha256(content).hexdigest()
    already = Document.objects.filter(listing=listing, kind=kind, sha256=digest).first()
    if already:
        return already
    document = Document(
        listing=listing,
        kind=kind,
        name=(upload.name or "")[-120:],
        sha256=digest,
        size=len(content),
        media_type=media_type,
        is_public=is_public or kind == Document.Kind.PHOTO,
        by=by,
    )
    document.file.save(f"{document.pk}.{MEDIA_TYPES[media_type]}", ContentFile(content), save=False)
    document.save()
    record_listing("listing.document_added", listing, by, document=kind, sha256=digest)
    return document


def _media_type(content: bytes) -> str:
    kind = filetype.guess(content[:8192])
    return kind.mime if kind else ""


def _drawn_anew(content: bytes) -> bytes:
    try:
        with Image.open(io.BytesIO(content)) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise Refused(_("This picture has too many pixels. Take it smaller."), "too_large", "upload")
            picture.thumbnail((PHOTO_PIXELS, PHOTO_PIXELS))
            kept = io.BytesIO()
            picture.convert("RGB").save(kept, "JPEG", quality=82, optimize=True)
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise Refused(_("This picture cannot be read. Take it again."), "unreadable", "upload") from error
    return kept.getvalue()


@repeatable
@transaction.atomic
def remove_document(*, listing_id: str, document_id: str, by: User, request_key: str = "") -> None:
    """Take a file out of a draft; that it was there stays in the journal, by its hash. A repeat changes nothing."""
    listing = editable(listing_id, by)
    document = Document.objects.filter(listing=listing, pk=document_id).first()
    if document is None:
        return
    record_listing("listing.document_removed", listing, by, document=document.kind, sha256=document.sha256)
    document.delete()
    transaction.on_commit(lambda: document.file.delete(save=False), robust=True)
