"""The contract: with the clauses of the law, printed once, signed by both sides, unchanged ever after."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from exchange.errors import NotAllowed, OtherBody, Refused, WrongState
from listings.deals import selectors
from listings.deals.models import Contract, Deal
from listings.deals.services import contracts
from tests.factories import Cast
from tests.listings.deals.life import (
    CLAUSES,
    confirm,
    draw_up,
    fresh,
    make_deal,
    refuses,
    sign,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_time")]
S = Deal.State


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
    wrong = refuses(Refused, contracts.sign_contract, deal_id=str(deal.pk), sha256=old.sha256, by=cast.village)
    assert wrong.code == "changed"
    for person in (cast.farmer, cast.organiser, cast.stranger):
        refuses(NotAllowed, contracts.sign_contract, deal_id=str(contract.deal_id), sha256=contract.sha256, by=person)
    contracts.sign_contract(deal_id=str(contract.deal_id), sha256=contract.sha256, by=cast.village)
    assert fresh(deal).state == S.CONFIRMED
    refuses(WrongState, contracts.sign_contract, deal_id=str(contract.deal_id), sha256=contract.sha256, by=cast.village)
    refuses(WrongState, contracts.draw_up_contract, deal_id=str(deal.pk), by=cast.organiser, **CLAUSES)
    contracts.sign_contract(deal_id=str(contract.deal_id), sha256=contract.sha256, by=cast.company)
    deal = fresh(deal)
    assert deal.state == S.CONTRACTED
    assert deal.instalments.count() == 20
    assert sum(deal.instalments.values_list("amount_fen", flat=True)) == deal.amount_fen
    refuses(WrongState, contracts.sign_contract, deal_id=str(contract.deal_id), sha256=contract.sha256, by=cast.company)


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
        contracts.sign_contract(deal_id=str(contract.deal_id), sha256=contract.sha256, by=cast.village)
    assert Contract.objects.get(pk=contract.pk).lessor_signed_at is None


@pytest.mark.parametrize(
    ("months", "amounts"),
    [(240, [3_500_000] * 20), (18, [3_500_000, 1_750_000]), (7, [2_041_667])],
)
def test_instalments_are_yearly_and_sum_to_the_whole(months: int, amounts: list[int]) -> None:
    deal = Deal(price_fen=3_500_000, price_unit="yuan_per_year", term_months=months, amount_fen=sum(amounts))
    assert contracts.instalment_amounts(deal) == amounts
