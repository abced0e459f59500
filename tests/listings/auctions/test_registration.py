"""Who may register, under which number, and until when."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from exchange.accounts import services as accounts
from exchange.accounts.models import Role
from exchange.errors import NotAllowed, Refused
from exchange.ledger.models import BankOrder, SubAccount
from listings.auctions.models import Deposit, Registration
from listings.auctions.services.registration import register, withdraw
from tests.factories import Cast, make_user
from tests.listings.auctions.hall import admit, go_to, make_auction, pay

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_time")]
SECOND = timedelta(seconds=1)


def test_a_farmer_registers_and_gets_a_random_number_and_a_sub_account(cast: Cast) -> None:
    auction = make_auction(cast)
    made = register(auction_id=auction.pk, by=cast.farmer)
    assert made.name == "李大山"
    assert re.fullmatch(r"[A-HJ-NP-Z]\d\d", made.paddle)
    assert made.state == Registration.State.DEPOSIT_DUE
    assert made.deposit.amount_fen == 600_000
    assert SubAccount.objects.get().payer_name == "李大山"


def test_the_terms_beside_the_form_tell_the_lease_in_years(cast: Cast, client: Client) -> None:
    auction = make_auction(cast)
    client.force_login(cast.farmer)
    page = client.get(reverse("auctions:register", kwargs={"listing_id": auction.listing_id}))
    assert "<dd>20 years</dd>" in page.content.decode()
    assert "240" not in page.content.decode()


def test_ticks_left_out_are_asked_for_one_by_one_in_plain_words(cast: Cast, client: Client) -> None:
    auction = make_auction(cast)
    client.force_login(cast.farmer)
    page = reverse("auctions:register", kwargs={"listing_id": auction.listing_id})
    answer = client.post(page, {"organisation_id": "myself", "terms_read": "on", "request_key": "farmer-1"})
    errors = answer.context["form"].errors
    assert answer.status_code == 400
    assert errors == {tick: ["Tick this, then you can go on."] for tick in ("account_own", "bids_bind")}
    assert Registration.objects.count() == 0


def test_a_representative_registers_his_company(cast: Cast) -> None:
    auction = make_auction(cast)
    firm = cast.company_organisation
    made = register(auction_id=auction.pk, by=cast.company, organisation_id=str(firm.pk))
    assert (made.organisation, made.name) == (firm, "南川肉食品有限公司")


def test_nobody_registers_a_company_that_he_does_not_represent(cast: Cast) -> None:
    auction = make_auction(cast)
    with pytest.raises(NotAllowed):
        register(auction_id=auction.pk, by=cast.farmer, organisation_id=str(cast.company_organisation.pk))
    assert Registration.objects.count() == 0


@pytest.mark.parametrize("person", ["village", "town", "district", "organiser", "city"])
def test_the_seller_and_the_office_are_barred(cast: Cast, person: str) -> None:
    auction = make_auction(cast)
    with pytest.raises(Refused) as refused:
        register(auction_id=auction.pk, by=getattr(cast, person))
    assert refused.value.code == "barred"
    assert (Registration.objects.count(), SubAccount.objects.count()) == (0, 0)


def test_nobody_registers_twice_nor_a_company_through_a_second_person(cast: Cast) -> None:
    auction = make_auction(cast)
    firm = str(cast.company_organisation.pk)
    register(auction_id=auction.pk, by=cast.company, organisation_id=firm)
    with pytest.raises(Refused) as refused:
        register(auction_id=auction.pk, by=cast.company)
    assert refused.value.code == "already_registered"
    colleague = make_user("colleague", "孙副总")
    nanchuan = cast.places.nanchuan
    accounts.grant_role(
        user=colleague, role=Role.AGENT, division=nanchuan, organisation=cast.company_organisation, by=None
    )
    with pytest.raises(Refused) as refused:
        register(auction_id=auction.pk, by=colleague, organisation_id=firm)
    assert refused.value.code == "already_registered"
    assert Registration.objects.count() == 1


def test_a_second_click_gets_the_first_registration(cast: Cast) -> None:
    auction = make_auction(cast)
    first = register(auction_id=auction.pk, by=cast.farmer, request_key="click")
    assert register(auction_id=auction.pk, by=cast.farmer, request_key="click") == first
    assert Registration.objects.count() == 1


def test_registration_closes_at_its_very_second(cast: Cast) -> None:
    auction = make_auction(cast)
    go_to(auction.registration_closes_at - SECOND)
    register(auction_id=auction.pk, by=cast.farmer)
    go_to(auction.registration_closes_at)
    with pytest.raises(Refused) as refused:
        register(auction_id=auction.pk, by=cast.stranger)
    assert refused.value.code == "too_late"
    assert Registration.objects.count() == 1


def test_numbers_are_random_and_unique(cast: Cast) -> None:
    auction = make_auction(cast)
    people = [make_user(f"bidder{n}", f"农户{n}") for n in range(40)]
    paddles = [register(auction_id=auction.pk, by=person).paddle for person in people]
    assert len(set(paddles)) == 40
    assert paddles != sorted(paddles)


def test_who_withdraws_in_time_gets_the_deposit_back_and_may_come_again(cast: Cast) -> None:
    auction = make_auction(cast)
    (one,) = admit(auction, cast.farmer)
    withdraw(registration_id=str(one.pk), by=cast.farmer)
    one.refresh_from_db()
    assert one.state == Registration.State.WITHDRAWN
    assert Deposit.objects.get(registration=one).state == Deposit.State.REFUNDING
    order = BankOrder.objects.get()
    assert (order.to_name, order.to_account, order.amount_fen) == ("李大山", f"6228-{one.paddle}", 600_000)
    again = register(auction_id=auction.pk, by=cast.farmer)
    pay(again)
    again.refresh_from_db()
    assert again.state == Registration.State.ADMITTED


def test_who_has_not_paid_withdraws_without_money_moving(cast: Cast) -> None:
    auction = make_auction(cast)
    one = register(auction_id=auction.pk, by=cast.farmer)
    withdraw(registration_id=str(one.pk), by=cast.farmer)
    assert Deposit.objects.get(registration=one).state == Deposit.State.NOT_PAID
    assert BankOrder.objects.count() == 0


def test_nobody_withdraws_another_or_too_late(cast: Cast) -> None:
    auction = make_auction(cast)
    (one,) = admit(auction, cast.farmer)
    with pytest.raises(NotAllowed):
        withdraw(registration_id=str(one.pk), by=cast.stranger)
    go_to(auction.registration_closes_at)
    with pytest.raises(Refused) as refused:
        withdraw(registration_id=str(one.pk), by=cast.farmer)
    assert refused.value.code == "too_late"
    one.refresh_from_db()
    assert one.state == Registration.State.ADMITTED
