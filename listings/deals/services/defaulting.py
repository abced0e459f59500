"""A winner who does not sign or does not pay (悔拍、违约): one organiser says so after his time, another confirms."""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from exchange.accounts.models import Level, Role, User
from exchange.accounts.selectors import holders
from exchange.accounts.services import notify
from exchange.clock import legal_now
from exchange.errors import NotAllowed, Refused, WrongState
from exchange.journal.repeats import repeatable
from exchange.journal.services import record
from exchange.ledger.models import Account, BankLine, SubAccount
from exchange.ledger.services.accounts import lock_accounts, open_account
from exchange.money import group_thousands
from exchange.states import move
from listings.auctions.services.deposits import forfeit_deposit
from listings.catalogue.services.announcing import break_off_listing
from listings.deals import selectors
from listings.deals.models import Deal, Payment
from listings.deals.services.breaking_off import lock_to_break_off
from listings.deals.services.confirming import tell
from listings.deals.services.deadlines import settled_deadline
from listings.deals.services.payments import WITHOUT_ACCOUNT
from listings.deals.services.recording import closing_facts, record_deal
from listings.deals.services.returning import send_back

WHOSE = gettext_lazy("Only the trade organiser of the district declares this.")


@repeatable
@transaction.atomic
def propose_default(*, deal_id: str, reason: str, by: User, request_key: str = "") -> Deal:
    """Propose to declare that the winner has let his time for signing or paying pass (悔拍), and say why.

    Nothing happens to him before another organiser has confirmed (`confirm_default`).
    """
    deal = _lock_late(deal_id, by)
    if deal.default_proposed_by_id is not None:
        raise WrongState(_("A proposal waits here already. Reload the page and read it."))
    if not reason.strip():
        raise Refused(_("Say what the winner has not done; both sides read it."), "missing", "reason")
    deal.default_reason, deal.default_proposed_by = reason.strip()[:300], by
    deal.default_proposals += 1
    deal.save(update_fields=["default_reason", "default_proposed_by", "default_proposals"])
    record_deal("deal.default_proposed", deal, by, proposal=deal.default_proposals)
    _tell_organisers(deal, gettext_noop("A colleague proposes to declare “%(title)s” broken off. Please check it."), by)
    return deal


@repeatable
@transaction.atomic
def confirm_default(*, deal_id: str, proposal: int, by: User, request_key: str = "") -> Deal:
    """Declare the default that another organiser has proposed: maker and checker are two people (经办、复核分离).

    The winner's deposit is forfeited (法释〔2016〕18号 art. 24) and kept apart until the exchange has decided on the
    damage; what he paid beyond it goes back. The right is free to be listed again, and `deal.defaulted` takes back
    in the figures what `deal.closed` has put there. Never before the deadline, never on a provisional one, and
    never before money that the bank has booked is counted ("payment_under_way"). `proposal` is the number of the
    proposal that was looked at; a newer one is refused as "changed".
    """
    deal = _lock_late(deal_id, by)
    _require_proposal(deal, proposal)
    if deal.default_proposed_by_id == by.pk:
        raise NotAllowed(_("You proposed this yourself. Another organiser has to confirm it."), "same_person")
    _settle_money(deal, by)
    move(deal, Deal.State.DEFAULTED, note=deal.default_reason, remind_at=None, default_confirmed_by=by)
    break_off_listing(listing_id=str(deal.listing_id), by=by)
    facts = closing_facts(deal)
    del facts["day"]
    facts["data"] = {**facts["data"], "reason": deal.note, "closed_on": deal.closed_on.isoformat()}
    record("deal.defaulted", by=by, sign=-1, **facts)
    tell(deal, gettext_noop("The winner of “%(title)s” has backed out, the deposit is kept: %(why)s"), why=deal.note)
    return deal


@repeatable
@transaction.atomic
def decline_default(*, deal_id: str, proposal: int, note: str, by: User, request_key: str = "") -> Deal:
    """Turn a proposed default down, or take one's own back, and say why; the winner is still waited for."""
    deal = lock_to_break_off(deal_id=deal_id, by=by, whose=WHOSE)
    _require_proposal(deal, proposal)
    if not note.strip():
        raise Refused(_("Say what is wrong with the proposal."), "no_reason", "note")
    deal.default_proposed_by = None
    deal.save(update_fields=["default_proposed_by"])
    record_deal("deal.default_declined", deal, by, proposal=proposal, note=note.strip())
    text = gettext_noop("The proposal to declare “%(title)s” broken off was turned down: %(note)s")
    _tell_organisers(deal, text, by, note=note.strip())
    return deal


def _lock_late(deal_id: str, by: User) -> Deal:
    """Return the locked deal whose winner's time is over, for the organiser."""
    deal = lock_to_break_off(deal_id=deal_id, by=by, whose=WHOSE)
    if not selectors.waits_for_winner(deal):
        raise WrongState(_("Nothing is missing from the winner now. Reload the page to see whose step comes next."))
    if deal.due_at is None:
        raise Refused(
            _("No last day was counted for this deal: it is from before they were. Ask the exchange to set one."),
            "no_deadline",
        )
    due_at = settled_deadline(deal)
    if due_at is None:
        raise Refused(
            _("The last day is provisional: the working days of that year are not published yet. Wait until they are."),
            "provisional",
        )
    if legal_now() < due_at:
        raise Refused(_("The winner still has time. Wait until the last day is over, and call him."), "too_early")
    return deal


def _require_proposal(deal: Deal, proposal: int) -> None:
    if deal.default_proposed_by_id is None or deal.state not in (Deal.State.CONFIRMED, Deal.State.CONTRACTED):
        raise WrongState(_("No proposal waits here any more. Reload the page to see where the deal stands."))
    if deal.default_proposals != proposal:
        raise WrongState(_("There is a newer proposal than the one you saw. Reload the page and read it."), "changed")


def _tell_organisers(deal: Deal, text: str, but: User, **words: str) -> None:
    for person in holders(Role.ORGANISER, deal.division, Level.DISTRICT):
        if person != but:
            address = reverse("deals:deal", kwargs={"pk": deal.pk})
            notify(user=person, text=text, words={"title": deal.title, **words}, url=address)


def _settle_money(deal: Deal, by: User) -> None:
    """Set the deposit apart, from wherever it lies, and order what was paid beyond it back."""
    kept = open_account(
        kind=Account.Kind.PAYOUT,
        code=f"forfeited-{deal.pk}",
        name=f"Forfeited deposit of {deal.number}",
        division=deal.division,
        owner=deal,
    )
    sub = selectors.sub_account(deal)
    if sub:
        # Nothing is booked on a locked account: what has come until now is seen, what comes later finds it broken off.
        lock_accounts(account_ids=[sub.account_id, kept.pk], with_transit=True)
        _require_nothing_under_way(sub)
    forfeit_deposit(
        auction_id=str(deal.auction_id),
        to_account_id=kept.pk,
        from_account_id=sub.account_id if sub else None,
        by=by,
    )
    for payment in deal.payments.select_related("line").filter(kind=Payment.Kind.BANK, used_fen__gt=0):
        if sub and payment.line:
            _return(deal, sub, payment, payment.line, by)


def _require_nothing_under_way(sub: SubAccount) -> None:
    """Refuse while the bank has booked money that the deal has not looked at yet: it may be the missing payment."""
    if BankLine.objects.filter(sub_account=sub, amount_fen__gt=0, deal_payment=None).exists():
        raise Refused(
            _("Money for this deal has just come and is not counted yet. Wait a minute, then look at the deal again."),
            "payment_under_way",
        )


def _return(deal: Deal, sub: SubAccount, payment: Payment, line: BankLine, by: User) -> None:
    fen, reference = payment.used_fen, f"deal-default-{payment.pk}"
    send_back(sub=sub, line=line, amount_fen=fen, reference=reference, memo="deal broken off", by=by)
    payment.used_fen, payment.returned_fen, payment.reason = 0, payment.amount_fen, "broken_off"
    payment.save(update_fields=["used_fen", "returned_fen", "reason"])
    if not line.payer_account.strip():
        words = {"fen": group_thousands(payment.amount_fen), "back": group_thousands(fen)}
        tell(deal, WITHOUT_ACCOUNT, **words)
