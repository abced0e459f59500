"""Money for a deal: the deposit first, the rest by the lessee; another's money and what is over go back."""

from __future__ import annotations

import pytest

from exchange.accounts.models import Role
from exchange.clock import legal_day
from exchange.ledger.models import Account, BankOrder, Posting, UnclearMoney
from exchange.ledger.selectors.trial import differences
from exchange.ledger.services.orders import settle_order
from listings.auctions.models import Deposit
from listings.auctions.services.deposits import apply_deposit
from listings.auctions.services.registration import register
from listings.deals import selectors
from listings.deals.models import Deal, Payment
from listings.deals.services import payments
from tests.exchange.ledger import clerks
from tests.factories import Cast, make_user
from tests.listings.auctions.hall import bank_pays, hear, make_auction, pay
from tests.listings.deals.life import (
    confirm,
    fresh,
    make_deal,
    make_paid_deal,
    pay_in,
    sign,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_time")]
S = Deal.State


def test_the_deposit_counts_towards_the_first_instalment_and_the_rest_arrives(cast: Cast) -> None:
    deal = sign(cast, confirm(make_deal(cast)))
    first = deal.instalments.get(n=1)
    assert (first.amount_fen, first.paid_fen, first.paid_on) == (3_500_000, 600_000, None)
    assert Deposit.objects.get(registration=deal.auction.winner).state == Deposit.State.APPLIED
    account = Account.objects.get(pk=selectors.sub_account(deal).account_id)
    assert account.balance_fen == 600_000
    pay_in(deal, 2_000_000)
    assert fresh(deal).state == S.CONTRACTED
    pay_in(deal, 900_000)
    deal = fresh(deal)
    assert deal.state == S.PAID
    assert deal.instalments.get(n=1).paid_on == legal_day()
    account.refresh_from_db()
    assert account.balance_fen == 3_500_000
    assert sum(Posting.objects.values_list("amount_fen", flat=True)) == 0
    assert BankOrder.objects.filter(reference__startswith="deal-back").count() == 0


def test_money_from_another_payer_goes_back_whole(cast: Cast) -> None:
    deal = sign(cast, confirm(make_deal(cast)))
    pay_in(deal, 2_900_000, name="李大山", account="6228-X")
    assert fresh(deal).state == S.CONTRACTED
    payment = Payment.objects.get(kind="bank")
    assert (payment.used_fen, payment.returned_fen, payment.reason) == (0, 2_900_000, "other_payer")
    order = BankOrder.objects.get(reference=f"deal-back-{payment.pk}")
    assert (order.to_account, order.amount_fen, order.to_name) == ("6228-X", 2_900_000, "李大山")
    assert Account.objects.get(pk=order.account_id).balance_fen == 600_000


def test_what_is_over_the_instalment_goes_back(cast: Cast) -> None:
    deal = sign(cast, confirm(make_deal(cast)))
    pay_in(deal, 3_000_000)
    assert fresh(deal).state == S.PAID
    payment = Payment.objects.get(kind="bank")
    assert (payment.used_fen, payment.returned_fen, payment.reason) == (2_900_000, 100_000, "surplus")
    assert BankOrder.objects.get(reference=f"deal-back-{payment.pk}").amount_fen == 100_000


def test_a_bank_line_is_taken_once(cast: Cast) -> None:
    deal = sign(cast, confirm(make_deal(cast)))
    pay_in(deal, 1_000_000)
    payment = Payment.objects.get(kind="bank")
    assert payments.take_payment(line_id=str(payment.line_id), received_at=payment.arrived_at) == payment
    assert deal.instalments.get(n=1).paid_fen == 1_600_000
    assert (
        apply_deposit(
            auction_id=str(deal.auction_id), to_account_id=selectors.sub_account(deal).account_id, by=None
        ).state
        == Deposit.State.APPLIED
    )
    assert deal.payments.count() == 2


def test_later_instalments_are_paid_in_their_order(cast: Cast) -> None:
    deal = make_paid_deal(cast)
    pay_in(deal, 3_500_000)
    pay_in(deal, 1_000_000)
    assert [row.paid_fen for row in deal.instalments.all()[:3]] == [3_500_000, 3_500_000, 1_000_000]
    assert fresh(deal).state == S.PAID


def test_money_that_is_not_due_and_names_no_account_waits_for_two_clerks_and_both_sides_hear(cast: Cast) -> None:
    deal = sign(cast, confirm(make_deal(cast)))
    due = deal.instalments.get(n=1).open_fen
    pay_in(deal, due + 70_000, account="")
    assert (fresh(deal).state, BankOrder.objects.filter(reference__startswith="deal-back").count()) == (S.PAID, 0)
    row = UnclearMoney.objects.get()
    assert (row.amount_fen, row.account, row.division) == (70_000, row.line.sub_account.account, deal.division)
    assert any("cannot go back by itself" in notice.text for notice in cast.village.notices.all())
    clerks.confirm(clerks.propose(row, cast.organiser), make_user("second", Role.FINANCE, cast.places.city))
    assert bank_pays() >= 1
    assert (UnclearMoney.objects.get().state, list(differences())) == ("returned", [])
    assert "paid to the account that ends in 5678" in cast.village.notices.latest("at").text


def test_a_surplus_of_the_deposit_that_the_bank_refuses_waits_for_two_clerks(cast: Cast) -> None:
    cheap = confirm(make_deal(cast))
    cheap.price_fen, cheap.amount_fen = 500_000, 20 * 500_000
    cheap.save(update_fields=["price_fen", "amount_fen"])
    deal = sign(cast, cheap)
    payment = Payment.objects.get(kind="deposit")
    assert (fresh(deal).state, payment.returned_fen) == (S.PAID, 100_000)
    order = BankOrder.objects.get(reference=f"deal-back-{payment.pk}")
    line = order.returns
    assert line.sub_account == deposit_of(deal).sub_account
    settle_order(reference=order.reference, paid=False)
    hear()
    row = UnclearMoney.objects.get()
    assert (row.amount_fen, row.line, row.cause) == (payment.returned_fen, line, "refused")
    assert list(differences()) == []


def deposit_of(deal: Deal) -> Deposit:
    return Deposit.objects.get(registration=deal.auction.winner)


def test_the_line_of_a_deposit_is_the_one_that_was_taken(cast: Cast) -> None:
    auction = make_auction(cast)
    one = register(auction_id=auction.pk, by=cast.farmer)
    fen = one.deposit.amount_fen
    pay(one, fen=fen - 1)
    pay(one, name="王五", fen=fen)
    pay(one, fen=fen + 5)
    pay(one, fen=fen)
    one.deposit.refresh_from_db()
    assert selectors.deposit_line(one.deposit).amount_fen == fen + 5
