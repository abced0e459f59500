"""What the catalogue does when earlier stages have told of something."""

from __future__ import annotations

from exchange.journal.delivery import on
from exchange.journal.models import Event
from listings.catalogue.services import renewing


@on("calendar.year_imported")
def renew_dates(event: Event) -> None:
    """A year of the calendar has come: provisional dates are worked out anew."""
    renewing.renew_dates_of_year(year=event.data["year"])
