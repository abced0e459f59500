"""Who gets which answer from the URLs of stats (a GET)."""

from __future__ import annotations

ROLES = ["anonymous", "stranger", "village", "town", "district", "city", "farmer", "company", "bank"]

ACCESS: dict[str, dict[str, int]] = {
    "api:stats-summary": dict.fromkeys(ROLES, 200),
}
