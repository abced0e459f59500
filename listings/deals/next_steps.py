"""What the person who looks at a deal can do next, as buttons of its page."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from exchange.clock import legal_now
from listings.deals import policies, selectors
from listings.deals.models import Contract, Deal

S = Deal.State


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: where, and in what words; `strong` for the one that brings the deal on."""

    label: str
    address: str
    strong: bool = True


def next_steps(user: policies.Reader, deal: Deal) -> list[Step]:
    """Return what this person can do now, the most important first; empty for who can only look."""
    found = _of_sides(user, deal) if policies.is_party(user, deal) else []
    return found + (_of_organiser(user, deal) if policies.manages(user, deal) else [])


def _step(deal: Deal, name: str, label: str, *, strong: bool = True) -> Step:
    return Step(label, reverse(f"deals:{name}", kwargs={"pk": deal.pk}), strong)


def _of_sides(user: policies.Reader, deal: Deal) -> list[Step]:
    contract = selectors.current_contract(deal)
    if deal.state == S.CONFIRMED and contract and _can_sign(user, deal, contract):
        return [_step(deal, "sign", _("Read and sign the contract"))]
    if policies.is_lessor(user, deal) and selectors.waits_for_account(deal):
        collective = selectors.collective_of(deal)
        address = reverse("registry:account", kwargs={"pk": collective.pk}) if collective else ""
        return [Step(_("Enter the collective's account for the rent"), address)]
    if deal.state != S.PAID:
        return []
    sheet = getattr(deal, "handover", None)
    side = "lessor" if policies.is_lessor(user, deal) else "lessee"
    write = _step(deal, "hand_over", _("Write the hand-over sheet"), strong=sheet is None)
    if sheet and getattr(sheet, f"{side}_confirmed_at") is None:
        return [_step(deal, "confirm_handover", _("Confirm the hand-over")), write]
    return [write]


def _can_sign(user: policies.Reader, deal: Deal, contract: Contract) -> bool:
    return (policies.is_lessor(user, deal) and contract.lessor_signed_at is None) or (
        policies.is_lessee(user, deal) and contract.lessee_signed_at is None
    )


def _may_still_be_cancelled(deal: Deal) -> bool:
    return deal.publicity_provisional or deal.publicity_to is None or legal_now() < deal.publicity_to


def _default_steps(user: policies.Reader, deal: Deal) -> list[Step]:
    """Propose it; or confirm or turn down what a colleague has proposed; or take one's own proposal back."""
    if deal.default_proposed_by_id is None:
        return [_step(deal, "default", _("Declare that the winner has backed out"), strong=False)]
    if deal.default_proposed_by_id == user.pk:
        return [_step(deal, "decline_default", _("Take the proposal back"), strong=False)]
    confirm = _step(deal, "default", _("Confirm that the winner has backed out"))
    return [confirm, _step(deal, "decline_default", _("Turn the proposal down"), strong=False)]


def _of_organiser(user: policies.Reader, deal: Deal) -> list[Step]:
    contract = selectors.current_contract(deal)
    if deal.state == S.PUBLICITY and _may_still_be_cancelled(deal):
        return [_step(deal, "cancel", _("Cancel the result"), strong=False)]
    if deal.state == S.CONFIRMED and not (contract and (contract.lessor_signed_at or contract.lessee_signed_at)):
        again = _step(deal, "draw_up", _("Draw up the contract"), strong=contract is None)
        return [again, *_default_steps(user, deal)] if selectors.is_late(deal) else [again]
    if selectors.is_late(deal):
        return _default_steps(user, deal)
    attested = selectors.valid_attestation(deal) is not None
    steps = []
    if deal.state in {S.HANDED_OVER, S.COMPLETED} and deal.listing_id:
        if not attested:
            steps.append(_step(deal, "attest", _("Issue the attestation")))
        elif deal.state == S.HANDED_OVER:
            steps.append(_step(deal, "certificate", _("Enter the certificate")))
        if attested:
            steps.append(_step(deal, "revoke", _("Revoke the attestation"), strong=False))
    return steps
