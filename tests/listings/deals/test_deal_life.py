"""A deal's life: published, confirmed, contracted, paid, handed over, attested, certified; and each refusal."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from exchange.accounts.models import Notice
from exchange.clock import legal_day
from exchange.errors import NotAllowed, OtherBody, Refused, WrongState
from exchange.journal.models import Event
from exchange.ledger.models import Account, BankOrder, Posting
from listings.auctions.models import Deposit
from listings.auctions.services.deposits import apply_deposit
from listings.catalogue.models import Listing
from listings.deals import selectors
from listings.deals.models import Attestation, Contract, Deal, Handover, Payment
from listings.deals.services import certificates, confirming, contracts, handover, opening, payments
from listings.registry.models import Encumbrance, Right
from tests.factories import Cast, paper
from tests.listings.auctions.hall import close_hall, go_to, make_auction, open_hall
from tests.listings.deals.life import (
    CLAUSES,
    attest,
    confirm,
    draw_up,
    fresh,
    hand_over,
    make_completed_deal,
    make_deal,
    make_farmers_deal,
    make_paid_deal,
    pay_in,
    sign,
    write_sheet,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_time")]
S = Deal.State


def journal(deal: Deal) -> list[str]:
    """Return the kinds of the deal's events, in order."""
    found = Event.objects.filter(subject_type="deals.Deal", subject_id=str(deal.pk)).order_by("pk")
    return list(found.values_list("kind", flat=True))


def refuses(error: type[Refused], service: Any, **arguments: Any) -> Refused:
    """Call a service that must refuse and change nothing that is recorded."""
    before = (Event.objects.count(), list(Deal.objects.order_by("pk").values("pk", "state")))
    with pytest.raises(error) as caught:
        service(**arguments)
    assert (Event.objects.count(), list(Deal.objects.order_by("pk").values("pk", "state"))) == before
    return caught.value


def test_a_sold_hall_becomes_a_deal_recorded_on_the_day_of_the_close(cast: Cast) -> None:
    deal = make_deal(cast)
    assert (deal.state, deal.price_fen, deal.term_months, deal.amount_fen) == (S.PUBLICITY, 3_500_000, 240, 70_000_000)
    assert (deal.lessee_name, deal.lessee_organisation, deal.lessee_user) == (
        "南川肉食品有限公司",
        cast.company_organisation,
        None,
    )
    assert (deal.competitive, deal.start_price_fen, deal.origin) == (True, 3_000_000, "platform")
    event = Event.objects.get(kind="deal.closed")
    assert (event.day, event.amount_fen, event.right_kind) == (deal.closed_on, 70_000_000, "construction_land")
    assert (event.data["competitive"], event.data["start_price_fen"]) == (True, 3_000_000)
    assert deal.auction is not None
    assert deal.closed_on == legal_day(deal.auction.closed_at)
    assert Notice.objects.filter(url=f"/deals/{deal.pk}/").count() == 2


def test_a_person_who_wins_alone_is_lessee_without_competition(cast: Cast) -> None:
    deal = make_farmers_deal(cast)
    assert (deal.lessee_user, deal.lessee_kind, deal.competitive) == (cast.farmer, "person", False)


def test_hearing_of_the_close_twice_makes_one_deal(cast: Cast) -> None:
    deal = make_deal(cast)
    again = opening.open_deal(auction_id=str(deal.auction_id))
    assert again == deal
    assert Deal.objects.count() == 1
    assert Event.objects.filter(kind="deal.closed").count() == 1


def test_a_hall_without_a_bid_makes_no_deal(cast: Cast) -> None:
    auction = close_hall(open_hall(make_auction(cast)))
    assert opening.open_deal(auction_id=str(auction.pk)) is None
    assert Deal.objects.count() == 0


def test_the_result_is_confirmed_when_its_publicity_is_over_and_not_before(cast: Cast) -> None:
    deal = make_deal(cast)
    go_to(deal.publicity_to - timedelta(seconds=2))
    assert confirming.confirm_due() == 0
    assert not confirming.confirm_deal(deal_id=deal.pk)
    assert fresh(deal).state == S.PUBLICITY
    go_to(deal.publicity_to)
    assert confirming.confirm_due() == 1
    assert confirming.confirm_due() == 0
    assert fresh(deal).state == S.CONFIRMED
    assert journal(deal) == ["deal.closed", "deal.confirmed"]


def test_nothing_is_confirmed_on_a_guessed_day(cast: Cast) -> None:
    deal = make_deal(cast)
    rules = {**deal.rules, "result_publicity_period": {**deal.rules["result_publicity_period"]}}
    rules["result_publicity_period"] |= {"value": 5, "unit": "working_day"}
    late = deal.publicity_from.replace(year=2031)
    Deal.objects.filter(pk=deal.pk).update(
        rules=rules, publicity_from=late, publicity_to=late + timedelta(days=7), publicity_provisional=True
    )
    go_to(late + timedelta(days=60))
    assert confirming.confirm_due() == 0
    assert fresh(deal).state == S.PUBLICITY


def test_a_cancelled_result_gives_the_deposit_back_frees_the_right_and_is_taken_out_of_the_figures(cast: Cast) -> None:
    deal = make_deal(cast)
    arguments = {"deal_id": str(deal.pk), "reason": "公示期内异议成立"}
    for person in (cast.village, cast.company, cast.district, cast.stranger):
        refuses(NotAllowed, confirming.cancel_deal, by=person, **arguments)
    assert (
        refuses(Refused, confirming.cancel_deal, by=cast.organiser, deal_id=str(deal.pk), reason=" ").field == "reason"
    )
    confirming.cancel_deal(by=cast.organiser, **arguments)
    deal = fresh(deal)
    assert (deal.state, deal.note) == (S.CANCELLED, "公示期内异议成立")
    event = Event.objects.get(kind="deal.cancelled")
    assert (event.sign, event.amount_fen, event.area_m2) == (-1, deal.amount_fen, deal.area_m2)
    assert Deposit.objects.get(registration=deal.auction.winner).state == Deposit.State.REFUNDING
    assert deal.listing.state == Listing.State.DEFAULTED
    assert not Encumbrance.objects.filter(right=deal.right, kind="listing", lifted_at=None).exists()
    assert deal not in selectors.public_deals()
    assert deal in selectors.visible_deals(cast.company)
    refuses(WrongState, confirming.cancel_deal, by=cast.organiser, **arguments)


@pytest.mark.parametrize("clause", ["planning_conditions", "industry_entry", "ecology"])
def test_a_contract_over_construction_land_without_a_clause_of_the_law_is_refused(cast: Cast, clause: str) -> None:
    deal = confirm(make_deal(cast))
    entry = {**CLAUSES, clause: "  "}
    refused = refuses(Refused, contracts.draw_up_contract, deal_id=str(deal.pk), by=cast.organiser, **entry)
    assert (refused.code, refused.field) == ("missing_clause", clause)
    assert Contract.objects.count() == 0


def test_only_the_organiser_draws_up_and_only_once_the_result_stands(cast: Cast) -> None:
    deal = make_deal(cast)
    entry = {"deal_id": str(deal.pk), **CLAUSES}
    refuses(WrongState, contracts.draw_up_contract, by=cast.organiser, **entry)
    confirm(deal)
    for person in (cast.village, cast.company, cast.town, cast.stranger):
        refuses(NotAllowed, contracts.draw_up_contract, by=person, **entry)
    draw_up(cast, deal)
    assert Contract.objects.count() == 1


def test_a_sign_that_cannot_be_printed_is_refused_at_its_field(cast: Cast) -> None:
    deal = confirm(make_deal(cast))
    entry = {**CLAUSES, "ecology": "污水达标 😀"}
    refused = refuses(Refused, contracts.draw_up_contract, deal_id=str(deal.pk), by=cast.organiser, **entry)
    assert (refused.code, refused.field) == ("unprintable", "ecology")


def test_a_second_click_on_draw_up_gives_the_first_contract(cast: Cast) -> None:
    deal = confirm(make_deal(cast))
    first = draw_up(cast, deal, request_key="k1")
    assert draw_up(cast, deal, request_key="k1") == first
    refuses(
        OtherBody,
        contracts.draw_up_contract,
        deal_id=str(deal.pk),
        by=cast.organiser,
        request_key="k1",
        **{**CLAUSES, "ecology": "其他"},
    )
    assert draw_up(cast, deal).version == 2
    assert Contract.objects.count() == 2


def test_both_sides_sign_the_newest_version_and_nobody_signs_twice_or_for_the_other(cast: Cast) -> None:
    deal = confirm(make_deal(cast))
    old, contract = draw_up(cast, deal), draw_up(cast, deal)
    refuses(WrongState, contracts.sign_contract, contract_id=str(old.pk), by=cast.village)
    for person in (cast.farmer, cast.organiser, cast.stranger):
        refuses(NotAllowed, contracts.sign_contract, contract_id=str(contract.pk), by=person)
    contracts.sign_contract(contract_id=str(contract.pk), by=cast.village)
    assert fresh(deal).state == S.CONFIRMED
    refuses(WrongState, contracts.sign_contract, contract_id=str(contract.pk), by=cast.village)
    refuses(WrongState, contracts.draw_up_contract, deal_id=str(deal.pk), by=cast.organiser, **CLAUSES)
    contracts.sign_contract(contract_id=str(contract.pk), by=cast.company)
    deal = fresh(deal)
    assert deal.state == S.CONTRACTED
    assert deal.instalments.count() == 20
    assert sum(deal.instalments.values_list("amount_fen", flat=True)) == deal.amount_fen
    refuses(WrongState, contracts.sign_contract, contract_id=str(contract.pk), by=cast.company)


def test_what_was_drawn_up_never_changes(cast: Cast) -> None:
    deal = confirm(make_deal(cast))
    contract = draw_up(cast, deal)
    bytes_then = selectors.sound_bytes(contract.pdf, contract.sha256)
    assert bytes_then.startswith(b"%PDF-1.7")
    deal = sign(cast, deal)
    contract = Contract.objects.get(pk=contract.pk)
    assert selectors.sound_bytes(contract.pdf, contract.sha256) == bytes_then
    for changes in ({"sha256": "0" * 64}, {"body": {}}, {"number": "other"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Contract.objects.filter(pk=contract.pk).update(**changes)
    with pytest.raises(DatabaseError), transaction.atomic():
        contract.delete()


def test_a_file_that_was_changed_on_the_disk_is_neither_signed_nor_shown(cast: Cast) -> None:
    deal = confirm(make_deal(cast))
    contract = draw_up(cast, deal)
    with open(contract.pdf.path, "ab") as file:
        file.write(b"%")
    with pytest.raises(selectors.FileChanged):
        contracts.sign_contract(contract_id=str(contract.pk), by=cast.village)
    assert Contract.objects.get(pk=contract.pk).lessor_signed_at is None


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


def test_the_hand_over_needs_both_sides_and_begins_the_term(cast: Cast) -> None:
    deal = make_paid_deal(cast)
    today = legal_day()
    write_sheet(cast, deal)
    assert fresh(deal).state == S.PAID
    refuses(WrongState, handover.confirm_handover, deal_id=str(deal.pk), on_day=today, by=cast.village)
    for person in (cast.farmer, cast.organiser, cast.stranger):
        refuses(NotAllowed, handover.confirm_handover, deal_id=str(deal.pk), on_day=today, by=person)
    other = today - timedelta(days=1)
    assert (
        refuses(Refused, handover.confirm_handover, deal_id=str(deal.pk), on_day=other, by=cast.company).code
        == "changed"
    )
    handover.confirm_handover(deal_id=str(deal.pk), on_day=today, by=cast.company)
    deal = fresh(deal)
    assert (deal.state, deal.term_from, deal.term_to) == (S.HANDED_OVER, today, today.replace(year=today.year + 20))
    second = deal.instalments.get(n=2)
    assert second.due_on == today.replace(year=today.year + 1) - timedelta(days=10)
    sheet = Handover.objects.get(deal=deal)
    assert hashlib.sha256(sheet.photo.read()).hexdigest() == sheet.photo_sha256


def test_either_side_may_write_the_sheet_and_rewriting_asks_the_other_again(cast: Cast) -> None:
    deal = make_paid_deal(cast)
    write_sheet(cast, deal)
    today = legal_day()
    sheet = handover.hand_over(deal_id=str(deal.pk), on_day=today, place_note="另有水井一口", by=cast.company)
    assert (sheet.lessor_confirmed_at, sheet.place_note) == (None, "另有水井一口")
    assert fresh(deal).state == S.PAID
    handover.confirm_handover(deal_id=str(deal.pk), on_day=today, by=cast.village)
    assert fresh(deal).state == S.HANDED_OVER
    assert Handover.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"on_day": "tomorrow"}, "on_day"),
        ({"on_day": "before"}, "on_day"),
        ({"place_note": " "}, "place_note"),
        ({"photo": "pdf"}, "photo"),
    ],
)
def test_a_wrong_sheet_is_refused_at_its_field(cast: Cast, changes: dict[str, Any], field: str) -> None:
    deal = make_paid_deal(cast)
    days = {"tomorrow": legal_day() + timedelta(days=1), "before": legal_day() - timedelta(days=3)}
    changes = {k: days.get(v, v) for k, v in changes.items()}
    if changes.get("photo"):
        changes["photo"] = paper()
    with pytest.raises(Refused) as caught:
        write_sheet(cast, deal, **changes)
    assert caught.value.field == field
    assert Handover.objects.count() == 0


def test_nothing_is_handed_over_before_the_first_payment(cast: Cast) -> None:
    deal = sign(cast, confirm(make_deal(cast)))
    refuses(WrongState, write_sheet, cast=cast, deal=deal)
    refuses(WrongState, handover.confirm_handover, deal_id=str(deal.pk), on_day=legal_day(), by=cast.company)


def test_the_attestation_is_issued_after_the_hand_over_and_once_at_a_time(cast: Cast) -> None:
    deal = make_paid_deal(cast)
    refuses(WrongState, certificates.attest, deal_id=str(deal.pk), by=cast.organiser)
    deal = hand_over(cast, deal)
    for person in (cast.village, cast.company, cast.bank, cast.stranger):
        refuses(NotAllowed, certificates.attest, deal_id=str(deal.pk), by=person)
    first = attest(cast, deal)
    assert len(first.verify_code) == 12
    assert selectors.sound_bytes(first.pdf, first.sha256).startswith(b"%PDF-1.7")
    refuses(WrongState, certificates.attest, deal_id=str(deal.pk), by=cast.organiser)
    refuses(NotAllowed, certificates.revoke_attestation, attestation_id=str(first.pk), reason="x", by=cast.company)
    asked = {"attestation_id": str(first.pk), "by": cast.organiser}
    assert refuses(Refused, certificates.revoke_attestation, reason="", **asked).field == "reason"
    certificates.revoke_attestation(reason="姓名有误", **asked)
    refuses(WrongState, certificates.revoke_attestation, reason="again", **asked)
    second = attest(cast, deal)
    assert Attestation.objects.count() == 2
    assert first.verify_code != second.verify_code
    assert selectors.attestation_by_code(first.verify_code).revoke_reason == "姓名有误"


def test_the_certificate_makes_the_lessees_right_and_completes_deal_and_listing(cast: Cast) -> None:
    deal = hand_over(cast, make_paid_deal(cast))
    entry = {"deal_id": str(deal.pk), "number": "渝（2026）南川区不动产权第0000777号", "registered_on": legal_day()}
    refused = refuses(Refused, certificates.record_certificate, by=cast.organiser, **entry)
    assert refused.code == "no_attestation"
    attest(cast, deal)
    for person in (cast.village, cast.company, cast.stranger):
        refuses(NotAllowed, certificates.record_certificate, by=person, **entry)
    early = {**entry, "registered_on": deal.term_from - timedelta(days=1)}
    assert refuses(Refused, certificates.record_certificate, by=cast.organiser, **early).field == "registered_on"
    certificates.record_certificate(by=cast.organiser, **entry)
    deal = fresh(deal)
    assert deal.state == S.COMPLETED
    right = Right.objects.get(pk=deal.new_right_id)
    assert (right.holder_organisation, right.parent_id, right.basis) == (
        cast.company_organisation,
        deal.right_id,
        "lease",
    )
    assert (right.term_from, right.term_to) == (deal.term_from, deal.term_to)
    assert right.certificates.get().number == entry["number"]
    assert deal.listing.state == Listing.State.COMPLETED
    assert not Encumbrance.objects.filter(right=deal.right, kind="listing", lifted_at=None).exists()
    refuses(WrongState, certificates.record_certificate, by=cast.organiser, **entry)


def test_contract_hand_over_and_certificate_fit_into_one_day(cast: Cast) -> None:
    deal = make_completed_deal(cast, farmer=True)
    contract = selectors.current_contract(deal)
    days = {
        legal_day(contract.lessee_signed_at),
        deal.instalments.get(n=1).paid_on,
        deal.handover.on_day,
        deal.new_right.certificates.get().registered_on,
    }
    assert days == {deal.term_from}
    assert selectors.valid_attestation(deal).body["same_day"] is True
    assert journal(deal) == [
        "deal.closed",
        "deal.confirmed",
        "deal.drawn_up",
        "deal.signed",
        "deal.signed",
        "deal.contracted",
        "deal.paid",
        "deal.handover_written",
        "deal.handed_over",
        "deal.attested",
        "deal.certified",
    ]


def test_every_edge_of_the_deals_states_is_walked_by_these_tests() -> None:
    edges = {(a, b) for a, many in Deal.NEXT.items() for b in many}
    walked = [S.PUBLICITY, S.CONFIRMED, S.CONTRACTED, S.PAID, S.HANDED_OVER, S.COMPLETED]
    assert edges == {*zip(walked, walked[1:], strict=False), (S.PUBLICITY, S.CANCELLED)}


@pytest.mark.parametrize(
    ("months", "amounts"),
    [(240, [3_500_000] * 20), (18, [3_500_000, 1_750_000]), (7, [2_041_667])],
)
def test_instalments_are_yearly_and_sum_to_the_whole(months: int, amounts: list[int]) -> None:
    deal = Deal(price_fen=3_500_000, price_unit="yuan_per_year", term_months=months, amount_fen=sum(amounts))
    assert contracts.instalment_amounts(deal) == amounts


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2024, 2, 29), 240, date(2044, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2023, 10, 31), 1, date(2023, 11, 30)),
        (date(2023, 12, 15), 13, date(2025, 1, 15)),
    ],
)
def test_months_are_added_by_the_calendar(day: date, months: int, later: date) -> None:
    assert handover.add_months(day, months) == later
