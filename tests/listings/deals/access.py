"""Who may do what with a deal: the world's `deal` is completed, between Village and Company."""

from typing import Any

from tests.permissions import LOGIN, Cell


def of(world: Any) -> dict[str, Any]:
    return {"pk": world.deal.pk}


def step(*people: str) -> Cell:
    """A step's page: there for these people, and for nobody else."""
    there = dict.fromkeys(people, 200)
    asked = dict.fromkeys(people, 400)
    return Cell(get={"anonymous": LOGIN, **there}, post={"anonymous": LOGIN, **asked}, kwargs=of)


INSIDE = dict.fromkeys(["village", "company", "town", "district", "organiser"], 200)
PAPER = Cell(get={"anonymous": LOGIN, **INSIDE}, post={"anonymous": LOGIN, **INSIDE}, kwargs=of)
OFFICE = dict.fromkeys(["village", "town", "district", "organiser"], 200)

ACCESS = {
    "deals:list": Cell(get=200, post=200),
    "deals:deal": Cell(get=200, post=200, kwargs=of),
    "deals:office": Cell(get={"anonymous": LOGIN, **OFFICE}, post={"anonymous": LOGIN, **OFFICE}),
    "deals:mine": Cell(get={"*": 200, "anonymous": LOGIN}, post={"*": 200, "anonymous": LOGIN}),
    "deals:draw_up": step("organiser"),
    "deals:sign": step("village", "company"),
    "deals:hand_over": step("village", "company"),
    "deals:confirm_handover": step("village", "company"),
    "deals:attest": step("organiser"),
    "deals:revoke": step("organiser"),
    "deals:certificate": step("organiser"),
    "deals:cancel": step("organiser"),
    "deals:default": step("organiser"),
    "deals:decline_default": step("organiser"),
    "deals:contract_pdf": PAPER,
    "deals:attestation_pdf": PAPER,
    "deals:handover_photo": PAPER,
    "deals:verify": Cell(get=200, post=200),
    "deals:verified": Cell(get=404, post=404, kwargs=lambda w: {"code": "222222222222"}),
    "api:deals-deals": Cell(get=200, post=405),
    "api:deals-deal": Cell(get=200, post=405, kwargs=of),
    "api:deals-verb": Cell(
        get={"*": 405, "anonymous": 401},
        post={"*": 403, "anonymous": 401, "organiser": 409},
        kwargs=lambda w: {"pk": w.deal.pk, "verb": "attest"},
    ),
}
