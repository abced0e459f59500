"""Who may do what with applications: the world's `application` is the farmer's, on his right `certified`."""

from typing import Any

from tests.permissions import LOGIN, Cell


def of(world: Any) -> dict[str, Any]:
    return {"application_id": world.application.pk}


BANK = {"anonymous": LOGIN, "bank": 200, "bank2": 200}
EVERYBODY = {"*": 200, "anonymous": LOGIN}


def step(**statuses: int) -> Cell:
    """An API verb on the application: borrower and bank see it, and are told 403 when it is not theirs to take."""
    seen = {"anonymous": 401, "farmer": 403, "bank": 403, "bank2": 403, **statuses}
    return Cell(get={"*": 405, "anonymous": 401}, post=seen, kwargs=of)


ACCESS = {
    "origination:products": Cell(get=200, post=200),
    "origination:apply_credit": Cell(get=EVERYBODY, post={"*": 400, "anonymous": LOGIN}),
    "origination:apply": Cell(
        get={"anonymous": LOGIN, "farmer": 200},
        post={"anonymous": LOGIN, "farmer": 400},
        kwargs=lambda w: {"right_id": w.certified.pk},
    ),
    "origination:withdraw": Cell(
        get={"*": 405, "anonymous": LOGIN}, post={"anonymous": LOGIN, "farmer": 400}, kwargs=of
    ),
    "origination:bank": Cell(get=BANK, post=BANK),
    "api:origination-products": Cell(get=200, post=405),
    "api:origination-applications": Cell(get={"*": 200, "anonymous": 401}, post={"*": 400, "anonymous": 401}),
    "api:origination-application": Cell(
        get={"anonymous": 401, "farmer": 200, "bank": 200, "bank2": 200},
        post={"*": 405, "anonymous": 401},
        kwargs=of,
    ),
    "api:origination-value": step(farmer=400, bank=400, bank2=400),
    "api:origination-approve": step(bank2=409),
    "api:origination-decline": step(farmer=400, bank=400, bank2=400),
    "api:origination-register": step(farmer=400, bank=400, bank2=400),
    "api:origination-withdraw": step(farmer=200),
}
