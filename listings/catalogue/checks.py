"""What the system looks at by itself before a reviewer does."""

from __future__ import annotations

from django.utils.translation import gettext as _

from exchange.money import group_thousands, square_metres_to_mu
from exchange.templatetags.dates import term
from listings.catalogue import selectors, voting
from listings.catalogue.models import Listing
from listings.registry.selectors import active_encumbrances, current_certificate


def checks(row: Listing) -> list[tuple[str, str, str, bool]]:
    """Return (label, value, remark, holds) of what the system has looked at by itself."""
    right, vote = row.right, getattr(row, "resolution", None)
    certificate = current_certificate(right)
    others = [str(e.get_kind_display()) for e in active_encumbrances(right) if e.reference != str(row.pk)]
    parcels = sum((p.area_m2 for p in right.parcels.all()), start=row.area_m2 * 0)
    rows = [
        (
            _("Area"),
            _("%(mu)s mu (%(m2)s m²)") % {"mu": square_metres_to_mu(row.area_m2), "m2": f"{row.area_m2:,}"},
            _("parcels together %(m2)s m²") % {"m2": f"{parcels:,}"},
            row.area_m2 <= parcels,
        ),
        (
            _("Certificate"),
            certificate.number if certificate else "—",
            _("of the right that is listed"),
            certificate is not None,
        ),
        (_("Burdens"), ", ".join(others) or _("none"), _("in the register of rights, now"), not others),
        (
            _("Length of the lease"),
            term(row.term_months),
            _("at most 20 years (Civil Code 705)"),
            True,
        ),
    ]
    if vote:
        rows.append(
            (
                _("Members' vote"),
                _("%(for)s of %(all)s, %(present)s present")
                % {"for": vote.in_favour, "all": vote.eligible, "present": vote.present},
                _("needed: %(n)s") % {"n": voting.needed(vote.eligible)},
                voting.passes(vote.organ, vote.eligible, vote.present, vote.in_favour),
            )
        )
        rows.append(
            (
                _("Start price"),
                f"¥{group_thousands(row.start_price_fen or 0)}",
                _("members' lowest price ¥%(floor)s") % {"floor": group_thousands(vote.floor_price_fen)},
                (row.start_price_fen or 0) >= vote.floor_price_fen,
            )
        )
    rows.append(
        (
            _("Papers"),
            _("%(n)s files") % {"n": row.documents.count()},
            _("all that are required"),
            not selectors.missing(row),
        )
    )
    return rows
