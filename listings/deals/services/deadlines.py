"""How long the winner has for his next step (签约、付款期限): counted, reminded of, and worked out anew."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_noop

from exchange.accounts.models import Level, Role
from exchange.accounts.selectors import holders
from exchange.accounts.services import notify
from exchange.calendar import deadline, known_years
from exchange.clock import SHANGHAI, legal_day, legal_now
from exchange.rulebook.selectors import missing_years
from exchange.sweeps import each
from listings.deals.models import Deal
from listings.deals.services.confirming import publicity_is_over, tell
from listings.deals.services.opening import frozen_period
from listings.deals.services.recording import record_deal

PERIOD_OF = {Deal.State.CONFIRMED: "contract_period", Deal.State.CONTRACTED: "payment_period"}
WORDS = {
    Deal.State.CONFIRMED: gettext_noop(
        "The contract of “%(title)s” is not signed by both sides yet. Who has not signed, sign before the time is over."
    ),
    Deal.State.CONTRACTED: gettext_noop(
        "The first payment for “%(title)s” has not arrived in full. Lessee, pay before the time is over."
    ),
}
OVERDUE = gettext_noop(
    "The time to sign or pay for “%(title)s” is over. Call who is late; if the winner backs out, say so on its page."
)


def begin_deadline(deal: Deal, start: datetime) -> None:
    """Give the winner the rule's period from `start` for the step that his locked deal waits for.

    For signing it begins when the contract lies ready, for paying when it is signed: nobody loses time by
    another's delay. Half of it passed, he is reminded. A default proposed for an earlier step falls.
    """
    end, provisional = deadline(start.astimezone(SHANGHAI), frozen_period(deal, PERIOD_OF[Deal.State(deal.state)]))
    deal.due_from, deal.due_at, deal.due_provisional = start, end, provisional
    deal.remind_at = start + (end - start) / 2
    deal.default_proposed_by = None
    deal.save(update_fields=["due_from", "due_at", "due_provisional", "remind_at", "default_proposed_by"])
    if deal.state == Deal.State.CONTRACTED:
        deal.instalments.filter(n=1).update(due_on=legal_day(end - timedelta(microseconds=1)))


def settled_deadline(deal: Deal) -> datetime | None:
    """Return until when the locked deal's winner has time; None while nobody waits for him or the day is a guess.

    A provisional day is worked out anew first; nothing is done to anybody on a guessed one.
    """
    renew_deadline(deal)
    return None if deal.due_provisional else deal.due_at


def renew_deadline(deal: Deal) -> None:
    """Work out anew a provisional deadline of a locked deal.

    Where it turns out to be over already, the whole period runs from now: nobody loses time by a late calendar.
    """
    if not deal.due_provisional or deal.due_from is None:
        return
    begin_deadline(deal, deal.due_from)
    now = legal_now()
    if not deal.due_provisional and deal.due_at is not None and deal.due_at <= now:
        begin_deadline(deal, now)


def renew_dates_of_year(*, year: int) -> int:
    """Work out anew the provisional days of all deals, each by itself; return of how many one has changed.

    Raises LookupError on a machine that has no file of that year yet: the journal then tries again.
    """
    if year not in known_years():
        raise LookupError(f"The calendar of {year} has not arrived on this machine.")
    return each(_guessed().values_list("pk", flat=True), lambda pk: renew_dates(deal_id=pk))


def renew_waiting(*, limit: int = 100) -> int:
    """Sweep: settle the provisional days that can be counted now, as after a lost event; return of how many deals.

    A machine that lacks the file of a year leaves all to those that have it: it would count otherwise than they do.
    """
    if missing_years():
        return 0
    due = (deal.pk for deal in _guessed() if _can_be_counted(deal))
    return each(islice(due, limit), lambda pk: renew_dates(deal_id=pk))


def _guessed() -> QuerySet[Deal]:
    guessed = Q(state=Deal.State.PUBLICITY, publicity_provisional=True) | Q(state__in=PERIOD_OF, due_provisional=True)
    return Deal.objects.filter(guessed).order_by("pk")


def _can_be_counted(deal: Deal) -> bool:
    """Say whether the working days of all years up to the end of the period that runs are known."""
    start = deal.publicity_from if deal.state == Deal.State.PUBLICITY else deal.due_from
    key = PERIOD_OF.get(Deal.State(deal.state), "result_publicity_period")
    return start is not None and not deadline(start.astimezone(SHANGHAI), frozen_period(deal, key))[1]


@transaction.atomic
def renew_dates(*, deal_id: object) -> bool:
    """Work out anew the end of a deal's publicity or its winner's deadline; tell both sides what has changed."""
    deal = Deal.objects.lock(pk=deal_id)
    before = (deal.publicity_to, deal.publicity_provisional, deal.due_at, deal.due_provisional)
    if deal.state == Deal.State.PUBLICITY:
        publicity_is_over(deal)
    elif deal.state in PERIOD_OF:
        renew_deadline(deal)
    if (deal.publicity_to, deal.publicity_provisional, deal.due_at, deal.due_provisional) == before:
        return False
    record_deal("deal.dates_renewed", deal, None)
    tell(deal, gettext_noop("A provisional day of “%(title)s” was worked out anew. Look at the deal for the new one."))
    return True


def remind_due(*, limit: int = 100) -> int:
    """Sweep: remind those who let the time for signing or paying run; return how many deals it concerned."""
    late = Deal.objects.filter(state__in=PERIOD_OF, remind_at__lte=legal_now(), due_provisional=False)
    return each(late.order_by("remind_at").values_list("pk", flat=True)[:limit], lambda pk: remind(deal_id=pk))


@transaction.atomic
def remind(*, deal_id: object) -> bool:
    """Remind both sides once before the time is over, and tell the trade organisers once when it is."""
    deal = Deal.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=deal_id).first()
    if deal is None or deal.state not in PERIOD_OF or deal.remind_at is None or legal_now() < deal.remind_at:
        return False
    due_at = settled_deadline(deal)
    if due_at is None:
        return False
    over = legal_now() >= due_at
    deal.remind_at = None if over else due_at
    deal.save(update_fields=["remind_at"])
    if not over:
        tell(deal, WORDS[Deal.State(deal.state)])
        return True
    for person in holders(Role.ORGANISER, deal.division, Level.DISTRICT):
        address = reverse("deals:deal", kwargs={"pk": deal.pk})
        notify(user=person, text=OVERDUE, words={"title": deal.title}, url=address)
    return True
