"""The village's part: draft, fill in, submit, withdraw."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from exchange.accounts.models import User
from exchange.clock import legal_day, legal_now
from exchange.errors import Refused, WrongState, require
from exchange.journal.repeats import repeatable
from exchange.journal.services import record
from exchange.money import group_thousands, share_bp
from exchange.rulebook.selectors import rule
from exchange.states import move
from listings.catalogue import policies, selectors, voting
from listings.catalogue.models import Listing, Resolution
from listings.registry.models import Encumbrance, Right
from listings.registry.services import encumbrances

DEMONSTRATION_RULES = "demonstration"
NOT_YOURS = _("Only an officer of the collective that owns this right can do this.")
CLOSED = _("This listing is under way and can no longer be changed. Ask the reviewer to return it.")


def editable(listing_id: str, by: User) -> Listing:
    """Lock and return a listing that its own collective's officer may still change."""
    listing = Listing.objects.lock(pk=listing_id)
    require(policies.files_for(by, listing), NOT_YOURS)
    if not listing.is_editable:
        raise WrongState(CLOSED)
    return listing


@repeatable
@transaction.atomic
def draft_listing(
    *, right_id: str, title: str, by: User, rule_code: str = "standard", origin: str = "", request_key: str = ""
) -> Listing:
    """Begin a listing of a right that the officer's collective holds. The demonstration's rules need its setting."""
    right = Right.objects.lock(pk=right_id)
    require(policies.may_draft(by, right), NOT_YOURS)
    if right.state != Right.State.ACTIVE:
        raise Refused(_("This right has ended. Choose another one."), "ended", "right")
    encumbrances.check_not_let(right)
    if not title.strip():
        raise Refused(_("Give the listing a title that says what and where it is."), "missing", "title")
    if rule_code == DEMONSTRATION_RULES and not settings.DEMONSTRATION:
        raise Refused(_("The demonstration's rules are only for demonstrations."), "not_here", "rule_code")
    listing = Listing.objects.create(
        right=right,
        collective=right.holder_organisation.collective,
        division=right.division,
        right_kind=right.kind,
        title=title.strip(),
        area_m2=right.area_m2,
        rule_code=rule_code,
        filer=by,
        origin=origin or right.origin,
    )
    record_listing("listing.drafted", listing, by)
    return listing


def record_listing(kind: str, listing: Listing, by: User | None, **data: Any) -> None:
    """Record an event of a listing with its division, kind, area and origin."""
    record(
        kind,
        subject=listing,
        by=by,
        division=listing.division,
        right_kind=listing.right_kind,
        area_m2=listing.area_m2,
        origin=listing.origin,
        data=data,
    )


@repeatable
@transaction.atomic
def set_basics(
    *, listing_id: str, title: str, summary: str, use_text: str, term_months: int, by: User, request_key: str = ""
) -> Listing:
    """Enter title, use and term. A lease longer than the rule allows is refused (Civil Code 705: 20 years)."""
    listing = editable(listing_id, by)
    longest = rule(
        "lease_term_max_months",
        right_kind=listing.right_kind,
        division=listing.division,
        code=listing.rule_code,
    )
    if term_months > longest.value:
        raise Refused(
            _(
                "A lease may run for at most %(years)s years; what is longer is void (Civil Code, article 705). "
                "Write %(months)s months or less."
            )
            % {"years": longest.value // 12, "months": longest.value},
            "term_too_long",
            "term_months",
        )
    if term_months < 1:
        raise Refused(_("The lease runs for at least one month."), "term_too_short", "term_months")
    if listing.right.term_to and _months_left(listing.right.term_to) < term_months:
        raise Refused(_("The lease would end after the right itself (Civil Code 354)."), "term_too_long", "term_months")
    listing.title, listing.summary = title.strip() or listing.title, summary
    listing.use_text, listing.term_months = use_text, term_months
    listing.save(update_fields=["title", "summary", "use_text", "term_months"])
    record_listing("listing.changed", listing, by, task="basics")
    return listing


def _months_left(end: date) -> int:
    """Return the whole months from today until before `end`."""
    today = legal_day()
    return (end.year - today.year) * 12 + end.month - today.month - (end.day < today.day)


@repeatable
@transaction.atomic
def set_price(
    *, listing_id: str, start_price_fen: int, step_fen: int, deposit_fen: int, by: User, request_key: str = ""
) -> Listing:
    """Enter start price and step (fen per year) and deposit (fen); the deposit is capped by the rule's share."""
    listing = editable(listing_id, by)
    if start_price_fen <= 0:
        raise Refused(_("The start price must be more than 0."), "too_low", "start_price_fen")
    resolution = getattr(listing, "resolution", None)
    if resolution and start_price_fen < resolution.floor_price_fen:
        raise Refused(
            _("The members decided on at least ¥%(floor)s a year. The start price cannot be lower.")
            % {"floor": group_thousands(resolution.floor_price_fen)},
            "below_floor",
            "start_price_fen",
        )
    if not 0 < step_fen <= start_price_fen:
        raise Refused(_("The step is more than 0 and not more than the start price."), "bad_step", "step_fen")
    cap = rule("deposit_cap_bp", right_kind=listing.right_kind, division=listing.division, code=listing.rule_code)
    most = share_bp(start_price_fen, cap.value)
    if not 0 < deposit_fen <= most:
        raise Refused(
            _("The deposit may be at most %(share)s %% of the start price, here ¥%(most)s.")
            % {"share": cap.value // 100, "most": group_thousands(most)},
            "deposit_too_high",
            "deposit_fen",
        )
    listing.start_price_fen, listing.step_fen, listing.deposit_fen = start_price_fen, step_fen, deposit_fen
    listing.save(update_fields=["start_price_fen", "step_fen", "deposit_fen"])
    record_listing("listing.changed", listing, by, task="price")
    return listing


@repeatable
@transaction.atomic
def enter_resolution(
    *,
    listing_id: str,
    organ: str,
    eligible: int,
    present: int,
    in_favour: int,
    notice_on: date,
    meeting_on: date,
    floor_price_fen: int,
    by: User,
    failed_sale_cut_bp: int = 0,
    request_key: str = "",
) -> Resolution:
    """Enter the members' vote (RCEO Law 26–28): two thirds of all in integers, notice at least ten days before."""
    listing = editable(listing_id, by)
    _check_meeting(listing, notice_on, meeting_on)
    try:
        passed = voting.passes(organ, eligible, present, in_favour)
    except ValueError as error:
        raise Refused(
            _("Those in favour cannot be more than those present, nor these more than all who may vote."),
            "bad_count",
            "in_favour",
        ) from error
    if not passed:
        raise Refused(
            _("%(for)s of %(all)s is not two thirds of all: at least %(needed)s votes in favour are needed.")
            % {"for": in_favour, "all": eligible, "needed": voting.needed(eligible)},
            "not_passed",
            "in_favour",
        )
    if floor_price_fen <= 0:
        raise Refused(_("The members also decide the lowest price. Write it."), "missing", "floor_price_fen")
    if listing.start_price_fen and listing.start_price_fen < floor_price_fen:
        raise Refused(
            _("The start price already entered is lower than this. Change it first."), "below_floor", "floor_price_fen"
        )
    resolution, _fresh = Resolution.objects.update_or_create(
        listing=listing,
        defaults={
            "organ": organ,
            "eligible": eligible,
            "present": present,
            "in_favour": in_favour,
            "notice_on": notice_on,
            "meeting_on": meeting_on,
            "floor_price_fen": floor_price_fen,
            "failed_sale_cut_bp": failed_sale_cut_bp,
        },
    )
    record_listing("listing.changed", listing, by, task="resolution", in_favour=in_favour, eligible=eligible)
    return resolution


def _check_meeting(listing: Listing, notice_on: date, meeting_on: date) -> None:
    if meeting_on > legal_day():
        raise Refused(_("The meeting has not been held yet."), "bad_day", "meeting_on")
    notice = rule(
        "resolution_notice_period",
        right_kind=listing.right_kind,
        division=listing.division,
        code=listing.rule_code,
    )
    days = notice.value if notice.unit == "calendar_day" else 0
    if (meeting_on - notice_on).days < days:
        raise Refused(
            _("The members are called at least %(days)s days before the meeting (RCEO Law, article 27).")
            % {"days": days},
            "notice_too_short",
            "notice_on",
        )


@repeatable
@transaction.atomic
def submit_listing(*, listing_id: str, by: User, request_key: str = "") -> Listing:
    """Send a complete listing to the township's review; from then on its right is locked against another one."""
    right_id = Listing.objects.values_list("right_id", flat=True).get(pk=listing_id)
    Right.objects.lock(pk=right_id)
    listing = editable(listing_id, by)
    lacks = selectors.missing(listing)
    if lacks:
        raise Refused(
            _("Still missing: %(what)s.") % {"what": "; ".join(str(lack.text) for lack in lacks)}, "incomplete"
        )
    if listing.state == Listing.State.DRAFT:
        encumbrances.encumber(
            right_id=str(right_id),
            kind=Encumbrance.Kind.LISTING,
            holder_name=listing.collective.organisation.name,
            reference=str(listing.pk),
            by=by,
        )
    now = legal_now()
    move(listing, Listing.State.TOWNSHIP_REVIEW, round=listing.round + 1, submitted_at=now, state_since=now)
    record_listing("listing.submitted", listing, by, round=listing.round)
    return listing


@repeatable
@transaction.atomic
def withdraw_listing(*, listing_id: str, by: User, request_key: str = "") -> Listing:
    """Take a listing back before it is announced; its right is free again."""
    right_id = Listing.objects.values_list("right_id", flat=True).get(pk=listing_id)
    Right.objects.lock(pk=right_id)
    listing = Listing.objects.lock(pk=listing_id)
    require(policies.files_for(by, listing), NOT_YOURS)
    move(listing, Listing.State.WITHDRAWN, state_since=legal_now())
    free_right(listing, by)
    record_listing("listing.withdrawn", listing, by)
    return listing


def free_right(listing: Listing, by: User | None) -> None:
    """Lift the listing's lock off its right, inside the caller's transaction."""
    encumbrances.lift(right_id=str(listing.right_id), kind=Encumbrance.Kind.LISTING, reference=str(listing.pk), by=by)
