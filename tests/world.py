"""One row of everything, for tests that look at all pages: the cast, and what it has brought about.

Each stage adds its rows here by calling its own factory; a name is what `access.py` files use.
"""

from __future__ import annotations

from types import SimpleNamespace

from tests.factories import make_announcement, make_approved, make_cast, make_draft, make_submitted


def make_world() -> SimpleNamespace:
    """Return the cast and the rows by name."""
    cast = make_cast()
    world = SimpleNamespace(**vars(cast), cast=cast)
    world.draft = make_draft(cast)
    world.announcement = make_announcement(cast)
    world.listing = world.announcement.listing
    world.right = world.listing.right
    world.paper = world.listing.documents.get(kind="resolution")
    world.filed = make_submitted(cast)
    world.approved = make_approved(cast)
    return world
