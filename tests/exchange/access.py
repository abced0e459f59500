"""Who may see the pages of the ground."""

from tests.permissions import LOGIN, Cell

ACCESS = {
    "home": Cell(get=200, post=405),
    "healthz": Cell(get=200, post=405),
    "readyz": Cell(get=200, post=405),
    "schema": Cell(get=200),
    "set_size": Cell(get=405, post=302),
    "styleguide": Cell(get=404, post=404),
    "styleguide_surface": Cell(get=404, post=404, kwargs=lambda world: {"surface": "office"}),
    "accounts:start": Cell(get=LOGIN, post=LOGIN),
    "accounts:notices": Cell(get={"*": 200, "anonymous": LOGIN}, post={"*": 200, "anonymous": LOGIN}),
}
