"""Rent to the collective: what the lessee has paid goes on to the collective's own account, each instalment once."""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_noop

from exchange.accounts.services import notify
from exchange.clock import legal_day
from exchange.ledger.services.accounts import lock_accounts
from exchange.ledger.services.orders import order_payment
from exchange.money import group_thousands
from exchange.states import move
from listings.deals import selectors
from listings.deals.models import Deal, Instalment, Payout
from listings.deals.services.recording import record_deal
from listings.registry.models import Collective


@transaction.atomic
def pay_out_rent(*, deal_id: str) -> int:
    """Order every paid instalment of a deal that is handed over to the collective's account; return how many.

    Before the hand-over the rent stays with the exchange (先付款后用地): nobody has the land yet. Without an account
    of the collective nothing is ordered; entering one tries again, also what the bank has refused.
    """
    deal = Deal.objects.lock(pk=deal_id)
    if deal.state not in Deal.IN_USE:
        return 0
    collective = selectors.collective_of(deal)
    if collective is None or not collective.bank_account:
        return 0
    paid = deal.instalments.filter(paid_on__isnull=False).select_related("payout").order_by("n")
    return sum(_pay_out(deal, instalment, collective) for instalment in paid)


@transaction.atomic
def pay_out_for_collective(*, collective_id: str) -> int:
    """Order what waits for the account of a collective, deal by deal; return how many instalments.

    All deals are locked first and all accounts after them: who holds a deal's account never waits for a deal.
    """
    owner = Collective.objects.values_list("organisation_id", flat=True).get(pk=collective_id)
    waiting = Deal.objects.filter(lessor_organisation=owner, state__in=Deal.IN_USE)
    deals = Deal.objects.lock_all(waiting.values_list("pk", flat=True))
    subs = [sub for deal in deals if (sub := selectors.sub_account(deal))]
    lock_accounts(account_ids=[sub.account_id for sub in subs], with_transit=bool(subs))
    return sum(pay_out_rent(deal_id=str(deal.pk)) for deal in deals)


def _pay_out(deal: Deal, instalment: Instalment, collective: Collective) -> bool:
    payout = getattr(instalment, "payout", None)
    if payout is not None and payout.state != Payout.State.FAILED:
        return False
    if payout is None:
        payout = Payout(deal=deal, instalment=instalment, amount_fen=instalment.amount_fen)
    attempt = payout.attempts + 1
    changes = {
        "attempts": attempt,
        "to_name": collective.organisation.name,
        "to_account": collective.bank_account,
        "reference": f"rent-{payout.pk}-{attempt}",
    }
    if payout.state == Payout.State.FAILED:
        move(payout, Payout.State.ORDERED, **changes)
    else:
        for name, value in changes.items():
            setattr(payout, name, value)
        payout.save(force_insert=True)
    sub = selectors.sub_account(deal)
    assert sub is not None, "a deal that was paid has a sub-account"
    order_payment(
        account_id=sub.account_id,
        to_name=payout.to_name,
        to_account=payout.to_account,
        amount_fen=payout.amount_fen,
        reference=payout.reference,
        memo="rent",
        by=None,
    )
    record_deal("deal.rent_ordered", deal, None, amount_fen=payout.amount_fen, instalment=instalment.n)
    return True


@transaction.atomic
def settle_payout(*, reference: str, paid: bool) -> None:
    """React to the bank's word about an order, once; references that are not ours are left to others."""
    deal_id = Payout.objects.filter(reference=reference).values_list("deal_id", flat=True).first()
    if deal_id is None:
        return
    deal = Deal.objects.lock(pk=deal_id)
    payout = Payout.objects.lock(deal=deal_id, reference=reference)
    if payout.state != Payout.State.ORDERED:
        return
    if paid:
        move(payout, Payout.State.PAID, paid_on=legal_day())
        record_deal("deal.rent_paid_out", deal, None, amount_fen=payout.amount_fen, instalment=payout.instalment.n)
        _tell(deal, payout, gettext_noop("The rent of ¥%(fen)s for “%(title)s” is paid to the collective's account."))
    else:
        move(payout, Payout.State.FAILED)
        record_deal("deal.rent_refused", deal, None, amount_fen=payout.amount_fen, instalment=payout.instalment.n)
        text = gettext_noop(
            "The bank has refused the rent of ¥%(fen)s for “%(title)s”. Check the collective's account, enter it anew."
        )
        _tell(deal, payout, text)


def _tell(deal: Deal, payout: Payout, text: str) -> None:
    if deal.listing is not None:
        words = {"title": deal.title, "fen": group_thousands(payout.amount_fen)}
        notify(user=deal.listing.filer, text=text, words=words, url=reverse("deals:deal", kwargs={"pk": deal.pk}))
