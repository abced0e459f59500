"""The pages and the API of loans, walked through as the farmer and the bank walk them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from exchange.accounts.tokens import token_of
from exchange.clock import legal_day
from listings.registry.models import Right
from loans.origination.demo import load_products
from loans.origination.models import Application, Mortgage, Product
from loans.servicing.models import Loan
from loans.servicing.selectors.loans import payoff_amount
from tests.factories import Cast, make_user
from tests.loans.cast import (
    make_application,
    make_certified_right,
    make_leased_right,
    make_loan,
    make_product,
    make_valued,
)

APPLY = {"amount_fen": "200,000", "term_months": "36", "purpose": "买种苗", "request_key": "k"}


@pytest.fixture
def at() -> Callable[[Any], Client]:
    """Return `at(user)`: a browser in which the person is logged in, in English."""

    def enter(user: Any) -> Client:
        client = Client(headers={"accept-language": "en"})
        client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
        return client

    return enter


def post(client: Client, verb: str, application: Application, **data: Any) -> Any:
    address = reverse("servicing:act", kwargs={"application_id": application.pk, "verb": verb})
    return client.post(address, {"request_key": f"{verb}-1", **data})


def test_a_loan_by_its_pages_from_the_application_to_the_release(cast: Cast, at: Callable[[Any], Client]) -> None:
    right, product = make_certified_right(cast), make_product(cast, rate_bp=None)
    apply = reverse("origination:apply", kwargs={"right_id": right.pk})
    farmer, bank, approver = at(cast.farmer), at(cast.bank), at(cast.bank2)
    assert "五星村废弃村小" in farmer.get(apply).content.decode()
    assert farmer.post(apply, {**APPLY, "product_id": str(product.pk)}).status_code == 302
    application = Application.objects.get()
    assert "李大山" in bank.get(reverse("origination:bank")).content.decode()
    assert post(bank, "value", application, annual_rent_fen="35000").status_code == 302
    assert post(approver, "approve", application, rate_bp="3.85").status_code == 302
    early = post(bank, "disburse", application)
    assert early.status_code == 409 and "mortgage is not registered yet" in early.content.decode()
    done = post(bank, "register", application, number="M-1", registered_on=legal_day().isoformat())
    assert done.status_code == 302
    assert post(bank, "disburse", application).status_code == 302
    loan = Loan.objects.get()
    seen = farmer.get(reverse("servicing:loan", kwargs={"loan_id": loan.pk})).content.decode()
    assert "¥5,891.46" in seen and "¥200,000.00" in seen
    wrong = post(bank, "repay", application, amount_fen="7000")
    text = wrong.content.decode()
    assert wrong.status_code == 409 and "5,891.46" in text and 'value="7000"' in text
    settling = f"{payoff_amount(loan, legal_day()) / 100:.2f}"
    assert post(bank, "repay", application, amount_fen=settling).status_code == 302
    assert post(bank, "release", application).status_code == 302
    assert Mortgage.objects.get().state == Mortgage.State.RELEASED
    case = bank.get(reverse("servicing:case", kwargs={"application_id": application.pk})).content.decode()
    assert "The right is free again." in case and "¥200,000.00" in case


def test_a_refusal_stands_at_its_field_and_the_typed_values_stay(cast: Cast, at: Callable[[Any], Client]) -> None:
    right, product = make_certified_right(cast, years=3), make_product(cast)
    apply = reverse("origination:apply", kwargs={"right_id": right.pk})
    answer = at(cast.farmer).post(apply, {**APPLY, "product_id": str(product.pk)})
    text = answer.content.decode()
    assert (answer.status_code, Application.objects.count()) == (409, 0)
    assert "30 months or less" in text and "买种苗" in text and "200,000" in text
    assert answer.context["form"].errors.keys() == {"term_months"}


def test_where_leased_rights_are_not_lent_on_the_page_says_so_before_and_after(
    cast: Cast, at: Callable[[Any], Client]
) -> None:
    right, product = make_certified_right(cast), make_product(cast)
    Right.objects.filter(pk=right.pk).update(division=cast.places.nanhua)
    apply = reverse("origination:apply", kwargs={"right_id": right.pk})
    farmer = at(cast.farmer)
    assert "Here banks may not lend on a leased right." in farmer.get(apply).content.decode()
    answer = farmer.post(apply, {**APPLY, "product_id": str(product.pk)})
    assert answer.status_code == 409 and "here banks may not lend" in answer.content.decode()


def test_a_credit_loan_is_applied_for_without_a_right(cast: Cast, at: Callable[[Any], Client]) -> None:
    mortgage, credit = make_product(cast), make_product(cast, "none")
    address = reverse("origination:apply_credit")
    farmer = at(cast.farmer)
    text = farmer.get(address).content.decode()
    assert str(credit.pk) in text and str(mortgage.pk) not in text
    data = {**APPLY, "product_id": str(credit.pk), "division": str(cast.places.nanchuan.pk)}
    assert farmer.post(address, data).status_code == 302
    assert Application.objects.get().division == cast.places.nanchuan


def test_the_farmer_takes_back_what_nobody_has_decided(cast: Cast, at: Callable[[Any], Client]) -> None:
    application = make_valued(cast)
    farmer = at(cast.farmer)
    assert "Take back" in farmer.get(reverse("servicing:mine")).content.decode()
    address = reverse("origination:withdraw", kwargs={"application_id": application.pk})
    assert farmer.post(address, {"request_key": "k"}).status_code == 302
    assert farmer.post(address, {"request_key": "k2"}).status_code == 409
    assert Application.objects.get().state == Application.State.WITHDRAWN


def test_the_desk_offers_each_one_only_his_own_steps(cast: Cast, at: Callable[[Any], Client]) -> None:
    application = make_application(cast)
    case = reverse("servicing:case", kwargs={"application_id": application.pk})

    def offered(user: Any) -> set[str]:
        return set(at(user).get(case).context["forms"])

    assert (offered(cast.bank), offered(cast.bank2)) == ({"value"}, {"decline"})
    post(at(cast.bank), "value", application, annual_rent_fen="35000")
    assert (offered(cast.bank), offered(cast.bank2)) == ({"value"}, {"approve", "decline"})
    refused = post(at(cast.bank), "approve", application)
    assert refused.status_code == 403 and "approver of this bank" in refused.content.decode()


def test_products_show_what_is_open_as_set_by_the_bank_and_no_made_up_list(cast: Cast, client: Client) -> None:
    """The bank's account of districts is its own; the page names none of them."""
    made = load_products()
    assert load_products() == made
    text = client.get(reverse("origination:products"), headers={"accept-language": "en"}).content.decode()
    for name in ("富民贷", "渝快助农贷"):
        assert name in text
    assert "30 districts" in text and "31 districts" in text and "set by the bank" in text
    credit = Product.objects.filter(secured_by="none")
    assert {(p.name, p.rate_bp, p.limit_fen, p.term_months_max) for p in credit} == {
        ("富民贷", None, None, None),
        ("渝快助农贷", None, None, None),
    }


def test_a_form_offers_only_what_fits_the_right_and_the_api_says_which(cast: Cast, at: Callable[[Any], Client]) -> None:
    right, land = make_certified_right(cast), make_product(cast)
    forest = make_product(cast, name="林权抵押贷款", right_kinds=("forest",))
    apply = reverse("origination:apply", kwargs={"right_id": right.pk})
    text = at(cast.farmer).get(apply).content.decode()
    assert str(land.pk) in text and str(forest.pk) not in text
    assert at(cast.farmer).post(apply, {**APPLY, "product_id": str(forest.pk)}).status_code == 400
    listed = call(cast.farmer, "get", "origination-products", {"right_kind": "forest"}).json()["results"]
    assert [(row["name"], row["right_kinds"]) for row in listed] == [("林权抵押贷款", ["forest"])]
    body = {"product_id": str(forest.pk), "right_id": str(right.pk), "amount": "1.00", "term_months": 1, "purpose": "x"}
    answer = call(cast.farmer, "post", "origination-applications", body)
    assert (answer.status_code, answer.json()["code"], Application.objects.count()) == (409, "wrong_kind", 0)


def test_the_list_of_products_shows_the_readers_rights(cast: Cast, at: Callable[[Any], Client]) -> None:
    certified, bare = make_certified_right(cast), make_leased_right(cast)
    make_product(cast)
    seen = at(cast.farmer).get(reverse("origination:products"))
    assert [(row.right, bool(row.obstacle)) for row in seen.context["chances"]] == [(bare, True), (certified, False)]


def test_the_front_door_of_loans_leads_everyone_where_he_belongs(
    cast: Cast, client: Client, at: Callable[[Any], Client]
) -> None:
    make_application(cast)
    door = reverse("servicing:front")
    assert door == "/loans/"

    def led(browser: Client) -> str:
        answer = browser.get(door, follow=True)
        assert answer.status_code == 200
        return str(answer.redirect_chain[-1][0])

    assert led(client) == led(at(cast.stranger)) == led(at(cast.village)) == reverse("origination:products")
    assert led(at(cast.farmer)) == reverse("servicing:mine")
    assert led(at(cast.bank)) == led(at(cast.bank2)) == reverse("origination:bank")
    assert 'href="/loans/"' in client.get(reverse("origination:products")).content.decode()


def test_my_loans_offer_to_borrow_on_a_certified_right_and_say_why_not_on_another(
    cast: Cast, at: Callable[[Any], Client]
) -> None:
    """Nanchuan lets leased rights be mortgaged, the rule elsewhere does not; what has a loan is not offered again."""
    free, elsewhere, bare, applied, lent = (
        make_certified_right(cast),
        make_certified_right(cast),
        make_leased_right(cast),
        make_application(cast).right,
        make_loan(cast).application.right,
    )
    Right.objects.filter(pk=elsewhere.pk).update(division=cast.places.nanhua)
    seen = at(cast.farmer).get(reverse("servicing:mine"))
    text = seen.content.decode()
    assert {row.right for row in seen.context["chances"]} == {free, elsewhere, bare}
    offered = {right for right in (free, elsewhere, bare, applied, lent) if f"/loans/apply/{right.pk}/" in text}
    assert offered == {free}
    assert text.count("You can apply") == 1 and text.count("Not now") == 2
    assert "here banks may not lend on a leased right" in text and "not yet issued a certificate" in text


def call(user: Any, method: str, name: str, data: Any = None, **kwargs: Any) -> Any:
    client = Client(headers={"authorization": f"Bearer {token_of(user)}", "idempotency-key": kwargs.pop("key", "")})
    address = reverse(f"api:{name}", kwargs=kwargs)
    if method == "get":
        return client.get(address, data)
    return client.post(address, data or {}, content_type="application/json")


def test_a_loan_by_the_api(cast: Cast) -> None:
    right, product = make_certified_right(cast), make_product(cast, rate_bp=None)
    body = {
        "product_id": str(product.pk),
        "right_id": str(right.pk),
        "amount": "200000.00",
        "term_months": 36,
        "purpose": "买种苗",
    }
    made = [call(cast.farmer, "post", "origination-applications", body, key="k").json() for _ in range(2)]
    assert made[0] == made[1] and made[0]["state"] == "submitted"
    other = call(cast.farmer, "post", "origination-applications", {**body, "amount": "1.00"}, key="k")
    assert other.status_code == 422
    key = {"application_id": made[0]["id"]}
    valued = call(cast.bank, "post", "origination-value", {"annual_rent": "35000.00"}, **key).json()
    assert valued["valuation"]["ceiling"] == "420000.00"
    assert call(cast.bank2, "post", "origination-approve", {"rate_bp": 385}, **key).json()["rate_bp"] == 385
    early = call(cast.bank, "post", "servicing-disburse", **key)
    assert (early.status_code, early.json()["code"]) == (409, "not_registered")
    entry = {"number": "M-1", "registered_on": legal_day().isoformat()}
    assert call(cast.bank, "post", "origination-register", entry, **key).json()["mortgage"]["number"] == "M-1"
    loan = call(cast.bank, "post", "servicing-disburse", **key, key="d").json()
    assert (loan["principal"], len(loan["schedule"]), loan["payoff_today"]) == ("200000.00", 36, "200000.00")
    wrong = call(cast.bank, "post", "servicing-repay", {"amount": "0.00"}, loan_id=loan["id"])
    assert (wrong.status_code, wrong.json()["fields"].keys()) == (409, {"amount_fen"})
    paid = [call(cast.bank, "post", "servicing-repay", {"amount": "5891.46"}, loan_id=loan["id"], key="r").json()] * 2
    assert paid[1]["balance"] == "194750.21"
    rest = {"amount": paid[0]["payoff_today"]}
    assert call(cast.bank, "post", "servicing-repay", rest, loan_id=loan["id"]).json()["state"] == "settled"
    assert call(cast.bank, "post", "servicing-release", loan_id=loan["id"]).status_code == 200
    assert call(cast.farmer, "get", "origination-application", **key).json()["mortgage"]["state"] == "released"


def test_the_api_lists_the_loans_one_may_see_by_division(cast: Cast) -> None:
    loan = make_loan(cast)

    def listed(user: Any, division: str) -> list[str]:
        return [row["id"] for row in call(user, "get", "servicing-loans", {"division": division}).json()["results"]]

    assert listed(cast.farmer, "500119") == listed(cast.bank, "500119118203") == [str(loan.pk)]
    assert listed(cast.farmer, "500155") == listed(cast.stranger, "500119") == []


def test_nobody_applies_by_the_api_on_a_right_he_does_not_hold(cast: Cast) -> None:
    right, product = make_certified_right(cast), make_product(cast)
    body = {
        "product_id": str(product.pk),
        "right_id": str(right.pk),
        "amount": "1.00",
        "term_months": 1,
        "purpose": "x",
    }
    assert call(make_user("other"), "post", "origination-applications", body).status_code == 404
    assert Application.objects.count() == 0


def test_by_the_api_a_loan_on_credit_names_the_place_instead_of_a_right(cast: Cast) -> None:
    credit = make_product(cast, "none")
    body = {"product_id": str(credit.pk), "amount": "50000.00", "term_months": 12, "purpose": "买化肥"}
    assert call(cast.farmer, "post", "origination-applications", body).json()["fields"].keys() == {"division"}
    assert call(cast.farmer, "post", "origination-applications", {**body, "division": "999999"}).status_code == 404
    made = call(cast.farmer, "post", "origination-applications", {**body, "division": "500119118"}).json()
    assert (made["division"], made["right_id"], made["amount"]) == ("500119118", None, "50000.00")


def test_the_bank_reads_whose_turn_it_is_and_that_too_much_is_asked_for(
    cast: Cast, at: Callable[[Any], Client]
) -> None:
    application = make_application(cast)
    case = reverse("servicing:case", kwargs={"application_id": application.pk})
    officer, approver = at(cast.bank), at(cast.bank2)
    turn, too_much = "officer&#x27;s turn: the mortgage", "More is asked for than may be lent"
    assert too_much not in officer.get(case).content.decode()
    post(officer, "value", application, annual_rent_fen="35", note="每年三万五")
    page = officer.get(case).content.decode()
    assert too_much in page and "Value it anew" in page and "每年三万五" in page
    again = officer.post(case + "value/", {"request_key": "value-2", "annual_rent_fen": "35000"})
    assert again.status_code == 302
    assert "approver&#x27;s turn" in officer.get(case).content.decode()
    page = approver.get(case).content.decode()
    assert too_much not in page and turn not in page
    post(approver, "approve", application)
    assert turn in approver.get(case).content.decode()
    assert turn not in officer.get(case).content.decode()


def test_an_empty_list_says_once_what_will_appear_there(cast: Cast, at: Callable[[Any], Client]) -> None:
    bank = at(cast.bank)
    loans = bank.get(reverse("servicing:list")).content.decode()
    queue = bank.get(reverse("origination:bank")).content.decode()
    assert loans.count("Loans appear here when they are paid out.") == 1
    assert queue.count("New applications appear here by themselves.") == 1


def test_when_the_next_instalment_is_paid_early_both_sides_read_which_one_comes_after(
    cast: Cast, at: Callable[[Any], Client]
) -> None:
    loan = make_loan(cast)
    pages = [
        (cast.farmer, reverse("servicing:loan", kwargs={"loan_id": loan.pk})),
        (cast.bank, reverse("servicing:case", kwargs={"application_id": loan.application_id})),
    ]
    assert ["Next, by" in at(user).get(path).content.decode() for user, path in pages] == [False, False]
    first, second = loan.schedule.order_by("n")[:2]
    amount = f"{first.open_fen / 100:.2f}"
    assert post(at(cast.bank), "repay", loan.application, amount_fen=amount).status_code == 302
    for user, path in pages:
        response = at(user).get(path)
        known = response.context.get("coming") or response.context["loan"]["coming"]
        assert (known.n, known.due_on) == (2, second.due_on)
        assert "Next, by" in response.content.decode()


def test_a_rate_and_a_day_that_cannot_be_read_are_refused_with_an_example(
    cast: Cast, at: Callable[[Any], Client]
) -> None:
    application = make_valued(cast, product=make_product(cast, rate_bp=None))
    page = post(at(cast.bank2), "approve", application, rate_bp="drei")
    assert page.status_code == 400
    assert "Enter the yearly rate in percent, such as 3.85." in page.content.decode()
    assert 'value="drei"' in page.content.decode()
    assert post(at(cast.bank2), "approve", application, rate_bp="3.85").status_code == 302
    page = post(at(cast.bank), "register", application, number="1", registered_on="yesterday")
    assert page.status_code == 400 and "write it like 2026-03-01" in page.content.decode()
