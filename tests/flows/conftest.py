"""Fixtures of the flows: the clock goes back to real time after each test."""

from tests.listings.auctions.conftest import real_time

__all__ = ["real_time"]
