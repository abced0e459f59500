"""Who may do what with loans: the world's `loan` is the farmer's, paid out today by the cast's bank."""

from typing import Any

from tests.permissions import LOGIN, Cell


def of(world: Any) -> dict[str, Any]:
    return {"loan_id": world.loan.pk}


def of_application(world: Any) -> dict[str, Any]:
    return {"application_id": world.loan.application_id}


BANK = {"anonymous": LOGIN, "bank": 200, "bank2": 200}
EVERYBODY = {"*": 200, "anonymous": LOGIN}
ITS_OWN = {"anonymous": LOGIN, "farmer": 200, "bank": 200, "bank2": 200}

ACCESS = {
    "servicing:list": Cell(get=BANK, post=BANK),
    "servicing:front": Cell(get=302, post=302),
    "servicing:mine": Cell(get=EVERYBODY, post=EVERYBODY),
    "servicing:loan": Cell(get=ITS_OWN, post=ITS_OWN, kwargs=of),
    "servicing:case": Cell(get=BANK, post=BANK, kwargs=of_application),
    "servicing:act": Cell(
        get={"*": 405, "anonymous": LOGIN},
        post={"anonymous": LOGIN, "bank": 400, "bank2": 400},
        kwargs=lambda w: {**of_application(w), "verb": "repay"},
    ),
    "api:servicing-loans": Cell(get={"*": 200, "anonymous": 401}, post={"*": 405, "anonymous": 401}),
    "api:servicing-loan": Cell(
        get={"anonymous": 401, "farmer": 200, "bank": 200, "bank2": 200},
        post={"*": 405, "anonymous": 401},
        kwargs=of,
    ),
    "api:servicing-disburse": Cell(
        get={"*": 405, "anonymous": 401},
        post={"anonymous": 401, "farmer": 403, "bank": 409, "bank2": 403},
        kwargs=of_application,
    ),
    "api:servicing-repay": Cell(
        get={"*": 405, "anonymous": 401},
        post={"anonymous": 401, "farmer": 400, "bank": 400, "bank2": 400},
        kwargs=of,
    ),
    "api:servicing-release": Cell(
        get={"*": 405, "anonymous": 401},
        post={"anonymous": 401, "farmer": 403, "bank": 409, "bank2": 403},
        kwargs=of,
    ),
}
