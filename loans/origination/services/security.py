"""What a right must be before a bank may lend on it; each refusal says which law or rule stands against it."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_lazy as _

from exchange.errors import Refused
from exchange.rulebook.selectors import rule
from exchange.rulebook.wording import in_own_language
from listings.registry.models import Encumbrance, Right
from listings.registry.selectors import active_encumbrances, current_certificate
from listings.registry.services.encumbrances import CLASHES
from loans.origination.models import Product
from loans.origination.selectors import kind_names, longest_term

# Kinds of rights that the law keeps out of mortgages.
UNPLEDGEABLE = {
    "homestead": _(
        "The right to use a homestead cannot be mortgaged (Civil Code, article 399 no. 2). "
        "A credit product needs no collateral."
    ),
    "contract_right": _(
        "The contract-management right itself cannot be mortgaged; the management right of the land can "
        "(Rural Land Contracting Law, article 47)."
    ),
}


def check_security(*, right: Right, day: date) -> str:
    """Refuse a right on which a bank may not lend; return the note of the rule that lets in a leased one, or ""."""
    if right.kind in UNPLEDGEABLE:
        raise Refused(UNPLEDGEABLE[right.kind], "not_mortgageable", "right_id")
    if right.state != Right.State.ACTIVE:
        raise Refused(_("This right has ended."), "ended", "right_id")
    if right.term_to is None:
        raise Refused(
            _(
                "Ownership of collective land cannot be mortgaged (Civil Code, article 399 no. 1); "
                "a right with a term can."
            ),
            "not_mortgageable",
            "right_id",
        )
    if current_certificate(right) is None:
        raise Refused(
            _(
                "The registration office has not yet issued a certificate for this right. "
                "Apply when the certificate is entered here."
            ),
            "no_certificate",
            "right_id",
        )
    check_free(right=right)
    return _check_lease(right, day)


def obstacle(*, right: Right, day: date) -> Refused | None:
    """Return what would be said to the holder who asks for a loan on the right on `day`; None when nothing is."""
    try:
        check_security(right=right, day=day)
        check_term(right=right, term_months=1, day=day)
    except Refused as refusal:
        return refusal
    return None


def check_free(*, right: Right) -> None:
    """Refuse a right that is already mortgaged, being listed, or under seizure."""
    for burden in active_encumbrances(right):
        clash = CLASHES[Encumbrance.Kind.MORTGAGE].get(Encumbrance.Kind(burden.kind))
        if clash:
            raise Refused(clash, "encumbered", "right_id")


def _check_lease(right: Right, day: date) -> str:
    if right.basis != Right.Basis.LEASE:
        return ""
    found = rule("lease_right_mortgageable", right_kind=right.kind, division=right.division, day=day)
    if not found.value:
        raise Refused(
            _(
                "This right is held by lease, and here banks may not lend on a leased right. "
                "The rule in force says: %(note)s"
            )
            % {"note": in_own_language(found.note)},
            "lease_not_mortgageable",
            "right_id",
        )
    return str(found.note)


def check_kind(*, product: Product, right: Right) -> None:
    """Refuse a right of a kind that the product does not take."""
    if product.takes(right.kind):
        return
    names = kind_names()
    raise Refused(
        _("%(product)s lends on: %(kinds)s. Your right is another kind: %(kind)s. Choose a product that takes it.")
        % {
            "product": product.name,
            "kinds": ", ".join(names[code] for code in product.right_kinds),
            "kind": names.get(right.kind, right.kind),
        },
        "wrong_kind",
        "product_id",
    )


def check_term(*, right: Right, term_months: int, day: date) -> None:
    """Refuse a loan that, paid out on `day`, ends later than the rule's margin before the right does."""
    longest = longest_term(right, day)
    if term_months <= longest:
        return
    if longest < 1:
        raise Refused(
            _("This right runs until %(end)s; that is too short for a loan secured by it.") % {"end": right.term_to},
            "right_too_short",
            "term_months",
        )
    raise Refused(
        _("The loan has to end well before the right does (%(end)s). Write %(months)d months or less.")
        % {"end": right.term_to, "months": longest},
        "term_too_long",
        "term_months",
    )
