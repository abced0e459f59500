"""The hand-over on site (交地): one side writes the sheet, the other confirms, and the term begins."""

from __future__ import annotations

import hashlib
from calendar import monthrange
from datetime import date, timedelta
from io import BytesIO

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from PIL import Image, UnidentifiedImageError

from exchange.accounts.models import User
from exchange.clock import legal_day, legal_now
from exchange.errors import NotAllowed, Refused, WrongState
from exchange.journal.repeats import repeatable
from exchange.states import move
from exchange.templatetags.dates import day as shown_day
from listings.deals import policies
from listings.deals.models import Deal, Handover
from listings.deals.services.confirming import tell
from listings.deals.services.recording import record_deal

# From the second year on the rent is due so many days before the lease year begins (先付后用).
DUE_DAYS_BEFORE = 10
LARGEST_PHOTO = 10 * 1024 * 1024


def add_months(day: date, months: int) -> date:
    """Return the same day so many months later, or the last day of a month that has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@repeatable
@transaction.atomic
def hand_over(
    *,
    deal_id: str,
    on_day: date,
    place_note: str,
    by: User,
    photo: UploadedFile | None = None,
    request_key: str = "",
) -> Handover:
    """Write the sheet of the hand-over and confirm it for one's side; a sheet not yet confirmed is replaced.

    The day lies between the first payment and today; the photo, if any, is JPEG or PNG.
    """
    deal = Deal.objects.lock(pk=deal_id)
    side = _side(by, deal)
    if deal.state != Deal.State.PAID:
        raise WrongState(_("The land is handed over once the first payment has arrived."))
    _check_day(deal, on_day)
    if not place_note.strip():
        raise Refused(_("Write what was handed over: boundary stones, buildings, keys."), "missing", "place_note")
    sheet = Handover.objects.filter(deal=deal).first() or Handover(deal=deal)
    if sheet.is_confirmed:
        raise WrongState(_("Both sides have already confirmed the hand-over."))
    sheet.on_day, sheet.place_note = on_day, place_note.strip()
    for other in ("lessor", "lessee"):
        setattr(sheet, f"{other}_confirmed_by", None)
        setattr(sheet, f"{other}_confirmed_at", None)
    if photo is not None:
        _keep_photo(sheet, photo)
    _confirm(sheet, side, by)
    record_deal("deal.handover_written", deal, by, side=side, on_day=on_day.isoformat())
    tell(deal, gettext_noop("The hand-over of “%(title)s” waits to be confirmed by the other side."))
    return sheet


@repeatable
@transaction.atomic
def confirm_handover(*, deal_id: str, sha256: str, by: User, request_key: str = "") -> Handover:
    """Confirm the sheet that the other side has written and one has read; the term begins on its day.

    `sha256` is that of the sheet as it was shown: one that was changed since is refused ("changed").
    """
    deal = Deal.objects.lock(pk=deal_id)
    side = _side(by, deal)
    sheet = Handover.objects.select_for_update().filter(deal=deal).first()
    if deal.state != Deal.State.PAID or sheet is None:
        raise WrongState(_("There is no sheet of the hand-over to confirm. One side writes it first."))
    if by.pk in {sheet.lessor_confirmed_by_id, sheet.lessee_confirmed_by_id}:
        raise WrongState(_("You have confirmed the hand-over. It is the other side's turn."))
    if getattr(sheet, f"{side}_confirmed_at") is not None:
        raise WrongState(_("Your side has confirmed the hand-over. It is the other side's turn."))
    if sheet.sha256 != sha256:
        raise Refused(
            _("The other side has changed the sheet since you opened it. Read it again, then confirm."), "changed"
        )
    _confirm(sheet, side, by)
    _begin_term(deal, sheet.on_day)
    record_deal("deal.handed_over", deal, by, on_day=sheet.on_day.isoformat())
    tell(deal, gettext_noop("“%(title)s” is handed over. The term begins."))
    return sheet


def _side(by: User, deal: Deal) -> str:
    if policies.is_lessor(by, deal):
        return "lessor"
    if policies.is_lessee(by, deal):
        return "lessee"
    raise NotAllowed(_("Only the two sides of the contract write and confirm the hand-over."))


def _check_day(deal: Deal, on_day: date) -> None:
    if on_day > legal_day():
        raise Refused(_("The hand-over cannot be of a day to come."), "bad_day", "on_day")
    paid_on = deal.instalments.get(n=1).paid_on
    if paid_on and on_day < paid_on:
        raise Refused(
            _("The land is handed over after the first payment, which came on %(day)s.") % {"day": shown_day(paid_on)},
            "bad_day",
            "on_day",
        )


def _keep_photo(sheet: Handover, photo: UploadedFile) -> None:
    """Keep the picture drawn anew, so that nothing but the picture is kept: no place, no camera, no hidden part."""
    if (photo.size or 0) > LARGEST_PHOTO:
        raise Refused(_("The photo is larger than 10 MB. Choose a smaller one."), "too_large", "photo")
    try:
        with Image.open(photo) as opened:
            if opened.format not in {"JPEG", "PNG"}:
                raise UnidentifiedImageError
            picture = opened.convert("RGB")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError) as error:
        raise Refused(_("This is not a photo. Choose a JPEG or PNG file."), "bad_type", "photo") from error
    picture.thumbnail((2400, 2400))
    kept = BytesIO()
    picture.save(kept, "JPEG", quality=88)
    sheet.photo_sha256 = hashlib.sha256(kept.getvalue()).hexdigest()
    sheet.photo.save("photo.jpg", ContentFile(kept.getvalue()), save=False)


def _confirm(sheet: Handover, side: str, by: User) -> None:
    setattr(sheet, f"{side}_confirmed_by", by)
    setattr(sheet, f"{side}_confirmed_at", legal_now())
    sheet.save()


def _begin_term(deal: Deal, day: date) -> None:
    """Move the deal on; from now on every later instalment has its day."""
    for instalment in deal.instalments.filter(n__gt=1):
        begins = add_months(day, 12 * (instalment.n - 1))
        instalment.due_on = begins - timedelta(days=DUE_DAYS_BEFORE)
        instalment.save(update_fields=["due_on"])
    move(deal, Deal.State.HANDED_OVER, term_from=day, term_to=add_months(day, deal.term_months or 0))
