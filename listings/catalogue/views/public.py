"""What everybody sees: the hall of listings, one listing, its files."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from exchange.accounts.selectors import ancestors
from exchange.money import square_metres_to_mu
from exchange.rulebook.models import RightKind
from exchange.templatetags.dates import term
from exchange.web import keyset_page
from listings.catalogue import cards, selectors
from listings.catalogue.forms import FilterForm
from listings.catalogue.models import Announcement, Document, Listing
from listings.catalogue.timeline import timeline

ON_THE_MARKET = (Listing.State.BIDDING, Listing.State.ANNOUNCED)


def hall(request: HttpRequest) -> HttpResponse:
    """Show what is on the market, newest first; a state or a word of search finds what is over, too."""
    form = FilterForm(request.GET or None)
    wanted = form.cleaned_data if form.is_bound and form.is_valid() else {}
    shown = Listing.PUBLIC if wanted.get("state") or wanted.get("q") else ON_THE_MARKET
    found = selectors.visible_listings(request.user).filter(state__in=shown)
    page = keyset_page(selectors.search(found, wanted), request.GET.get("after", ""), size=12)
    query = request.GET.copy()
    query["after"] = page.next_key
    context = {
        "form": form,
        "lots": cards.lots(page.rows),
        "next": f"?{query.urlencode()}" if page.next_key else "",
        "narrowed": bool([name for name, value in wanted.items() if value]),
    }
    return render(request, "listings/catalogue/hall.html", context, status=400 if form.errors else 200)


def listing(request: HttpRequest, listing_id: str) -> HttpResponse:
    """Show one listing with its announcement, files and where it stands."""
    row = get_object_or_404(selectors.visible_listings(request.user), pk=listing_id)
    announcement = selectors.current_announcement(row)
    context = {
        "listing": row,
        "lot": cards.lots([row])[0],
        "announcement": announcement,
        "facts": facts(row),
        "terms": terms(row, announcement),
        "parcels": row.right.parcels.order_by("unit_code"),
        "photos": [cards.document_url(d) for d in selectors.public_documents(row).filter(kind=Document.Kind.PHOTO)],
        "documents": [
            (d.get_kind_display(), f"{d.name} · {max(1, d.size // 1024)} KB", cards.document_url(d))
            for d in selectors.public_documents(row).exclude(kind=Document.Kind.PHOTO)
        ],
        "steps": timeline(row, announcement),
        "crumbs": [
            (_("Listings"), reverse("catalogue:list")),
            (cards.place(row), ""),
        ],
    }
    return render(request, "listings/catalogue/listing.html", context)


def facts(row: Listing) -> list[tuple[str, Any]]:
    """Return what is offered, as pairs of label and value."""
    kind = RightKind.objects.filter(pk=row.right_kind).first()
    where = "".join(d.name for d in reversed(ancestors(row.division)))
    return [
        (_("Kind of right"), str(kind or row.right_kind)),
        (_("Area"), _("%(mu)s mu (%(m2)s m²)") % {"mu": square_metres_to_mu(row.area_m2), "m2": f"{row.area_m2:,}"}),
        (_("Length of the lease"), term(row.term_months)),
        (_("Use"), row.use_text or "—"),
        (_("Where"), where),
        (_("Offered by"), row.collective.organisation.name),
    ]


def terms(row: Listing, announcement: Announcement | None) -> dict[str, Any]:
    """Return the figures of the sale."""
    resolution = getattr(row, "resolution", None)
    return {
        "start": row.start_price_fen,
        "step": row.step_fen,
        "deposit": row.deposit_fen,
        "resolution": resolution,
        "closes": announcement.registration_closes_at if announcement else None,
        "opens": announcement.opens_at if announcement else None,
        "demonstration": row.rule_code == "demonstration",
    }


def document(request: HttpRequest, listing_id: str, document_id: str) -> FileResponse:
    """Send one file of a listing: pictures to be shown, papers as a download; never as a page of this site."""
    row = get_object_or_404(selectors.visible_listings(request.user), pk=listing_id)
    files = row.documents.all() if not row.is_public or _inside(request, row) else selectors.public_documents(row)
    kept = get_object_or_404(files, pk=document_id)
    picture = kept.media_type.startswith("image/")
    answer = FileResponse(
        kept.file.open("rb"), as_attachment=not picture, filename=kept.name, content_type=kept.media_type
    )
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer["Cache-Control"] = "private, max-age=3600"
    return answer


def _inside(request: HttpRequest, row: Listing) -> bool:
    return request.user.is_authenticated and selectors.handles(request.user, row)
