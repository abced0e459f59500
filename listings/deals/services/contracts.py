"""The contract: drawn up once from the deal, signed by both sides, unchanged ever after."""

from __future__ import annotations

import hashlib
import secrets

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from exchange.accounts.models import User
from exchange.clock import legal_day, legal_now
from exchange.errors import NotAllowed, Refused, WrongState, require
from exchange.journal.repeats import repeatable
from exchange.money import divide_half_up
from exchange.states import move
from listings.deals import policies, selectors
from listings.deals.documents.bodies import contract_body
from listings.deals.documents.render import Unprintable, contract_pdf
from listings.deals.models import Contract, Deal, Instalment, PriceUnit
from listings.deals.services.confirming import tell
from listings.deals.services.deadlines import begin_deadline
from listings.deals.services.payments import begin_payments
from listings.deals.services.recording import record_deal

# Contracts over collective construction land without these are void (Implementing Regulations 41).
BINDING_CLAUSES = ("planning_conditions", "industry_entry", "ecology")
BOUND_KINDS = ("construction_land",)


@repeatable
@transaction.atomic
def draw_up_contract(
    *,
    deal_id: str,
    by: User,
    planning_conditions: str = "",
    industry_entry: str = "",
    ecology: str = "",
    request_key: str = "",
) -> Contract:
    """Draw up the contract (合同) of a confirmed deal as a PDF; anew only while nobody has signed.

    A contract over collective construction land needs the planning conditions, the industry entry and the
    ecological requirements; without them it would be void (Implementing Regulations 41) and is refused.
    """
    deal = Deal.objects.lock(pk=deal_id)
    require(policies.manages(by, deal), _("Only the trade organiser of the district draws up the contract."))
    if deal.state != Deal.State.CONFIRMED:
        raise WrongState(_("A contract is drawn up once the result is confirmed and before it is signed."))
    clauses = {"planning_conditions": planning_conditions, "industry_entry": industry_entry, "ecology": ecology}
    clauses = {name: text.strip() for name, text in clauses.items()}
    _require_clauses(deal, clauses)
    before = selectors.current_contract(deal)
    if before and (before.lessor_signed_at or before.lessee_signed_at):
        raise WrongState(_("One side has already signed. A signed contract is not changed."))
    now = legal_now()
    number = f"HT{legal_day(now):%Y%m%d}{secrets.randbelow(10**8):08d}"
    body = contract_body(deal, number, clauses, instalment_amounts(deal), now)
    try:
        pdf = contract_pdf(body)
    except Unprintable as error:
        raise Refused(_unprintable(error), "unprintable", _field_of(error, clauses)) from error
    contract = Contract(deal=deal, version=before.version + 1 if before else 1, number=number, body=body, by=by)
    contract.sha256, contract.drawn_up_at = hashlib.sha256(pdf).hexdigest(), now
    contract.pdf.save("contract.pdf", ContentFile(pdf), save=False)
    contract.save(force_insert=True)
    record_deal("deal.drawn_up", deal, by, contract=number, version=contract.version, sha256=contract.sha256)
    begin_deadline(deal, now)
    tell(deal, gettext_noop("The contract of “%(title)s” is ready to be read and signed."))
    return contract


def _require_clauses(deal: Deal, clauses: dict[str, str]) -> None:
    if deal.right_kind not in BOUND_KINDS:
        return
    for name in BINDING_CLAUSES:
        if not clauses[name]:
            raise Refused(
                _(
                    "A contract over collective construction land without this clause is void "
                    "(Implementing Regulations of the Land Administration Law, article 41). Write it."
                ),
                "missing_clause",
                name,
            )


def _unprintable(error: Unprintable) -> str:
    return _("These characters cannot be printed: %(signs)s. Write them another way.") % {"signs": error.signs}


def _field_of(error: Unprintable, clauses: dict[str, str]) -> str:
    return next((name for name, text in clauses.items() if set(error.signs) & set(text)), "")


def instalment_amounts(deal: Deal) -> list[int]:
    """Return the amounts in fen, one for each year of the term and one for what is left; they sum to the whole."""
    if deal.price_unit == PriceUnit.YUAN_TOTAL or not deal.term_months:
        return [deal.amount_fen]
    years, rest = divmod(deal.term_months, 12)
    amounts = [deal.price_fen] * years
    return [*amounts, divide_half_up(deal.price_fen * rest, 12)] if rest else amounts


@repeatable
@transaction.atomic
def sign_contract(*, deal_id: str, sha256: str, by: User, request_key: str = "") -> Contract:
    """Sign for one's side: the lessor by an officer of the collective, the lessee by the winner.

    `sha256` is that of the version that was read: when another one has taken its place, it is refused ("changed").

    With the second signature the contract is made: the instalments stand, the sub-account for the payments
    opens, and the winner's deposit counts towards the first instalment.
    """
    deal = Deal.objects.lock(pk=deal_id)
    newest = selectors.current_contract(deal)
    if newest is None:
        raise WrongState(_("There is no contract to sign yet. The exchange draws it up first."))
    contract = Contract.objects.lock(pk=newest.pk)
    side = signing_side(by, deal, contract)
    if deal.state != Deal.State.CONFIRMED:
        raise WrongState(_("This contract is no longer to be signed. Reload the page to see where the deal stands."))
    if contract.sha256 != sha256:
        raise Refused(
            _("The contract was drawn up anew since you opened it. Read the new version, then sign."), "changed"
        )
    selectors.sound_bytes(contract.pdf, contract.sha256)
    now = legal_now()
    setattr(contract, f"{side}_signed_by", by)
    setattr(contract, f"{side}_signed_at", now)
    contract.save(update_fields=[f"{side}_signed_by", f"{side}_signed_at"])
    record_deal("deal.signed", deal, by, contract=contract.number, side=side, sha256=contract.sha256)
    if contract.is_signed:
        _make(deal, contract, by)
    return contract


def signing_side(by: User, deal: Deal, contract: Contract) -> str:
    """Return "lessor" or "lessee": the side for which the person can still sign; refused when there is none."""
    if by.pk in {contract.lessor_signed_by_id, contract.lessee_signed_by_id}:
        raise WrongState(_("You have already signed this contract."))
    sides = [("lessor", policies.is_lessor(by, deal)), ("lessee", policies.is_lessee(by, deal))]
    if not any(belongs for _side, belongs in sides):
        raise NotAllowed(_("Only an officer of the collective and the winner sign this contract."))
    for side, belongs in sides:
        if belongs and getattr(contract, f"{side}_signed_at") is None:
            return side
    raise WrongState(_("Your side has already signed this contract."))


def _make(deal: Deal, contract: Contract, by: User) -> None:
    Instalment.objects.bulk_create(
        Instalment(deal=deal, n=n, amount_fen=fen) for n, fen in enumerate(instalment_amounts(deal), start=1)
    )
    move(deal, Deal.State.CONTRACTED)
    begin_deadline(deal, legal_now())
    record_deal("deal.contracted", deal, by, contract=contract.number, sha256=contract.sha256)
    tell(deal, gettext_noop("The contract of “%(title)s” is signed by both sides."))
    begin_payments(deal, by)
