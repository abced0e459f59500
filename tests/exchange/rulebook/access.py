"""Who gets which answer from the URLs of the rulebook: everybody the same."""

from __future__ import annotations

from tests.permissions import Cell

ACCESS = {
    "rulebook:list": Cell(get=200, post=200),
    "api:rulebook-rules": Cell(get=200, post={"*": 400, "anonymous": 401}),
    # Without its two obligatory parameters: a wrong shape, for everybody.
    "api:rulebook-effective": Cell(get=400, post={"*": 405}),
}
