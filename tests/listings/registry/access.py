"""Who may see the register of rights."""

from tests.permissions import LOGIN, Cell

ACCESS = {
    "registry:list": Cell(get={"*": 200, "anonymous": LOGIN}, post={"*": 200, "anonymous": LOGIN}),
    "registry:enter_land": Cell(get={"anonymous": LOGIN, "village": 200}, post={"anonymous": LOGIN, "village": 400}),
    "registry:account": Cell(
        get={"anonymous": LOGIN, "village": 200},
        post={"anonymous": LOGIN, "village": 400},
        kwargs=lambda w: {"pk": w.cast.collective.pk},
    ),
    "api:registry-collectives": Cell(get={"*": 200, "anonymous": 401}, post={"*": 405, "anonymous": 401}),
    "api:registry-rights": Cell(get={"*": 200, "anonymous": 401}, post={"*": 400, "anonymous": 401}),
}
