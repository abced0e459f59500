"""The parameters that exist: what each one is called, and what a value of it looks like."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from exchange.calendar import Unit


class Key(models.TextChoices):
    """A named parameter of the rulebook (规则参数), in the order in which a right's life meets them."""

    LEASE_TERM_MAX_MONTHS = "lease_term_max_months", _("Longest lease")
    RESOLUTION_ORGANS = "resolution_organs", _("Who may resolve on it")
    RESOLUTION_NOTICE_PERIOD = "resolution_notice_period", _("Notice before the members' meeting")
    TOWNSHIP_REVIEW_PERIOD = "township_review_period", _("Review by the township")
    DISTRICT_REVIEW_PERIOD = "district_review_period", _("Review by the district")
    FILING_PERIOD = "filing_period", _("Filing of the market-entry scheme before the deal")
    ANNOUNCEMENT_PERIOD = "announcement_period", _("Announcement before bidding")
    LISTING_WINDOW = "listing_window", _("Listing window")
    REGISTRATION_CLOSES_BEFORE = "registration_closes_before", _("Registration closes before bidding")
    DEPOSIT_DEFAULT_BP = "deposit_default_bp", _("Usual deposit, of the floor price")
    DEPOSIT_CAP_BP = "deposit_cap_bp", _("Highest deposit, of the floor price")
    MIN_BIDDERS = "min_bidders", _("Bidders needed")
    FREE_BIDDING_PERIOD = "free_bidding_period", _("Free bidding")
    EXTENSION_WINDOW = "extension_window", _("A bid this late extends the end")
    EXTENSION_LENGTH = "extension_length", _("The end moves to so long after that bid")
    MAX_EXTENSIONS = "max_extensions", _("Most extensions")
    MAX_RAISE_STEPS = "max_raise_steps", _("Largest single raise")
    RESUME_NOTICE_PERIOD = "resume_notice_period", _("Notice before a paused auction goes on")
    FAILED_SALE_CUT_BP = "failed_sale_cut_bp", _("Floor price cut after a failed sale without a new vote")
    REFUND_PERIOD = "refund_period", _("Deposits back to those who did not win")
    RESULT_PUBLICITY_PERIOD = "result_publicity_period", _("Publicity of the result")
    CONTRACT_PERIOD = "contract_period", _("Signing of the contract")
    PAYMENT_PERIOD = "payment_period", _("First payment")
    LEASE_RIGHT_MORTGAGEABLE = "lease_right_mortgageable", _("A leased right may be mortgaged")
    LTV_CAP_BP = "ltv_cap_bp", _("Highest loan, of the right's value")
    LOAN_MARGIN_MONTHS = "loan_margin_months", _("The loan ends before the right does, by")
    FILE_RETENTION_MONTHS = "file_retention_months", _("Files of a deal are kept")


ORGANS = ("assembly", "delegates")
MONTH, BASIS_POINT = "month", "bp"
HIGHEST_BP = 10_000


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _whole_or_none(value: Any) -> bool:
    return value is None or _whole(value)


def _some(value: Any) -> bool:
    return _whole(value) and value > 0


def _share(value: Any) -> bool:
    return _whole(value) and value <= HIGHEST_BP


def _truth(value: Any) -> bool:
    return isinstance(value, bool)


def _organs(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and set(value) <= set(ORGANS)


Shape = tuple[frozenset[str], Callable[[Any], bool]]
_PERIOD: Shape = (frozenset(Unit), _whole)
_BP: Shape = (frozenset({BASIS_POINT}), _share)
_OTHERS: dict[str, Shape] = {
    Key.LEASE_TERM_MAX_MONTHS: (frozenset({MONTH}), _some),
    Key.LOAN_MARGIN_MONTHS: (frozenset({MONTH}), _whole),
    Key.FILE_RETENTION_MONTHS: (frozenset({MONTH}), _some),
    Key.RESOLUTION_ORGANS: (frozenset({""}), _organs),
    Key.DEPOSIT_DEFAULT_BP: _BP,
    Key.DEPOSIT_CAP_BP: _BP,
    Key.FAILED_SALE_CUT_BP: _BP,
    Key.LTV_CAP_BP: _BP,
    Key.MIN_BIDDERS: (frozenset({"bidder"}), _some),
    Key.MAX_EXTENSIONS: (frozenset({"time"}), _whole_or_none),
    Key.MAX_RAISE_STEPS: (frozenset({"step"}), _whole_or_none),
    Key.LEASE_RIGHT_MORTGAGEABLE: (frozenset({""}), _truth),
}


def is_sound(key: str, value: Any, unit: str) -> bool:
    """Say whether `value` in `unit` is a possible value of the parameter `key`.

    Periods are whole numbers of a calendar unit, shares basis points up to 10,000, terms months.
    """
    units, fits = _OTHERS.get(key, _PERIOD)
    return key in Key.values and unit in units and fits(value)
