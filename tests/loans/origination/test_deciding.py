"""The bank's part: valuation, four eyes, the ceiling, the mortgage, and the lock of the right both ways."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from exchange.accounts import services as accounts
from exchange.accounts.models import Notice, Role
from exchange.clock import legal_day
from exchange.errors import NotAllowed, Refused, WrongState
from exchange.journal.models import Event
from listings.catalogue.models import Listing
from listings.catalogue.services import drafting
from listings.registry.models import Encumbrance, Right
from listings.registry.selectors import active_encumbrances
from listings.registry.services import encumbrances
from loans.origination.models import Application, Mortgage, Product, Valuation
from loans.origination.services import deciding
from loans.origination.services.products import offer_product
from tests.factories import Cast, make_draft
from tests.loans.cast import (
    make_application,
    make_approved_loan,
    make_certified_right,
    make_product,
    make_valued,
    register,
)

S = Application.State


def value(cast: Cast, application: Application, rent: int = 3_500_000, by: Any = None) -> Application:
    return deciding.value_application(application_id=str(application.pk), annual_rent_fen=rent, by=by or cast.bank)


def approve(cast: Cast, application: Application, by: Any = None, **terms: Any) -> Application:
    return deciding.approve_application(application_id=str(application.pk), by=by or cast.bank2, **terms)


def unchanged(application: Application) -> bool:
    return application.state == Application.objects.get(pk=application.pk).state


def test_value_is_rent_by_months_left_and_the_ceiling_its_lendable_share(cast: Cast) -> None:
    application = value(cast, make_application(cast))
    row = application.valuation
    assert (application.state, application.valued_by) == (S.VALUED, cast.bank)
    assert (row.months, row.value_fen, row.ltv_cap_bp, row.ceiling_fen) == (240, 70_000_000, 6000, 42_000_000)


def test_a_broken_month_does_not_count(cast: Cast) -> None:
    application = make_application(cast)
    Right.objects.filter(pk=application.right_id).update(term_to=application.right.term_to - timedelta(days=1))
    assert value(cast, application, rent=1_000_001).valuation.value_fen == 19_916_687  # 1000001 × 239 / 12, half up


@pytest.mark.parametrize("who", ["bank2", "farmer", "village", "stranger", "city"])
def test_only_an_officer_of_the_bank_values(cast: Cast, who: str) -> None:
    application = make_application(cast)
    with pytest.raises(NotAllowed):
        value(cast, application, by=getattr(cast, who))
    assert unchanged(application) and Valuation.objects.count() == 0


def test_an_officer_of_another_bank_or_of_another_place_does_not(cast: Cast) -> None:
    application = make_application(cast)
    other = accounts.create_organisation(name="别的银行", kind="bank", division=cast.places.nanchuan, by=None)
    for user, place, bank in (
        (cast.stranger, cast.places.nanchuan, other),
        (cast.city, cast.places.liangping, cast.bank_organisation),
    ):
        accounts.grant_role(user=user, role=Role.BANKER, division=place, organisation=bank, by=None)
        with pytest.raises(NotAllowed):
            value(cast, application, by=user)
    assert unchanged(application)


def test_a_credit_loan_has_nothing_to_value_and_is_approved_at_once(cast: Cast) -> None:
    application = make_application(cast, product=make_product(cast, "none"))
    with pytest.raises(Refused) as caught:
        value(cast, application)
    assert caught.value.code == "nothing_to_value"
    assert approve(cast, application).state == S.APPROVED


def test_a_mortgage_loan_is_not_approved_before_its_valuation(cast: Cast) -> None:
    application = make_application(cast)
    with pytest.raises(Refused) as caught:
        approve(cast, application)
    assert caught.value.code == "not_valued" and unchanged(application)


def test_four_eyes_who_valued_cannot_approve(cast: Cast) -> None:
    accounts.grant_role(
        user=cast.bank, role=Role.APPROVER, division=cast.places.nanchuan, organisation=cast.bank_organisation, by=None
    )
    application = make_valued(cast)
    with pytest.raises(NotAllowed) as caught:
        approve(cast, application, by=cast.bank)
    assert "cannot approve" in str(caught.value.message) and unchanged(application)
    assert approve(cast, application).decided_by == cast.bank2


def test_nobody_decides_on_his_own_application(cast: Cast) -> None:
    for role in (Role.BANKER, Role.APPROVER):
        accounts.grant_role(
            user=cast.farmer, role=role, division=cast.places.nanchuan, organisation=cast.bank_organisation, by=None
        )
    application = make_application(cast, product=make_product(cast, "none"))
    for act in (value, approve):
        with pytest.raises(NotAllowed) as caught:
            act(cast, application, by=cast.farmer)
        assert "your own application" in str(caught.value.message)


@pytest.mark.parametrize("who", ["bank", "farmer", "stranger"])
def test_only_an_approver_decides(cast: Cast, who: str) -> None:
    application = make_application(cast, product=make_product(cast, "none"))
    for act in (approve, lambda c, a, by: deciding.decline_application(application_id=str(a.pk), reason="x", by=by)):
        with pytest.raises(NotAllowed):
            act(cast, application, by=getattr(cast, who))
    assert unchanged(application)


def test_one_fen_above_the_ceiling_is_refused_with_both_figures(cast: Cast) -> None:
    application = make_valued(cast, amount_fen=42_000_001)
    with pytest.raises(Refused) as caught:
        approve(cast, application)
    assert caught.value.code == "above_ceiling" and unchanged(application)
    assert "420,000.01" in str(caught.value.message) and "420,000 yuan" in str(caught.value.message)
    assert approve(cast, make_valued(cast, amount_fen=42_000_000)).state == S.APPROVED


def test_a_rate_left_open_is_entered_and_a_fixed_one_stays(cast: Cast) -> None:
    unset = make_valued(cast, product=make_product(cast, rate_bp=None))
    for terms, code in (({}, "missing"), ({"rate_bp": 10_001}, "bad_rate"), ({"rate_bp": -1}, "bad_rate")):
        with pytest.raises(Refused) as caught:
            approve(cast, unset, **terms)
        assert (caught.value.code, caught.value.field) == (code, "rate_bp")
    assert approve(cast, unset, rate_bp=430).rate_bp == 430
    fixed = make_valued(cast)
    with pytest.raises(Refused):
        approve(cast, fixed, rate_bp=300)
    assert approve(cast, fixed).rate_bp == 385


def test_the_borrower_hears_of_the_decision(cast: Cast) -> None:
    make_approved_loan(cast)
    assert "200,000 yuan" in Notice.objects.get(user=cast.farmer).text


def test_a_slip_in_the_rent_is_put_right_by_valuing_anew_until_the_decision(cast: Cast) -> None:
    application = value(cast, make_application(cast), rent=3_500)
    with pytest.raises(Refused) as caught:
        approve(cast, application)
    assert caught.value.code == "above_ceiling" and "valued anew" in str(caught.value.message)
    value(cast, application)
    row = Valuation.objects.get()
    assert (row.annual_rent_fen, row.value_fen, row.ceiling_fen) == (3_500_000, 70_000_000, 42_000_000)
    kept = [event.data["annual_rent_fen"] for event in Event.objects.filter(kind="loan.valued").order_by("pk")]
    assert kept == [3_500, 3_500_000], "the journal keeps both"
    assert approve(cast, application).state == S.APPROVED
    with pytest.raises(WrongState):
        value(cast, application, rent=1)
    assert Valuation.objects.get().annual_rent_fen == 3_500_000


@pytest.mark.parametrize("make", [make_application, make_valued])
def test_a_declined_application_says_why_and_is_over(cast: Cast, make: Any) -> None:
    application = make(cast)
    with pytest.raises(Refused) as caught:
        deciding.decline_application(application_id=str(application.pk), reason=" ", by=cast.bank2)
    assert caught.value.field == "reason" and unchanged(application)
    deciding.decline_application(application_id=str(application.pk), reason="租金未付清", by=cast.bank2)
    assert Application.objects.get().state == S.DECLINED
    assert "租金未付清" in Notice.objects.get(user=cast.farmer).text
    with pytest.raises(WrongState):
        value(cast, application)


def test_the_registered_mortgage_locks_the_right(cast: Cast) -> None:
    application = register(cast, make_approved_loan(cast), number="M-1")
    lock = active_encumbrances(application.right).get()
    mortgage = Mortgage.objects.get()
    assert (lock.kind, lock.holder_name, lock.reference) == ("mortgage", "南川农商行", str(mortgage.pk))
    assert (application.state, mortgage.number) == (S.REGISTERED, "M-1")
    event = Event.objects.get(kind="mortgage.registered")
    assert (event.subject_id, event.amount_fen, event.day) == (str(mortgage.pk), 20_000_000, legal_day())


def test_a_mortgaged_right_cannot_be_listed(cast: Cast) -> None:
    """The village itself holds a certified lease here, so that it could list it."""
    owner = cast.collective.organisation
    right = make_certified_right(cast, holder_name=owner.name, holder_organisation=owner)
    register(cast, make_approved_loan(cast, right=right, by=cast.village))
    draft = make_draft(cast, right, term_months=120)
    with pytest.raises(Refused) as caught:
        drafting.submit_listing(listing_id=str(draft.pk), by=cast.village)
    assert "mortgaged" in str(caught.value.message)
    assert Listing.objects.get(pk=draft.pk).state == Listing.State.DRAFT
    assert [e.kind for e in active_encumbrances(right)] == ["mortgage"]


def test_a_right_that_is_being_listed_cannot_be_mortgaged(cast: Cast) -> None:
    application = make_approved_loan(cast)
    encumbrances.encumber(
        right_id=str(application.right_id), kind=Encumbrance.Kind.LISTING, holder_name="五星村", reference="l", by=None
    )
    with pytest.raises(Refused) as caught:
        register(cast, application)
    assert "being listed" in str(caught.value.message)
    assert (Mortgage.objects.count(), unchanged(application)) == (0, True)


def test_of_two_loans_on_one_right_one_gets_the_mortgage(cast: Cast) -> None:
    right = make_certified_right(cast)
    first, second = make_approved_loan(cast, right=right), make_approved_loan(cast, right=right)
    register(cast, first)
    with pytest.raises(Refused) as caught:
        register(cast, second)
    assert "already mortgaged" in str(caught.value.message) and Mortgage.objects.count() == 1


def test_number_and_day_of_a_mortgage_are_checked(cast: Cast) -> None:
    register(cast, make_approved_loan(cast), number="M-1")
    application = make_approved_loan(cast)
    tomorrow = legal_day() + timedelta(days=1)
    for number, on, field in (("M-1", None, "number"), (" ", None, "number"), ("M-2", tomorrow, "registered_on")):
        with pytest.raises(Refused) as caught:
            register(cast, application, number=number, on=on)
        assert caught.value.field == field
    assert unchanged(application)


def test_no_mortgage_before_approval_nor_for_a_credit_loan(cast: Cast) -> None:
    with pytest.raises(WrongState):
        register(cast, make_valued(cast))
    with pytest.raises(Refused) as caught:
        register(cast, approve(cast, make_application(cast, product=make_product(cast, "fund"))))
    assert (caught.value.code, Mortgage.objects.count()) == ("no_mortgage", 0)


def test_only_the_set_up_or_an_administrator_offers_products_and_only_of_banks(cast: Cast) -> None:
    entry: dict[str, Any] = {"name": "富民贷", "secured_by": "none"}
    with pytest.raises(NotAllowed):
        offer_product(**entry, bank=cast.bank_organisation, by=cast.bank)
    with pytest.raises(Refused):
        offer_product(**entry, bank=cast.company_organisation, by=None)
    made = [offer_product(**entry, bank=cast.bank_organisation, by=by) for by in (cast.city, None)]
    assert made[0] == made[1]


@pytest.mark.parametrize(
    ("secured_by", "right_kinds", "code"),
    [
        ("right", (), "missing"),
        ("none", ("forest",), "no_mortgage"),
        ("right", ("forest", "castle"), "bad_kind"),
        ("combined", ("homestead",), "not_mortgageable"),
    ],
)
def test_a_mortgage_product_names_the_kinds_it_takes_and_only_lawful_ones(
    cast: Cast, secured_by: str, right_kinds: tuple[str, ...], code: str
) -> None:
    with pytest.raises(Refused) as caught:
        offer_product(
            name="x", bank=cast.bank_organisation, secured_by=secured_by, right_kinds=right_kinds, by=cast.city
        )
    assert (caught.value.code, caught.value.field, Product.objects.count()) == (code, "right_kinds", 0)
