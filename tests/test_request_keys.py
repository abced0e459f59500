"""Every write that a person can repeat carries a request key (architecture §4); who needs none is named with why."""

from __future__ import annotations

import ast
from pathlib import Path

HOUSE = Path(__file__).parents[1]
NEEDS_NONE = {
    # A second call finds what the first one has made, and changes nothing.
    "accounts.mark_read",
    "accounts.import_divisions",
    "rulebook.import_work_year",
    "deals.import_deals",
    "servicing.import_loans",
    "origination.offer_product",
    # Steps of another service in its transaction; a person calls that one, with its key.
    "journal.record",
    "journal.record_all",
    "ledger.hold",
    "ledger.capture",
    "ledger.release",
    "ledger.reverse",
    "ledger.order_payment",
    "registry.encumber",
    "registry.lift",
    "registry.derive_right",
    "catalogue.complete_listing",
    "catalogue.break_off_listing",
    "auctions.apply_deposit",
    "auctions.forfeit_deposit",
    "auctions.refund_winner",
    "deals.lock_to_break_off",
    "deals.send_back",
    "origination.release_mortgage",
}


def services() -> dict[str, set[str]]:
    """The public functions of all services that say who acts, as "app.name", with the names of their arguments."""
    files = [f for top in ("exchange", "listings", "loans") for f in (HOUSE / top).glob("*/services*/**/*.py")]
    files += [f for top in ("exchange", "listings", "loans") for f in (HOUSE / top).glob("*/services.py")]
    found = {}
    for file in files:
        app = file.relative_to(HOUSE).parts[1]
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                found[f"{app}.{node.name}"] = {a.arg for a in node.args.kwonlyargs}
    return {name: arguments for name, arguments in found.items() if "by" in arguments}


def test_every_write_that_can_be_repeated_takes_a_request_key() -> None:
    without = {name for name, arguments in services().items() if "request_key" not in arguments}
    assert without == NEEDS_NONE
    assert len(services()) - len(without) >= 45
