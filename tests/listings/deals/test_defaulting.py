"""A winner who does not sign or does not pay in time: reminded, and then declared by a person with a reason."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command

from exchange.accounts.models import Notice, User
from exchange.errors import NotAllowed, Refused, WrongState
from exchange.journal.models import Event
from exchange.ledger.models import Account, BankLine, BankOrder, UnclearMoney
from exchange.ledger.services.orders import settle_order
from listings.auctions.models import Deposit
from listings.catalogue.models import Listing
from listings.deals import selectors
from listings.deals.models import Deal
from listings.deals.next_steps import next_steps
from listings.deals.services import contracts, deadlines, defaulting, payments
from listings.registry.models import Encumbrance
from tests.factories import Cast
from tests.listings.auctions.hall import bank_pays, go_to, hear
from tests.listings.deals.life import (
    confirm,
    declare_default,
    draw_up,
    fresh,
    journal,
    make_deal,
    make_paid_deal,
    pay_in,
    refuses,
    second_organiser,
    sign,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_time")]
S = Deal.State
WHY = "多次催告仍不签约"


def declared(cast: Cast, deal: Deal) -> Deal:
    return declare_default(cast, deal, WHY)


def forfeited(deal: Deal) -> int:
    """Return what lies apart for the deal, in fen."""
    return Account.objects.get(code=f"forfeited-{deal.pk}").balance_fen


def taken_deposits() -> list[tuple[int, object]]:
    """Return what the journal says of forfeited deposits: fen, and who has declared it."""
    return list(Event.objects.filter(kind="deposit.forfeited").values_list("amount_fen", "by"))


def test_a_winner_who_does_not_sign_in_time_loses_the_deposit_and_the_right_is_free(cast: Cast) -> None:
    deal = confirm(make_deal(cast))
    contract = draw_up(cast, deal)
    contracts.sign_contract(deal_id=str(deal.pk), sha256=contract.sha256, by=cast.village)
    deal = fresh(deal)
    assert deal.due_at == contract.drawn_up_at + timedelta(minutes=10)
    arguments = {"deal_id": str(deal.pk), "reason": WHY}
    assert refuses(Refused, defaulting.propose_default, by=cast.organiser, **arguments).code == "too_early"
    go_to(deal.due_at)
    for person in (cast.village, cast.company, cast.district, cast.city, cast.stranger):
        refuses(NotAllowed, defaulting.propose_default, by=person, **arguments)
    empty = {**arguments, "reason": " "}
    assert refuses(Refused, defaulting.propose_default, by=cast.organiser, **empty).field == "reason"
    deal = declared(cast, deal)
    assert (deal.state, deal.note) == (S.DEFAULTED, WHY)
    assert Deposit.objects.get(registration=deal.auction.winner).state == Deposit.State.FORFEITED
    assert forfeited(deal) == 600_000
    assert deal.listing.state == Listing.State.DEFAULTED
    assert not Encumbrance.objects.filter(right=deal.right, kind="listing", lifted_at=None).exists()
    event = Event.objects.get(kind="deal.defaulted")
    assert (event.sign, event.amount_fen, event.data["reason"]) == (-1, deal.amount_fen, WHY)
    assert taken_deposits() == [(600_000, second_organiser(cast).pk)]
    assert deal not in selectors.public_deals()
    assert deal in selectors.visible_deals(cast.company)
    refuses(WrongState, defaulting.propose_default, by=cast.organiser, **arguments)
    call_command("check_ledger", verbosity=0)


def test_a_winner_who_pays_too_little_loses_the_deposit_and_gets_the_rest_back(cast: Cast) -> None:
    deal = sign(cast, confirm(make_deal(cast)))
    pay_in(deal, 100_000, account="6228000000000001")
    bank_pays()
    go_to(fresh(deal).due_at)
    deal = declared(cast, deal)
    assert (forfeited(deal), deal.state) == (600_000, S.DEFAULTED)
    assert Deposit.objects.get(registration=deal.auction.winner).state == Deposit.State.FORFEITED
    order = BankOrder.objects.get(reference__startswith="deal-default-")
    assert (order.amount_fen, order.to_account) == (100_000, "6228000000000001")
    assert selectors.sub_account(deal).account.balance_fen == 0
    assert deal.payments.get(kind="bank").returned_fen == 100_000
    assert taken_deposits() == [(600_000, second_organiser(cast).pk)]
    call_command("check_ledger", verbosity=0)


def test_nobody_is_declared_in_default_while_his_money_is_booked_and_not_yet_counted(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    deal = sign(cast, confirm(make_deal(cast)))
    with monkeypatch.context() as quiet:
        quiet.setattr(payments, "take_payment", lambda **_: None)
        pay_in(deal, deal.instalments.get(n=1).open_fen)
    go_to(fresh(deal).due_at)
    defaulting.propose_default(deal_id=str(deal.pk), reason=WHY, by=cast.organiser)
    arguments = {"deal_id": str(deal.pk), "proposal": 1, "by": second_organiser(cast)}
    assert refuses(Refused, defaulting.confirm_default, **arguments).code == "payment_under_way"
    assert not Account.objects.filter(code=f"forfeited-{deal.pk}").exists()
    line = BankLine.objects.get(sub_account=selectors.sub_account(deal))
    payments.take_payment(line_id=str(line.pk), received_at=line.booked_at)
    assert fresh(deal).state == S.PAID
    refuses(WrongState, defaulting.confirm_default, **arguments)


def half_paid(cast: Cast, account: str) -> Deal:
    """A deal whose winner has paid 1,000 yuan of what is due and let the last day pass."""
    deal = sign(cast, confirm(make_deal(cast)))
    pay_in(deal, 100_000, account=account)
    go_to(fresh(deal).due_at)
    return fresh(deal)


def test_what_a_defaulter_paid_without_naming_an_account_waits_for_two_clerks(cast: Cast) -> None:
    deal = declared(cast, half_paid(cast, ""))
    row = UnclearMoney.objects.get()
    assert (row.amount_fen, row.cause, row.account) == (100_000, "no_payer", selectors.sub_account(deal).account)
    assert deal.payments.get(kind="bank").returned_fen == 100_000
    assert "cannot go back by itself" in Notice.objects.filter(user=cast.company).order_by("-pk")[1].text
    call_command("check_ledger", verbosity=0)


def test_what_a_defaulters_bank_refuses_waits_for_two_clerks(cast: Cast) -> None:
    deal = declared(cast, half_paid(cast, "6228000000000001"))
    settle_order(reference=BankOrder.objects.get(reference__startswith="deal-default-").reference, paid=False)
    hear()
    row = UnclearMoney.objects.get()
    assert (row.amount_fen, row.cause, row.line) == (100_000, "refused", deal.payments.get(kind="bank").line)
    call_command("check_ledger", verbosity=0)


def test_money_that_comes_after_the_default_goes_back(cast: Cast) -> None:
    deal = sign(cast, confirm(make_deal(cast)))
    go_to(fresh(deal).due_at)
    deal = declared(cast, deal)
    pay_in(deal, 2_900_000, account="6228000000000001")
    assert deal.payments.get(kind="bank").reason == "nothing_due"
    assert selectors.sub_account(deal).account.balance_fen == 0


def test_nobody_defaults_while_the_next_step_is_anothers(cast: Cast) -> None:
    deal = confirm(make_deal(cast))
    go_to(deal.publicity_to + timedelta(days=400))
    arguments = {"deal_id": str(deal.pk), "reason": WHY, "by": cast.organiser}
    refuses(WrongState, defaulting.propose_default, **arguments)
    contract = draw_up(cast, deal)
    contracts.sign_contract(deal_id=str(deal.pk), sha256=contract.sha256, by=cast.company)
    go_to(fresh(deal).due_at + timedelta(days=1))
    refuses(WrongState, defaulting.propose_default, **arguments)
    assert not [step for step in next_steps(cast.organiser, fresh(deal)) if "default" in step.address]


def test_who_has_paid_has_no_deadline_any_more(cast: Cast) -> None:
    deal = make_paid_deal(cast)
    assert (deal.due_at, deal.remind_at) == (None, None)
    refuses(WrongState, defaulting.propose_default, deal_id=str(deal.pk), reason=WHY, by=cast.organiser)


def test_nobody_defaults_on_a_guessed_day(cast: Cast) -> None:
    deal = sign(cast, confirm(make_deal(cast)))
    guess(deal)
    arguments = {"deal_id": str(deal.pk), "reason": WHY, "by": cast.organiser}
    assert refuses(Refused, defaulting.propose_default, **arguments).code == "provisional"
    assert deadlines.remind_due() == 0
    assert Deposit.objects.get(registration=deal.auction.winner).state == Deposit.State.APPLIED


def test_a_deal_from_before_last_days_were_counted_has_none_and_not_a_provisional_one(cast: Cast) -> None:
    deal = sign(cast, confirm(make_deal(cast)))
    Deal.objects.filter(pk=deal.pk).update(due_from=None, due_at=None, remind_at=None)
    arguments = {"deal_id": str(deal.pk), "reason": WHY, "by": cast.organiser}
    assert refuses(Refused, defaulting.propose_default, **arguments).code == "no_deadline"


def guess(deal: Deal) -> None:
    """Let the time for paying run in a year whose working days nobody knows yet, and go past its guessed end."""
    deal = fresh(deal)
    deal.rules["payment_period"] |= {"value": 5, "unit": "working_day"}
    deal.save(update_fields=["rules"])
    deadlines.begin_deadline(deal, deal.due_from.replace(year=2031))
    assert fresh(deal).due_provisional
    go_to(deal.due_at + timedelta(days=30))


def unread(person: User) -> list[str]:
    return [notice.text for notice in Notice.objects.filter(user=person, phrase__contains="time").order_by("pk")]


def test_both_sides_are_reminded_once_and_the_organiser_is_told_once_when_it_is_over(cast: Cast) -> None:
    deal = confirm(make_deal(cast))
    draw_up(cast, deal)
    deal = fresh(deal)
    assert deadlines.remind_due() == 0
    go_to(deal.remind_at)
    assert (deadlines.remind_due(), deadlines.remind_due()) == (1, 0)
    assert [len(unread(person)) for person in (cast.village, cast.company, cast.organiser)] == [1, 1, 0]
    assert deal.title in unread(cast.company)[0]
    go_to(deal.due_at)
    assert (deadlines.remind_due(), deadlines.remind_due()) == (1, 0)
    assert [len(unread(person)) for person in (cast.village, cast.company, cast.organiser)] == [1, 1, 1]
    (step,) = [step for step in next_steps(cast.organiser, fresh(deal)) if "default" in step.address]
    assert not step.strong


def late(cast: Cast) -> Deal:
    """A signed deal whose winner has let the last day for paying pass."""
    deal = sign(cast, confirm(make_deal(cast)))
    go_to(fresh(deal).due_at)
    return fresh(deal)


def steps_of(person: User, deal: Deal) -> list[str]:
    return [
        step.address.split(f"{deal.pk}/")[1] for step in next_steps(person, fresh(deal)) if "default" in step.address
    ]


def test_nobody_takes_a_deposit_alone(cast: Cast) -> None:
    deal, second = late(cast), second_organiser(cast)
    one = {"deal_id": str(deal.pk), "proposal": 1}
    refuses(WrongState, defaulting.confirm_default, by=second, **one)
    defaulting.propose_default(deal_id=str(deal.pk), reason=WHY, by=cast.organiser)
    assert (fresh(deal).state, Event.objects.filter(kind="deposit.forfeited").count()) == (S.CONTRACTED, 0)
    assert Notice.objects.filter(user=second, phrase__contains="A colleague proposes").count() == 1
    assert (steps_of(cast.organiser, deal), steps_of(second, deal)) == (
        ["default/decline/"],
        ["default/", "default/decline/"],
    )
    assert refuses(NotAllowed, defaulting.confirm_default, by=cast.organiser, **one).code == "same_person"
    for person in (cast.village, cast.company, cast.district, cast.city, cast.stranger):
        refuses(NotAllowed, defaulting.confirm_default, by=person, **one)
        refuses(NotAllowed, defaulting.decline_default, by=person, note="no", **one)
    refuses(WrongState, defaulting.propose_default, deal_id=str(deal.pk), reason=WHY, by=second)
    defaulting.confirm_default(by=second, **one)
    deal = fresh(deal)
    assert (deal.state, deal.default_proposed_by, deal.default_confirmed_by) == (S.DEFAULTED, cast.organiser, second)
    refuses(WrongState, defaulting.confirm_default, by=second, **one)


def test_a_proposal_that_is_turned_down_leaves_the_deposit_and_is_not_confirmed_any_more(cast: Cast) -> None:
    deal, second = late(cast), second_organiser(cast)
    propose = {"deal_id": str(deal.pk), "reason": WHY, "by": cast.organiser}
    first = {"deal_id": str(deal.pk), "proposal": 1, "by": second}
    defaulting.propose_default(**propose)
    assert refuses(Refused, defaulting.decline_default, note=" ", **first).field == "note"
    defaulting.decline_default(note="他今天来付款", **first)
    refuses(WrongState, defaulting.confirm_default, **first)
    defaulting.propose_default(**propose)
    assert refuses(WrongState, defaulting.confirm_default, **first).code == "changed"
    assert [kind for kind in journal(deal) if "default" in kind] == [
        "deal.default_proposed",
        "deal.default_declined",
        "deal.default_proposed",
    ]
    assert Deposit.objects.get(registration=deal.auction.winner).state == Deposit.State.APPLIED


def test_a_proposal_falls_with_a_new_deadline(cast: Cast) -> None:
    deal = confirm(make_deal(cast))
    draw_up(cast, deal)
    go_to(fresh(deal).due_at)
    defaulting.propose_default(deal_id=str(deal.pk), reason=WHY, by=cast.organiser)
    draw_up(cast, deal)
    assert fresh(deal).default_proposed_by is None
