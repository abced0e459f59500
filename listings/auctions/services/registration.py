"""Registering for a hall (报名) and withdrawing from it."""

from __future__ import annotations

import secrets

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from exchange.accounts.models import Organisation, User
from exchange.clock import legal_now
from exchange.errors import Refused, require
from exchange.journal.repeats import repeatable
from exchange.journal.services import record
from exchange.ledger.models import SubAccount
from exchange.ledger.services.accounts import open_sub_account
from exchange.states import move
from listings.auctions import policies
from listings.auctions.models import Auction, Deposit, Registration
from listings.auctions.services.deposits import send_back

# No I and O: they look like 1 and 0.
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


@repeatable
@transaction.atomic
def register(*, auction_id: str, by: User, organisation_id: str | None = None, request_key: str = "") -> Registration:
    """Register a person, or the company that he represents, for a hall; a deposit sub-account is opened.

    Refused: the seller's side and the office (Auction Law 22, 30) "barred", after the deadline "too_late", a
    second time "already_registered", for a company one does not represent `NotAllowed`.
    """
    auction = Auction.objects.lock(pk=auction_id)
    require(
        policies.may_register(by, auction),
        _("Who sells here or works for the exchange cannot bid. Ask the exchange if you think this is wrong."),
        "barred",
    )
    organisation = _company(by, auction, organisation_id)
    if not auction.takes_registrations(legal_now()):
        raise Refused(
            _("Registration for this auction has closed. You may watch, and register for another one."), "too_late"
        )
    _require_first(auction, by, organisation)
    registration = Registration.objects.create(
        auction=auction,
        user=by,
        organisation=organisation,
        name=organisation.name if organisation else by.full_name,
        paddle=_free_paddle(auction),
    )
    sub_account = open_sub_account(
        purpose=SubAccount.Purpose.DEPOSIT,
        subject=registration,
        division=auction.division,
        payer_name=registration.name,
    )
    Deposit.objects.create(registration=registration, amount_fen=auction.deposit_fen, sub_account=sub_account)
    record("registration.made", subject=registration, by=by, division=auction.division, origin=auction.origin)
    return registration


@repeatable
@transaction.atomic
def withdraw(*, registration_id: str, by: User, request_key: str = "") -> Registration:
    """Take a registration back until registration closes; a deposit that has arrived goes back at once."""
    auction_id = Registration.objects.values_list("auction_id", flat=True).get(pk=registration_id)
    auction = Auction.objects.lock(pk=auction_id)
    registration = Registration.objects.lock(pk=registration_id)
    require(policies.may_withdraw(by, registration), _("Only the person who registered can withdraw."))
    if not auction.takes_registrations(legal_now()):
        raise Refused(
            _("Registration has closed; you can no longer withdraw. You need not bid, and the deposit will come back."),
            "too_late",
        )
    deposit = Deposit.objects.lock(registration=registration)
    if deposit.state == Deposit.State.HELD:
        send_back(deposit, by)
    elif deposit.state == Deposit.State.DUE:
        move(deposit, Deposit.State.NOT_PAID, settled_at=legal_now())
    move(registration, Registration.State.WITHDRAWN)
    record("registration.withdrawn", subject=registration, by=by, division=auction.division, origin=auction.origin)
    return registration


def _company(by: User, auction: Auction, organisation_id: str | None) -> Organisation | None:
    if not organisation_id:
        return None
    require(
        policies.may_act_for(by, organisation_id),
        _("You do not represent this company here. Ask the exchange to enter you as its representative."),
    )
    organisation = Organisation.objects.get(pk=organisation_id)
    require(
        organisation.pk != auction.listing.collective.organisation_id,
        _("The seller cannot bid for its own listing."),
        "barred",
    )
    return organisation


def _require_first(auction: Auction, by: User, organisation: Organisation | None) -> None:
    live = auction.registrations.exclude(state=Registration.State.WITHDRAWN)
    if live.filter(user=by).exists():
        raise Refused(_("You are already registered for this auction. See “My auctions”."), "already_registered")
    if organisation and live.filter(organisation=organisation).exists():
        raise Refused(
            _("This company is already registered for this auction by another representative."),
            "already_registered",
            "organisation_id",
        )


def _free_paddle(auction: Auction) -> str:
    """Return a random number that nobody in this hall has: it must not tell who came first or how many there are."""
    taken = set(auction.registrations.values_list("paddle", flat=True))
    digits = 2 if len(taken) < 1000 else 4
    while True:
        paddle = f"{secrets.choice(LETTERS)}{secrets.randbelow(10**digits - 1) + 1:0{digits}d}"
        if paddle not in taken:
            return paddle
