"""Who may apply for a loan, on what, and for how much; each refusal says why and changes nothing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from exchange.accounts import services as accounts
from exchange.accounts.models import Role
from exchange.clock import legal_day
from exchange.errors import NotAllowed, Refused, WrongState
from exchange.journal.models import Event
from listings.registry.models import Right
from listings.registry.services import encumbrances
from loans.origination import policies, selectors
from loans.origination.models import Application
from loans.origination.months import months_later, whole_months
from loans.origination.services import applying, deciding
from tests.factories import Cast
from tests.loans.cast import (
    make_application,
    make_certified_right,
    make_leased_right,
    make_product,
    make_valued,
)

S = Application.State


def refused(cast: Cast, right: Right | None = None, **changes: Any) -> Refused:
    """Apply, expect a refusal, see that nothing changed."""
    right = right or make_certified_right(cast)
    product = changes.pop("product", None) or make_product(cast)
    before = (Application.objects.count(), Event.objects.count())
    with pytest.raises(Refused) as caught:
        make_application(cast, right, product, **changes)
    assert (Application.objects.count(), Event.objects.count()) == before
    return caught.value


def test_the_holder_applies_and_the_bank_hears_of_it(cast: Cast) -> None:
    application = make_application(cast)
    assert (application.state, application.borrower_name, application.amount_fen) == (S.SUBMITTED, "李大山", 20_000_000)
    event = Event.objects.get(kind="loan.applied")
    assert (event.subject_id, event.division, event.right_kind, event.amount_fen, event.data) == (
        str(application.pk),
        cast.places.wuxing,
        "construction_land",
        20_000_000,
        {"bank": "南川农商行", "secured": True},
    )


def test_a_second_click_gives_the_first_application(cast: Cast) -> None:
    right, product = make_certified_right(cast), make_product(cast)
    twice = [make_application(cast, right, product, request_key="k") for _ in range(2)]
    assert twice[0] == twice[1] and Application.objects.count() == 1


@pytest.mark.parametrize("who", ["stranger", "company", "village", "bank"])
def test_nobody_else_applies_on_the_farmers_right(cast: Cast, who: str) -> None:
    assert isinstance(refused(cast, by=getattr(cast, who)), NotAllowed)


def test_a_company_applies_through_its_representative(cast: Cast) -> None:
    firm = cast.company_organisation
    right = make_certified_right(cast, holder_name=firm.name, holder_organisation=firm)
    application = make_application(cast, right, by=cast.company)
    assert (application.applicant_organisation, application.borrower_name) == (firm, firm.name)


def test_without_a_certificate_the_borrower_is_told_to_wait_for_it(cast: Cast) -> None:
    refusal = refused(cast, make_leased_right(cast))
    assert (refusal.code, refusal.field) == ("no_certificate", "right_id")
    assert "certificate" in str(refusal.message)


def test_a_homestead_is_refused_by_the_law_that_forbids_it(cast: Cast) -> None:
    right = make_certified_right(cast)
    Right.objects.filter(pk=right.pk).update(kind="homestead")
    refusal = refused(cast, right)
    assert (refusal.code, refusal.field) == ("not_mortgageable", "right_id")
    assert "399 no. 2" in str(refusal.message)


def test_the_contract_management_right_is_refused_by_its_law(cast: Cast) -> None:
    right = make_certified_right(cast)
    Right.objects.filter(pk=right.pk).update(kind="contract_right")
    assert "article 47" in str(refused(cast, right).message)


def test_collective_ownership_is_refused_by_the_law_that_forbids_it(cast: Cast) -> None:
    owned = make_leased_right(cast).parent
    refusal = refused(cast, owned, by=cast.village)
    assert (refusal.code, "399 no. 1" in str(refusal.message)) == ("not_mortgageable", True)


@pytest.mark.parametrize("kind", ["listing", "mortgage", "seizure"])
def test_a_burdened_right_is_refused(cast: Cast, kind: str) -> None:
    right = make_certified_right(cast)
    encumbrances.encumber(right_id=str(right.pk), kind=kind, holder_name="other", reference="x", by=None)
    refusal = refused(cast, right)
    assert (refusal.code, refusal.field) == ("encumbered", "right_id")


def test_an_ended_right_is_refused(cast: Cast) -> None:
    right = make_certified_right(cast)
    Right.objects.filter(pk=right.pk).update(state=Right.State.ENDED)
    assert refused(cast, right).code == "ended"


def test_in_nanchuan_a_leased_right_is_let_in_with_the_note_of_its_rule(cast: Cast) -> None:
    assert "试点" in make_application(cast).lease_note


def test_elsewhere_a_leased_right_is_refused_in_words(cast: Cast) -> None:
    right = make_certified_right(cast)
    Right.objects.filter(pk=right.pk).update(division=cast.places.nanhua)
    refusal = refused(cast, right)
    assert (refusal.code, refusal.field) == ("lease_not_mortgageable", "right_id")
    assert "here banks may not lend on a leased right" in str(refusal.message)
    assert "It cannot, unless a district's rules allow it." in str(refusal.message)


def test_the_loan_ends_six_months_before_the_right_and_not_a_month_later(cast: Cast) -> None:
    right = make_certified_right(cast, years=3)
    refusal = refused(cast, right, term_months=31)
    assert (refusal.code, refusal.field) == ("term_too_long", "term_months")
    assert "30 months" in str(refusal.message)
    assert make_application(cast, right, term_months=30).term_months == 30


def test_a_right_about_to_end_carries_no_loan(cast: Cast) -> None:
    right = make_certified_right(cast)
    Right.objects.filter(pk=right.pk).update(
        term_from=legal_day() - timedelta(days=700), term_to=legal_day() + timedelta(days=150)
    )
    assert refused(cast, right, term_months=1).code == "right_too_short"


def test_the_products_own_limits_hold(cast: Cast) -> None:
    product = make_product(cast, limit_fen=10_000_000, term_months_max=12)
    over = refused(cast, product=product, amount_fen=10_000_001, term_months=12)
    assert (over.code, over.field, "100,000" in str(over.message)) == ("over_limit", "amount_fen", True)
    long = refused(cast, product=product, amount_fen=10_000_000, term_months=13)
    assert (long.code, long.field) == ("term_too_long", "term_months")
    assert make_application(cast, product=product, amount_fen=10_000_000, term_months=12).state == S.SUBMITTED


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"amount_fen": 0}, "amount_fen"), ({"term_months": 0}, "term_months"), ({"purpose": " "}, "purpose")],
)
def test_what_is_missing_is_said_at_its_field(cast: Cast, changes: dict[str, Any], field: str) -> None:
    assert refused(cast, **changes).field == field


def test_a_product_takes_only_the_kinds_of_right_it_names(cast: Cast) -> None:
    """A forest loan does not stand on construction land; the refusal names both."""
    forest = make_product(cast, name="林权抵押贷款", right_kinds=("forest",))
    refusal = refused(cast, product=forest)
    assert (refusal.code, refusal.field) == ("wrong_kind", "product_id")
    for word in ("林权抵押贷款", "Forest right", "Use right of collective construction land"):
        assert word in str(refusal.message)
    wide = make_product(cast, right_kinds=("forest", "construction_land"))
    assert make_application(cast, product=wide).state == S.SUBMITTED


def test_only_products_that_take_a_right_are_offered_for_it(cast: Cast) -> None:
    land, forest = make_product(cast), make_product(cast, right_kinds=("forest",))
    credit = make_product(cast, "none")
    assert set(selectors.fitting_products("construction_land")) == {land, credit}
    assert set(selectors.fitting_products("forest")) == {forest, credit}
    assert set(selectors.fitting_products(None)) == {credit}
    for kind in ("construction_land", "forest", "homestead"):
        assert {p for p in (land, forest, credit) if p.takes(kind)} == set(selectors.fitting_products(kind)), kind


def test_a_product_off_the_market_is_refused(cast: Cast) -> None:
    product = make_product(cast)
    product.active = False
    product.save()
    assert refused(cast, product=product).field == "product_id"


def test_a_credit_product_asks_for_no_collateral(cast: Cast) -> None:
    credit = make_product(cast, "none")
    on_bare_right = make_application(cast, make_leased_right(cast), credit)
    assert (on_bare_right.lease_note, on_bare_right.right_kind) == ("", "construction_land")
    entry: dict[str, Any] = {"amount_fen": 1_000_000, "term_months": 12, "purpose": "买化肥", "by": cast.farmer}
    without = applying.apply_for_loan(product_id=str(credit.pk), division=cast.places.wuxing, **entry)
    assert (without.right, without.division, without.borrower_name) == (None, cast.places.wuxing, "李大山")
    for product_id, field in ((credit.pk, "division"), (make_product(cast).pk, "division")):
        with pytest.raises(Refused) as caught:
            applying.apply_for_loan(product_id=str(product_id), **entry)
        assert caught.value.field == field
    with pytest.raises(Refused) as caught:
        applying.apply_for_loan(product_id=str(make_product(cast).pk), division=cast.places.wuxing, **entry)
    assert caught.value.code == "no_right"


@pytest.mark.parametrize("make", [make_application, make_valued])
def test_the_applicant_takes_it_back_until_it_is_decided(cast: Cast, make: Any) -> None:
    application = applying.withdraw_application(application_id=str(make(cast).pk), by=cast.farmer)
    assert application.state == S.WITHDRAWN


def test_after_the_decision_it_cannot_be_taken_back_and_never_by_others(cast: Cast) -> None:
    application = make_valued(cast)
    with pytest.raises(NotAllowed):
        applying.withdraw_application(application_id=str(application.pk), by=cast.bank)
    deciding.approve_application(application_id=str(application.pk), by=cast.bank2)
    with pytest.raises(WrongState):
        applying.withdraw_application(application_id=str(application.pk), by=cast.farmer)
    assert Application.objects.get().state == S.APPROVED


def test_policy_and_selector_see_the_same_applications(cast: Cast) -> None:
    firm = cast.company_organisation
    right = make_certified_right(cast, holder_name=firm.name, holder_organisation=firm)
    elsewhere = accounts.create_organisation(name="别的银行", kind="bank", division=cast.places.nanchuan, by=None)
    accounts.grant_role(
        user=cast.stranger, role=Role.BANKER, division=cast.places.nanchuan, organisation=elsewhere, by=None
    )
    accounts.grant_role(
        user=cast.city, role=Role.BANKER, division=cast.places.liangping, organisation=cast.bank_organisation, by=None
    )
    made = [make_application(cast), make_application(cast, right, by=cast.company)]
    seen: dict[str, int] = {}
    for name in ("farmer", "company", "bank", "bank2", "city", "village", "town", "organiser", "stranger"):
        user = getattr(cast, name)
        found = set(selectors.visible_applications(user))
        assert found == {row for row in made if policies.may_view(user, row)}, name
        seen[name] = len(found)
    assert seen == dict.fromkeys(seen, 0) | {"farmer": 1, "company": 1, "bank": 2, "bank2": 2}


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        ("2026-01-31", "2026-02-28", 1),
        ("2026-01-31", "2026-02-27", 0),
        ("2024-02-29", "2025-02-28", 12),
        ("2026-03-10", "2026-03-09", 0),
        ("2026-03-10", "2046-03-10", 240),
        ("2026-03-10", "2046-03-09", 239),
    ],
)
def test_whole_months_are_those_that_fit(first: str, last: str, months: int) -> None:
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    assert whole_months(begin, end) == months
    assert months_later(begin, months) <= end or months == 0
