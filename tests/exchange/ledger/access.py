"""Who may see the pages of the ledger; outside a demonstration there is no bank to practise with.

The world's `unclear` lies in Wuxing: Nanchuan's finance clerk is the organiser, the city has none in the cast.
"""

from typing import Any

from tests.permissions import LOGIN, Cell


def money(world: Any) -> dict[str, Any]:
    return {"pk": world.unclear.pk}


CLERK = {"*": 404, "anonymous": LOGIN, "organiser": 200}
VERB = Cell(get={"*": 405, "anonymous": 401}, post={"*": 404, "anonymous": 401, "organiser": 400}, kwargs=money)
ACCESS = {
    "ledger:sandbox_bank": Cell(get=404, post=404),
    "ledger:unclear_list": Cell(get=CLERK, post=CLERK),
    "ledger:unclear": Cell(get=CLERK, post=CLERK, kwargs=money),
    "ledger:unclear_act": Cell(
        get={"*": 405, "anonymous": LOGIN},
        post={"*": 404, "anonymous": LOGIN, "organiser": 400},
        kwargs=lambda world: {"pk": world.unclear.pk, "verb": "propose"},
    ),
    "api:ledger-unclear-list": Cell(get={"*": 200, "anonymous": 401}, post={"*": 405, "anonymous": 401}),
    "api:ledger-unclear": Cell(
        get={"*": 404, "anonymous": 401, "organiser": 200}, post={"*": 405, "anonymous": 401}, kwargs=money
    ),
    "api:ledger-unclear-propose": VERB,
    "api:ledger-unclear-confirm": VERB,
    "api:ledger-unclear-decline": VERB,
}
