"""Why a press was refused, in words, and what to do next."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from exchange.clock import SHANGHAI
from exchange.errors import Refused, Text
from exchange.money import group_thousands
from listings.auctions.models import Auction
from listings.auctions.selectors import Press


class BidRefused(Refused):
    """A press that the hall has recorded and refused; `press` is the record."""

    def __init__(self, message: Text, code: str, field: str, press: Press) -> None:
        super().__init__(message, code, field)
        self.press = press


def refusal(press: Press, auction: Auction) -> BidRefused:
    """Return a refused press as a refusal: the sentence, the code of the record, and the wrong field if any."""
    words = _WORDS.get(press.reason)
    message = words(press, auction) if words else _("This bid cannot be taken. Reload the page and try again.")
    return BidRefused(message, press.reason, "amount_fen" if press.reason in _ABOUT_THE_AMOUNT else "", press)


def closed(auction: Auction) -> Refused:
    """Return the refusal of a press in a hall that is closed."""
    return Refused(_ended_at(auction), "closed")


def _ended_at(auction: Auction) -> Text:
    end = auction.ends_at.astimezone(SHANGHAI)
    return _("Bidding ended at %(time)s, so your bid could not be taken. See the record for the result.") % {
        "time": f"{end:%Y-%m-%d %H:%M:%S}"
    }


def _too_low(press: Press, auction: Auction) -> Text:
    return _("The least bid is now ¥%(least)s. Bid at least that much.") % {
        "least": group_thousands(press.next_min_fen)
    }


def _not_multiple(press: Press, auction: Auction) -> Text:
    step = auction.parsed_rules.step.at(press.price_fen or 0)
    return _("A bid lies whole steps of ¥%(step)s higher; the least is now ¥%(least)s. Choose such an amount.") % {
        "step": group_thousands(step),
        "least": group_thousands(press.next_min_fen),
    }


def _raise_too_large(press: Press, auction: Auction) -> Text:
    rules = auction.parsed_rules
    base = rules.start if press.price_fen is None else press.price_fen
    most = base + (rules.max_raise_steps or 0) * rules.step.at(base)
    return _("One bid may be at most ¥%(most)s now. If you meant that much, bid again after it.") % {
        "most": group_thousands(most)
    }


def _not_open(press: Press, auction: Auction) -> Text:
    start = auction.opens_at.astimezone(SHANGHAI)
    return _("Bidding begins at %(time)s. Come back then.") % {"time": f"{start:%Y-%m-%d %H:%M:%S}"}


_ABOUT_THE_AMOUNT = frozenset({"too_low", "not_multiple", "raise_too_large", "above_ceiling"})
_WORDS: dict[str, Callable[[Press, Auction], Text]] = {
    "too_low": _too_low,
    "not_multiple": _not_multiple,
    "raise_too_large": _raise_too_large,
    "not_open": _not_open,
    "closed": lambda press, auction: _ended_at(auction),
    "already_leading": lambda press, auction: _(
        "You already have the highest bid. Wait until somebody bids more than you."
    ),
    "no_deposit": lambda press, auction: _(
        "Your deposit has not arrived, so you cannot bid. See your registration for where it stands."
    ),
}
