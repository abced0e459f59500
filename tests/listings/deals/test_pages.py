"""The pages of deals: what everybody reads, masked; each step by its person; papers as downloads for the sides."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext, override

from exchange.accounts.models import User
from exchange.clock import legal_day, legal_now
from exchange.identifiers import mask_account
from exchange.templatetags.dates import day
from listings.deals import policies, selectors
from listings.deals.models import Contract, Deal
from listings.deals.services import certificates, confirming
from tests.factories import Cast, picture
from tests.listings.auctions.hall import bank_pays, go_to, hear
from tests.listings.deals.life import (
    CLAUSES,
    confirm,
    draw_up,
    fresh,
    hand_over,
    make_completed_deal,
    make_deal,
    make_farmers_deal,
    pay_first,
    second_organiser,
    sign,
    write_sheet,
)
from tests.listings.deals.test_import_deals import line, load

ACCOUNT = "622848005001191182"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_time")]


HASH = re.compile(r'name="sha256" value="([0-9a-f]{64})"')


def as_(person: User | None) -> Client:
    client = Client(headers={"accept-language": "zh-hans"})
    if person is not None:
        client.force_login(person, "allauth.account.auth_backends.AuthenticationBackend")
    return client


def in_chinese(words: str) -> str:
    """Return what the pages say for it."""
    with override("zh-hans"):
        return gettext(words)


def page(name: str, deal: Deal) -> str:
    return reverse(f"deals:{name}", kwargs={"pk": deal.pk})


def said(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return str(answer.content.decode())


def post(person: User, address: str, **fields: Any) -> Any:
    return as_(person).post(address, {"request_key": uuid4().hex, **fields})


def shown_hash(person: User, address: str) -> str:
    """Return the hash of what the page shows, as its form sends it."""
    found = HASH.search(said(as_(person), address))
    assert found
    return found[1]


def test_a_sheet_or_contract_changed_under_the_reader_is_refused_and_the_new_one_shown(cast: Cast) -> None:
    deal = confirm(make_farmers_deal(cast))
    draw_up(cast, deal)
    read = shown_hash(cast.village, page("sign", deal))
    draw_up(cast, deal, ecology="夜间不得施工")
    answer = post(cast.village, page("sign", deal), sha256=read, have_read="on")
    assert (answer.status_code, Contract.objects.exclude(lessor_signed_by=None).count()) == (409, 0)
    assert "夜间不得施工" in answer.content.decode()
    assert HASH.findall(answer.content.decode()) == [Contract.objects.latest("version").sha256]
    deal = pay_first(sign(cast, deal))
    write_sheet(cast, deal)
    read = shown_hash(cast.farmer, page("confirm_handover", deal))
    sheet = write_sheet(cast, deal, place_note="钥匙没交")
    answer = post(cast.farmer, page("confirm_handover", deal), sha256=read)
    assert (answer.status_code, fresh(deal).state) == (409, Deal.State.PAID)
    assert "钥匙没交" in answer.content.decode()
    assert HASH.findall(answer.content.decode()) == [sheet.sha256]
    assert post(cast.farmer, page("confirm_handover", deal), sha256=sheet.sha256).status_code == 302
    assert fresh(deal).state == Deal.State.HANDED_OVER


def test_a_deal_goes_its_way_by_the_pages_of_those_whose_steps_they_are(cast: Cast) -> None:
    deal = confirm(make_farmers_deal(cast))
    address = page("deal", deal)
    assert page("draw_up", deal) in said(as_(cast.organiser), address)
    assert page("draw_up", deal) not in said(as_(cast.village), address)
    empty = post(cast.organiser, page("draw_up", deal), **{**CLAUSES, "ecology": ""})
    assert (empty.status_code, Contract.objects.count()) == (409, 0)
    assert CLAUSES["industry_entry"] in empty.content.decode()
    assert post(cast.organiser, page("draw_up", deal), **CLAUSES)["Location"] == address
    shown = said(as_(cast.village), page("sign", deal))
    assert "人民币柒拾万元整" in shown
    assert Contract.objects.get().sha256 in shown
    read = shown_hash(cast.village, page("sign", deal))
    assert post(cast.village, page("sign", deal), sha256=read).status_code == 400
    assert post(cast.village, page("sign", deal), sha256=read, have_read="on").status_code == 302
    assert post(cast.farmer, page("sign", deal), sha256=read, have_read="on").status_code == 302
    deal = fresh(deal)
    assert deal.state == Deal.State.CONTRACTED
    assert selectors.sub_account(deal).number in said(as_(cast.farmer), address)
    assert selectors.sub_account(deal).number not in said(as_(None), address)
    deal = pay_first(deal)
    sheet = {"on_day": legal_day().isoformat(), "place_note": "界桩 6 根", "photo": picture()}
    assert post(cast.farmer, page("hand_over", deal), **sheet).status_code == 302
    assert "界桩 6 根" in said(as_(cast.village), page("confirm_handover", deal))
    read = shown_hash(cast.village, page("confirm_handover", deal))
    assert post(cast.village, page("confirm_handover", deal), sha256=read).status_code == 302
    assert post(cast.organiser, page("attest", deal)).status_code == 302
    entry = {"number": "渝（2026）南川区不动产权第0000999号", "registered_on": legal_day().isoformat(), "office": ""}
    assert post(cast.organiser, page("certificate", deal), **entry).status_code == 302
    deal = fresh(deal)
    assert deal.state == Deal.State.COMPLETED
    shown = said(as_(None), address)
    assert entry["number"] in shown
    assert in_chinese("Handed over and certified on one day") in shown


def test_a_refusal_stands_at_its_field_and_keeps_what_was_typed(cast: Cast) -> None:
    deal = make_completed_deal(cast)
    answer = post(cast.organiser, page("certificate", deal), number="渝 1", registered_on="2020-01-01")
    assert answer.status_code == 409
    assert "渝 1" in answer.content.decode()


def test_the_list_is_narrowed_by_division_kind_and_origin_and_paged_by_key(cast: Cast) -> None:
    deal = make_deal(cast)
    load(*(line(ref=f"LP-{n}", closed_on=f"2019-05-{n % 28 + 1:02d}") for n in range(25)))
    public = as_(None)
    everything = said(public, reverse("deals:list"))
    assert everything.count('scope="row"') == 20
    assert deal.title in everything
    answer = public.get(reverse("deals:list"))
    second = said(public, reverse("deals:list") + answer.context["next"])
    assert second.count('scope="row"') == 6
    shown = {row["deal"].pk for row in answer.context["rows"]}
    rest = {row["deal"].pk for row in public.get(reverse("deals:list") + answer.context["next"]).context["rows"]}
    assert shown & rest == set()
    assert len(shown | rest) == 26
    for query, count in [
        ("division=500155", 20),
        ("division=500119", 1),
        ("division=500119118203", 1),
        ("right_kind=construction_land", 1),
        ("origin=simulated", 0),
        ("first=2019-05-20&last=2019-05-22", 3),
    ]:
        assert said(public, f"{reverse('deals:list')}?{query}").count('scope="row"') == count, query
    said(public, reverse("deals:list") + "?division=five", 400)
    said(public, reverse("deals:list") + "?after=nonsense", 200)


def test_persons_are_masked_for_everybody_but_the_sides_and_their_offices(cast: Cast) -> None:
    deal = make_farmers_deal(cast)
    for person in (None, cast.stranger, cast.bank, cast.company, cast.city):
        shown = said(as_(person), page("deal", deal))
        assert "李大山" not in shown
        assert "李**" in shown
    for person in (cast.farmer, cast.village, cast.town, cast.district, cast.organiser):
        assert "李大山" in said(as_(person), page("deal", deal))


def test_a_company_is_not_masked(cast: Cast) -> None:
    assert "南川肉食品有限公司" in said(as_(None), page("deal", make_deal(cast)))


def test_who_may_view_and_what_is_visible_are_the_same(cast: Cast) -> None:
    deals = [make_deal(cast), make_farmers_deal(cast)]
    confirming.cancel_deal(deal_id=str(deals[1].pk), reason="异议成立", by=cast.organiser)
    people = [value for value in vars(cast).values() if isinstance(value, User)]
    assert len(people) == 10
    for person in [*people, AnonymousUser()]:
        seen = set(selectors.visible_deals(person))
        assert seen == {deal for deal in Deal.objects.all() if policies.may_view(person, deal)}, person
        if isinstance(person, User):
            own = set(selectors.own_deals(person))
            assert own == {deal for deal in Deal.objects.all() if policies.is_party(person, deal)}
            managed = set(selectors.managed_deals(person))
            assert managed == {deal for deal in Deal.objects.all() if policies.manages(person, deal)}


def test_papers_are_downloads_for_the_sides_and_their_offices(cast: Cast) -> None:
    deal = make_completed_deal(cast)
    contract = selectors.current_contract(deal)
    answer = as_(cast.company).get(page("contract_pdf", deal))
    assert hashlib.sha256(answer.content).hexdigest() == contract.sha256
    assert answer["Content-Disposition"] == f'attachment; filename="{contract.number}.pdf"'
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["X-Content-Type-Options"] == "nosniff"
    for name in ("contract_pdf", "attestation_pdf", "handover_photo"):
        for person in (cast.village, cast.company, cast.town, cast.organiser):
            assert as_(person).get(page(name, deal)).status_code == 200
        for person in (cast.stranger, cast.farmer, cast.bank, cast.city):
            assert as_(person).get(page(name, deal)).status_code == 404


def test_the_verify_page_says_valid_revoked_or_unknown_and_names_nobody(cast: Cast) -> None:
    deal = make_completed_deal(cast, farmer=True)
    attestation = selectors.valid_attestation(deal)
    public = as_(None)
    address = reverse("deals:verified", kwargs={"code": attestation.verify_code})
    assert attestation.body["verify_url"].endswith(address)
    shown = said(public, address)
    assert "李大山" not in shown
    for words in (in_chinese("Valid"), "李**", attestation.number, attestation.sha256, "人民币柒拾万元整"):
        assert words in shown, words
    asked = {"number": attestation.number.lower(), "code": attestation.body["code"].lower()}
    assert public.get(reverse("deals:verify"), asked)["Location"] == address
    for wrong in ({"number": "JZ1"}, {"code": "2222 2222 2222"}):
        assert public.get(reverse("deals:verify"), {**asked, **wrong}).status_code == 404
    assert in_chinese("Unknown") in said(public, reverse("deals:verified", kwargs={"code": "222222222222"}), 404)
    certificates.revoke_attestation(attestation_id=str(attestation.pk), reason="姓名有误", by=cast.organiser)
    shown = said(public, address)
    assert in_chinese("Revoked") in shown
    assert "姓名有误" in shown


def test_the_office_sees_what_is_under_way_with_its_next_step(cast: Cast) -> None:
    deal = confirm(make_deal(cast))
    make_completed_deal(cast, farmer=True)
    answer = as_(cast.organiser).get(reverse("deals:office"))
    assert [row["deal"] for row in answer.context["rows"]] == [deal]
    shown = answer.content.decode()
    assert page("draw_up", deal) in shown
    assert page("deal", deal) in said(as_(cast.company), reverse("deals:mine"))
    assert page("deal", deal) not in said(as_(cast.farmer), reverse("deals:mine"))


def test_an_imported_deal_says_where_it_comes_from(cast: Cast) -> None:
    load(line(note="合成明细 synthetic"))
    shown = said(as_(None), page("deal", Deal.objects.get()))
    assert "合成明细 synthetic" in shown
    assert "罗某某" not in shown


def test_the_organiser_declares_by_the_page_that_the_winner_has_backed_out(cast: Cast) -> None:
    deal = confirm(make_farmers_deal(cast))
    draw_up(cast, deal)
    deal = fresh(deal)
    early = post(cast.organiser, page("default", deal), reason="不来签")
    assert (early.status_code, fresh(deal).state) == (409, Deal.State.CONFIRMED)
    go_to(deal.due_at)
    assert page("default", deal) in said(as_(cast.organiser), page("deal", deal))
    assert post(cast.organiser, page("default", deal)).status_code == 400
    assert post(cast.village, page("default", deal), reason="不来签").status_code == 404
    assert post(cast.organiser, page("default", deal), reason="不来签").status_code == 302
    assert post(cast.organiser, page("default", deal), proposal=1).status_code == 403
    second = second_organiser(cast)
    assert "不来签" in said(as_(second), page("default", deal))
    assert post(second, page("decline_default", deal), proposal=1, note="他来了").status_code == 302
    assert post(cast.organiser, page("default", deal), reason="不来签").status_code == 302
    assert post(second, page("default", deal), proposal=1).status_code == 409
    assert post(second, page("default", deal), proposal=2).status_code == 302
    assert "不来签" in said(as_(cast.farmer), page("deal", deal))
    said(as_(None), page("deal", deal), 404)


def test_the_village_reads_when_its_rent_was_paid_out_and_enters_its_account_by_the_page(cast: Cast) -> None:
    deal = hand_over(cast, pay_first(sign(cast, confirm(make_farmers_deal(cast)))))
    address = reverse("registry:account", kwargs={"pk": cast.collective.pk})
    assert address in said(as_(cast.village), page("deal", deal))
    wrong = post(cast.village, address, number="622848 甲")
    assert (wrong.status_code, "622848 甲" in wrong.content.decode()) == (409, True)
    assert post(cast.organiser, address, number="622848005001191182").status_code == 404
    client = as_(cast.village)
    saved = client.post(address, {"request_key": uuid4().hex, "number": ACCOUNT}, follow=True)
    told = in_chinese("Saved. The rent goes to the account %(account)s.") % {
        "account": mask_account("622848005001191182")
    }
    assert (saved.status_code, told in saved.content.decode()) == (200, True)
    hear()
    bank_pays()
    words = in_chinese("Rent paid to the collective: %(fen)s, %(day)s")
    paid = words % {"fen": "¥35,000.00", "day": day(legal_day())}
    for person, reads in ((cast.village, 1), (cast.organiser, 1), (cast.farmer, 0), (None, 0)):
        assert said(as_(person), page("deal", deal)).count(paid) == reads


def test_the_next_step_stands_before_the_story_so_that_a_telephone_shows_it_first(cast: Cast) -> None:
    deal = sign(cast, confirm(make_farmers_deal(cast)))
    read = said(as_(cast.farmer), page("deal", deal))
    places = [read.index(in_chinese(words)) for words in ("Pay here", "From the vote to the certificate", "Payments")]
    assert places == sorted(places)


def test_a_step_that_is_late_says_so_to_both_sides(cast: Cast) -> None:
    deal = sign(cast, confirm(make_farmers_deal(cast)))
    late = in_chinese("Time is over")
    assert late not in said(as_(cast.farmer), page("deal", deal))
    go_to(deal.due_at)
    for person, reads in ((cast.farmer, 1), (cast.village, 1), (cast.organiser, 1), (None, 0)):
        assert said(as_(person), page("deal", deal)).count(late) == reads
    assert late not in said(as_(cast.farmer), page("deal", pay_first(fresh(deal))))


def test_rent_not_paid_on_its_day_is_overdue_and_not_called_not_yet_due(cast: Cast) -> None:
    deal = hand_over(cast, pay_first(sign(cast, confirm(make_farmers_deal(cast)))))
    overdue, ahead = in_chinese("Overdue"), in_chinese("Not yet due")
    second = deal.instalments.get(n=2)
    assert (said(as_(None), page("deal", deal)).count(overdue), second.paid_fen) == (0, 0)
    go_to(legal_now() + (second.due_on - legal_day()))
    assert said(as_(None), page("deal", deal)).count(overdue) == 0, "its day itself is still in time"
    go_to(legal_now() + timedelta(days=1))
    read = said(as_(None), page("deal", deal))
    assert (read.count(overdue), read.count(ahead)) == (1, 18)


def test_who_has_signed_finds_nothing_to_sign(cast: Cast) -> None:
    deal = confirm(make_farmers_deal(cast))
    contract = draw_up(cast, deal)
    assert shown_hash(cast.village, page("sign", deal)) == contract.sha256
    fields = {"sha256": contract.sha256, "have_read": "on"}
    assert post(cast.village, page("sign", deal), **fields).status_code == 302
    read = said(as_(cast.village), page("sign", deal))
    assert (HASH.search(read), in_chinese("Your side has signed.") in read) == (None, True)
    assert shown_hash(cast.farmer, page("sign", deal)) == contract.sha256


def test_before_declaring_one_reads_who_it_is_what_is_missing_and_what_he_loses(cast: Cast) -> None:
    deal = confirm(make_farmers_deal(cast))
    draw_up(cast, deal)
    read = said(as_(cast.organiser), page("default", deal))
    assert all(words in read for words in ("李大山", in_chinese("The winner's signature"), "¥6,000.00"))
    deal = sign(cast, fresh(deal))
    read = said(as_(cast.organiser), page("default", deal))
    assert all(words in read for words in ("李大山", "¥29,000.00", "¥6,000.00"))
