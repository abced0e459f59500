"""Sealed offers as an immutable map from bidder to offer, cheap to extend with thousands of bidders.

A put copies one row of bucket references and one bucket, never all offers, and the old map stays valid.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple
from zlib import crc32

_BUCKETS = 128


class Offer(NamedTuple):
    """An amount in fen and its place in the order of arrival; a replaced offer has its newest place."""

    bidder: str
    amount: int
    place: int


@dataclass(frozen=True, slots=True)
class Offers:
    """All standing sealed offers. `arrived` counts all that were ever put, replaced ones included."""

    arrived: int = 0
    buckets: tuple[tuple[Offer, ...], ...] = ((),) * _BUCKETS

    def of(self, bidder: str) -> Offer | None:
        """The bidder's standing offer, or None."""
        for offer in self.buckets[_bucket(bidder)]:
            if offer.bidder == bidder:
                return offer
        return None

    def put(self, bidder: str, amount: int) -> "Offers":
        """A new map in which this is the bidder's only offer, and the latest of all."""
        at = _bucket(bidder)
        kept = tuple(offer for offer in self.buckets[at] if offer.bidder != bidder)
        changed = (*kept, Offer(bidder, amount, self.arrived))
        return Offers(self.arrived + 1, (*self.buckets[:at], changed, *self.buckets[at + 1 :]))

    def __iter__(self) -> Iterator[Offer]:
        """In the order of arrival."""
        offers = [offer for bucket in self.buckets for offer in bucket]
        return iter(sorted(offers, key=lambda offer: offer.place))

    def to_json(self) -> dict[str, object]:
        """Amounts in fen, in the order of arrival."""
        return {"arrived": self.arrived, "standing": [list(offer) for offer in self]}


def offers_from_json(value: dict) -> Offers:
    """What Offers.to_json wrote."""
    buckets: list[tuple[Offer, ...]] = [()] * _BUCKETS
    for bidder, amount, place in value["standing"]:
        at = _bucket(bidder)
        buckets[at] = (*buckets[at], Offer(bidder, amount, place))
    return Offers(value["arrived"], tuple(buckets))


def _bucket(bidder: str) -> int:
    # Not hash(): that differs from process to process, and a state may travel between them.
    return crc32(bidder.encode("utf-8", "surrogatepass")) % _BUCKETS
