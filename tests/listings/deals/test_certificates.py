"""Attestation and certificate: issued, revoked, completed, all on one day."""

from __future__ import annotations

from datetime import timedelta

import pytest

from exchange.clock import legal_day
from exchange.errors import NotAllowed, Refused, WrongState
from listings.catalogue.models import Listing
from listings.deals import selectors
from listings.deals.models import Attestation, Deal
from listings.deals.services import certificates
from listings.registry.models import Encumbrance, Right
from tests.factories import Cast
from tests.listings.deals.life import (
    attest,
    fresh,
    hand_over,
    journal,
    make_completed_deal,
    make_paid_deal,
    refuses,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_time")]
S = Deal.State


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
