"""The exchange's attestation of the deal, and the registration office's certificate on the new right."""

from __future__ import annotations

import hashlib
import secrets
from datetime import date

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from exchange.accounts.models import User
from exchange.clock import legal_now
from exchange.errors import Refused, WrongState, require
from exchange.journal.repeats import repeatable
from exchange.states import move
from listings.catalogue.models import Listing
from listings.catalogue.services.announcing import complete_listing
from listings.deals import policies, selectors
from listings.deals.documents.bodies import attestation_body, attestation_number
from listings.deals.documents.render import Unprintable, attestation_pdf
from listings.deals.models import Attestation, Deal
from listings.deals.services.confirming import tell
from listings.deals.services.recording import record_deal
from listings.registry.models import Right
from listings.registry.services import terms

# Without I, L, O, 0 and 1, which people mistake for each other; 12 of 31 signs are more than 59 bits.
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 12


@repeatable
@transaction.atomic
def attest(*, deal_id: str, by: User, request_key: str = "") -> Attestation:
    """Issue the attestation (交易鉴证书) of a deal that is handed over: number, random verify code, PDF with QR.

    One is valid at a time; after a revocation a new one may be issued, also of a completed deal.
    """
    deal = Deal.objects.lock(pk=deal_id)
    require(policies.manages(by, deal), _("Only the trade organiser of the district attests a deal."))
    contract = selectors.current_contract(deal)
    if deal.state not in {Deal.State.HANDED_OVER, Deal.State.COMPLETED} or contract is None:
        raise WrongState(_("A deal is attested after the hand-over."))
    if selectors.valid_attestation(deal):
        raise WrongState(_("This deal is already attested. Revoke that attestation before issuing another one."))
    now = legal_now()
    number, code = attestation_number(deal, now), "".join(secrets.choice(CODE_ALPHABET) for _sign in range(CODE_LENGTH))
    body = attestation_body(deal, contract, number, code, now)
    try:
        pdf = attestation_pdf(body)
    except Unprintable as error:
        raise Refused(
            _("These characters cannot be printed: %(signs)s. Write them another way.") % {"signs": error.signs},
            "unprintable",
        ) from error
    attestation = Attestation(deal=deal, number=number, verify_code=code, body=body, issued_at=now, by=by)
    attestation.sha256 = hashlib.sha256(pdf).hexdigest()
    attestation.pdf.save("attestation.pdf", ContentFile(pdf), save=False)
    attestation.save(force_insert=True)
    record_deal("deal.attested", deal, by, number=number, sha256=attestation.sha256)
    tell(deal, gettext_noop("The attestation of “%(title)s” is issued."))
    return attestation


@repeatable
@transaction.atomic
def revoke_attestation(*, attestation_id: str, reason: str, by: User, request_key: str = "") -> Attestation:
    """Revoke an attestation (撤销): its public page says so from now on, and why."""
    deal_id = Attestation.objects.values_list("deal_id", flat=True).get(pk=attestation_id)
    deal = Deal.objects.lock(pk=deal_id)
    attestation = Attestation.objects.lock(pk=attestation_id)
    require(policies.manages(by, deal), _("Only the trade organiser of the district revokes an attestation."))
    if attestation.revoked_at is not None:
        raise WrongState(_("This attestation is already revoked."))
    if not reason.strip():
        raise Refused(_("Say why it is revoked; the public page shows it."), "missing", "reason")
    attestation.revoked_at, attestation.revoked_by = legal_now(), by
    attestation.revoke_reason = reason.strip()[:200]
    attestation.save(update_fields=["revoked_at", "revoked_by", "revoke_reason"])
    record_deal("deal.attestation_revoked", deal, by, number=attestation.number)
    return attestation


@repeatable
@transaction.atomic
def record_certificate(
    *, deal_id: str, number: str, registered_on: date, by: User, office: str = "", request_key: str = ""
) -> Deal:
    """Enter the registration office's certificate (不动产权证) for the lessee: his right stands, the deal is done.

    The new right is derived from the owner's for the term of the contract and certified with this number; the
    listing is completed and the owner's right free for what comes after. May be of the day of the hand-over.
    """
    right_id, listing_id = Deal.objects.values_list("right_id", "listing_id").get(pk=deal_id)
    if right_id is None:
        raise WrongState(_("An imported deal has no right here that could be certified."))
    Right.objects.lock(pk=right_id)
    Listing.objects.lock(pk=listing_id)
    deal = Deal.objects.lock(pk=deal_id)
    require(policies.manages(by, deal), _("Only the trade organiser of the district enters certificates."))
    if deal.state != Deal.State.HANDED_OVER or deal.term_from is None or deal.term_to is None:
        raise WrongState(_("The certificate is entered after the hand-over, once."))
    if selectors.valid_attestation(deal) is None:
        raise Refused(_("The registration office asks for the attestation. Issue it first."), "no_attestation")
    if registered_on < deal.term_from:
        raise Refused(_("The certificate cannot be older than the hand-over."), "bad_day", "registered_on")
    new_right = terms.derive_right(
        parent_id=str(right_id),
        holder_name=deal.lessee_name,
        holder_user=deal.lessee_user,
        holder_organisation=deal.lessee_organisation,
        term_from=deal.term_from,
        term_to=deal.term_to,
        by=by,
        origin=deal.origin,
    )
    terms.certify_right(right_id=str(new_right.pk), number=number, registered_on=registered_on, office=office, by=by)
    move(deal, Deal.State.COMPLETED, new_right=new_right)
    complete_listing(listing_id=str(listing_id), by=by)
    record_deal("deal.certified", deal, by, number=number, registered_on=registered_on.isoformat())
    tell(deal, gettext_noop("The right to “%(title)s” is registered. You can now apply for a loan on it."))
    return deal
