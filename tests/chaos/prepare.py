"""`python -m tests.chaos.prepare`: makes an empty database ready for chaos, and prints whom to bid as.

A hall under the standard rules is open for a day: the whole database lives at its opening.
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta

import tests.embedded_servers  # noqa: F401 - first: it sets up Django on the given database

from django.conf import settings  # isort: skip
from django.core.management import call_command

from exchange import clock
from exchange.accounts.tokens import token_of
from listings.auctions.models import Auction
from tests.factories import make_announcement, make_cast
from tests.listings.auctions.hall import admit, hear


def main() -> None:
    """Migrate, make the hall and its bidders, and move the database's clock to the opening."""
    settings.JOURNAL_DELIVERY = "sweep"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    call_command("migrate", verbosity=0)
    clock.install_movable_clock()
    cast = make_cast()
    announcement = make_announcement(cast)
    hear()
    auction = Auction.objects.get(listing=announcement.listing_id)
    people = [cast.farmer, cast.stranger, cast.bank, cast.bank2]
    admit(auction, *people)
    gap = auction.opens_at - clock.legal_now()
    clock.install_movable_clock(gap + timedelta(seconds=1))
    said = {"auction": str(auction.pk), "tokens": [token_of(person) for person in people]}
    sys.stdout.write(json.dumps(said) + "\n")


main()
