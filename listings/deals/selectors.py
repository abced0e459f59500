"""Reads of deals."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.db.models.fields.files import FieldFile

from exchange.accounts.models import Level, Role, User
from exchange.accounts.selectors import paths_of_code, within
from exchange.clock import legal_now
from exchange.identifiers import mask_name
from exchange.journal.models import Origin
from exchange.ledger.models import BankLine, SubAccount
from listings.auctions.models import Deposit
from listings.deals import policies
from listings.deals.models import Attestation, Contract, Deal, Instalment, PartyKind, Payout
from listings.registry.models import Collective


def public_deals() -> QuerySet[Deal]:
    """Return the deals that everybody may see, newest first: all whose result is published and stands."""
    return _ordered(Deal.objects.exclude(state__in=Deal.BROKEN_OFF))


def visible_deals(user: policies.Reader) -> QuerySet[Deal]:
    """Return the deals that `policies.may_view` lets the person see, newest first."""
    if not isinstance(user, User):
        return public_deals()
    return _ordered(Deal.objects.filter(~Q(state__in=Deal.BROKEN_OFF) | _own(user) | _of_office(user)))


def own_deals(user: User) -> QuerySet[Deal]:
    """Return the deals to which the person is a party, newest first."""
    return _ordered(Deal.objects.filter(_own(user)))


def _own(user: User) -> Q:
    as_agent = [m.organisation_id for m in user.memberships_as(Role.AGENT) if m.organisation_id]
    as_filer = [m.organisation_id for m in user.memberships_as(Role.FILER) if m.organisation_id]
    himself = Q(lessee_user=user, lessee_organisation=None)
    return himself | Q(lessee_organisation__in=as_agent) | Q(lessor_organisation__in=as_filer)


def _of_office(user: User) -> Q:
    return within(user.reach(*policies.OFFICES))


def _ordered(deals: QuerySet[Deal]) -> QuerySet[Deal]:
    return deals.select_related("division__parent__parent", "listing").order_by("-closed_on", "-pk")


def filtered(
    deals: QuerySet[Deal],
    *,
    division: str = "",
    right_kind: str = "",
    origin: str = "",
    first: date | None = None,
    last: date | None = None,
) -> QuerySet[Deal]:
    """Narrow deals to a division's code and all below it, a kind of right, days of the close, an origin.

    Without an origin the simulated ones are left out, as the figures leave them out; "all" takes every one.
    """
    if origin == "":
        deals = deals.exclude(origin=Origin.SIMULATED)
    elif origin != "all":
        deals = deals.filter(origin=origin)
    if division:
        deals = deals.filter(within(paths_of_code(division)))
    if right_kind:
        deals = deals.filter(right_kind=right_kind)
    if first:
        deals = deals.filter(closed_on__gte=first)
    return deals.filter(closed_on__lte=last) if last else deals


@dataclass(frozen=True, slots=True)
class DealPage:
    """Some deals and the key of those that follow ("" when none do)."""

    rows: list[Deal]
    next_key: str


def deal_page(deals: QuerySet[Deal], after: str, size: int = 20) -> DealPage:
    """Return up to `size` deals, newest first by day and key, that come after the key; a wrong key counts as none."""
    day, _comma, pk = after.partition(",")
    try:
        day_after = date.fromisoformat(day)
        deals = deals.filter(Q(closed_on__lt=day_after) | Q(closed_on=day_after, pk__lt=UUID(pk)))
    except ValueError:
        pass
    rows = list(deals[: size + 1])
    last = rows[size - 1] if len(rows) > size else None
    return DealPage(rows[:size], f"{last.closed_on},{last.pk}" if last else "")


@dataclass(frozen=True, slots=True)
class Names:
    """The names of both sides as the reader may see them."""

    lessor: str
    lessee: str
    masked: bool


def names(user: policies.Reader | None, deal: Deal) -> Names:
    """Return both sides' names; those of natural persons masked unless the reader may see them (PIPL 25)."""
    if user is not None and policies.may_see_names(user, deal):
        return Names(deal.lessor_name, deal.lessee_name, masked=False)
    return Names(_masked(deal.lessor_name, deal.lessor_kind), _masked(deal.lessee_name, deal.lessee_kind), masked=True)


def _masked(name: str, kind: str) -> str:
    return mask_name(name) if kind == PartyKind.PERSON else name


def current_contract(deal: Deal) -> Contract | None:
    """Return the newest version of the contract, None before the first."""
    return deal.contracts.order_by("-version").first()


def waits_for_winner(deal: Deal) -> bool:
    """Say whether it is the winner whose step is missing: his signature under the contract, or his payment."""
    contract = current_contract(deal)
    if deal.state == Deal.State.CONFIRMED:
        return contract is not None and contract.lessee_signed_at is None
    return deal.state == Deal.State.CONTRACTED


def is_late(deal: Deal) -> bool:
    """Say whether the winner's time for his step is over; never on a provisional day."""
    over = deal.due_at is not None and not deal.due_provisional and legal_now() >= deal.due_at
    return over and waits_for_winner(deal)


def valid_attestation(deal: Deal) -> Attestation | None:
    """Return the attestation in force, None when there is none."""
    return deal.attestations.filter(revoked_at=None).first()


def attestation_by_code(code: str) -> Attestation | None:
    """Return the attestation that bears the verify code, however it was typed; None when there is none."""
    plain = "".join(sign for sign in code.upper() if sign.isalnum())
    found = Attestation.objects.select_related("deal__division__parent__parent", "deal__listing")
    return found.filter(verify_code=plain).first()


def next_instalment(deal: Deal) -> Instalment | None:
    """Return the earliest instalment that is not fully paid, None when all are."""
    return deal.instalments.filter(paid_on=None).order_by("n").first()


def collective_of(deal: Deal) -> Collective | None:
    """Return the collective that leases, None for a lessor without land here."""
    if deal.lessor_organisation_id is None:
        return None
    return Collective.objects.select_related("organisation").filter(organisation=deal.lessor_organisation_id).first()


def waits_for_account(deal: Deal) -> bool:
    """Say whether rent waits for the collective to enter its account, or to enter it again."""
    if deal.state not in Deal.IN_USE or deal.listing_id is None:
        return False
    collective = collective_of(deal)
    missing = collective is not None and collective.bank_account == ""
    return missing or deal.payouts.filter(state=Payout.State.FAILED).exists()


def sub_account(deal: Deal) -> SubAccount | None:
    """Return the number at the bank under which the deal is paid, None before the contract is signed."""
    return SubAccount.objects.filter(
        purpose=SubAccount.Purpose.DEAL, subject_type=Deal._meta.label, subject_id=str(deal.pk)
    ).first()


def deposit_line(deposit: Deposit) -> BankLine:
    """Return the line of the bank's statement with which a deposit that was taken has come.

    The first of the payer that was enough and did not go back whole.
    """
    taken = BankLine.objects.filter(
        sub_account=deposit.sub_account_id,
        payer_name=deposit.payer_name,
        payer_account=deposit.payer_account,
        amount_fen__gte=deposit.amount_fen,
    )
    found = taken.exclude(returned_by__amount_fen=F("amount_fen")).order_by("line_number").first()
    assert found is not None, "a deposit is taken from a line of the statement"
    return found


class FileChanged(Exception):
    """A stored file no longer has the SHA-256 under which it was made; it must not be handed out."""


def sound_bytes(file: FieldFile, sha256: str) -> bytes:
    """Return the bytes of a stored document; `FileChanged` when they are not those that were made."""
    with file.open("rb") as opened:
        content = opened.read()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise FileChanged(f"{file.name} is not what was stored under {sha256}")
    return content


def managed_deals(user: User) -> QuerySet[Deal]:
    """Return the deals whose trade organiser the person is."""
    districts = [m.division.path for m in user.memberships_as(Role.ORGANISER) if m.division.level == Level.DISTRICT]
    return _ordered(Deal.objects.filter(within(districts)))


def deals_under_way(user: User) -> QuerySet[Deal]:
    """Return the deals of the person's places and villages that are neither completed nor broken off."""
    ended = [Deal.State.COMPLETED, *Deal.BROKEN_OFF]
    found = Deal.objects.filter(_own(user) | within(user.reach(Role.ORGANISER, Role.REVIEWER)))
    return _ordered(found.exclude(state__in=ended))
