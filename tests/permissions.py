"""How the permission matrix is declared: `ACCESS` in the `access.py` beside each app's tests.

`ACCESS = {"catalogue:queue": Cell(get={"*": 404, "town": 200, "district": 200, "anonymous": 302})}`. A URL name is
declared once, with what its keyword arguments are in the world; `"*"` stands for everybody not named.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

PEOPLE = (
    "anonymous",
    "stranger",
    "village",
    "town",
    "district",
    "organiser",
    "city",
    "farmer",
    "company",
    "bank",
    "bank2",
)
LOGIN = 302
Expected = dict[str, int]


@dataclass(frozen=True)
class Cell:
    """Expected statuses of one URL. `post` sends an empty body: 400 means "you may, but say what"."""

    get: Expected | int = 405
    post: Expected | int = 405
    kwargs: Callable[[Any], dict[str, Any]] = field(default=lambda world: {})
    query: str = ""

    def expected(self, method: str, person: str) -> int:
        """Return the status declared for a person."""
        statuses = self.get if method == "GET" else self.post
        if isinstance(statuses, int):
            return statuses
        return statuses.get(person, statuses.get("*", 404))
