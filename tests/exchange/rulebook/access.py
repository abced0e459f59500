"""Who gets which answer from the URLs of the rulebook (a GET; POST where named)."""

from __future__ import annotations

ROLES = ["anonymous", "stranger", "village", "town", "district", "city", "farmer", "company", "bank"]

ACCESS: dict[str, dict[str, int]] = {
    "rulebook:list": dict.fromkeys(ROLES, 200),
    "api:rulebook-rules": dict.fromkeys(ROLES, 200),
    # Without its two obligatory parameters: a wrong shape, for everybody.
    "api:rulebook-effective": dict.fromkeys(ROLES, 400),
}
