"""Who gets which answer from the URLs of stats."""

from __future__ import annotations

from tests.permissions import Cell

ACCESS = {
    "api:stats-summary": Cell(get=200, post=405),
}
