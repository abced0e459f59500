"""Who may see the pages of the ground."""

from tests.permissions import LOGIN, Cell

ACCESS = {
    "home": Cell(get=200, post=200),
    "healthz": Cell(get=200, post=200),
    "readyz": Cell(get=200, post=200),
    "schema": Cell(get=200, post=405),
    "set_size": Cell(get=405, post=302),
    "styleguide": Cell(get=404, post=404),
    "styleguide_surface": Cell(get=404, post=404, kwargs=lambda world: {"surface": "office"}),
    "accounts:start": Cell(get=LOGIN, post=LOGIN),
    "accounts:read_notice": Cell(
        get={"*": 405, "anonymous": LOGIN},
        post=LOGIN,
        kwargs=lambda w: {"notice_id": w.farmer.pk},
    ),
    "api:accounts-token": Cell(get=405, post=400),
    "api:accounts-me": Cell(get={"*": 200, "anonymous": 401}, post={"*": 405, "anonymous": 401}),
    "accounts:notices": Cell(get={"*": 200, "anonymous": LOGIN}, post={"*": 200, "anonymous": LOGIN}),
}
