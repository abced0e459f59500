"""Who may do what with listings: the world's `draft`, `filed` (submitted), `approved` and `listing` (announced)."""

from tests.permissions import LOGIN, Cell

VILLAGE = {"anonymous": LOGIN, "village": 200}
OFFICES = {"town": 200, "district": 200, "organiser": 200}

ACCESS = {
    "catalogue:list": Cell(get=200, post=200),
    "catalogue:listing": Cell(get=200, post=200, kwargs=lambda w: {"listing_id": w.listing.pk}),
    "catalogue:document": Cell(
        get={"village": 200, "town": 200, "district": 200, "organiser": 200},
        post={"village": 200, "town": 200, "district": 200, "organiser": 200},
        kwargs=lambda w: {"listing_id": w.listing.pk, "document_id": w.paper.pk},
    ),
    "catalogue:village": Cell(get=VILLAGE, post=VILLAGE),
    "catalogue:draft": Cell(
        get=VILLAGE, post={"anonymous": LOGIN, "village": 400}, kwargs=lambda w: {"right_id": w.right.pk}
    ),
    "catalogue:tasks": Cell(
        get=VILLAGE, post={"anonymous": LOGIN, "village": 400}, kwargs=lambda w: {"listing_id": w.draft.pk}
    ),
    "catalogue:withdraw": Cell(
        get={"*": 405, "anonymous": LOGIN},
        post={"anonymous": LOGIN, "village": 400},
        kwargs=lambda w: {"listing_id": w.draft.pk},
    ),
    "catalogue:task": Cell(
        get=VILLAGE,
        post={"anonymous": LOGIN, "village": 400},
        kwargs=lambda w: {"listing_id": w.draft.pk, "task": "basics"},
    ),
    "catalogue:remove_document": Cell(
        get=VILLAGE,
        post={"anonymous": LOGIN, "village": 400},
        kwargs=lambda w: {"listing_id": w.draft.pk, "document_id": w.draft.documents.first().pk},
    ),
    "catalogue:queue": Cell(get={"anonymous": LOGIN, **OFFICES}, post={"anonymous": LOGIN, **OFFICES}),
    "catalogue:case": Cell(
        get={"anonymous": LOGIN, "town": 200},
        post={"anonymous": LOGIN, "town": 200},
        kwargs=lambda w: {"listing_id": w.filed.pk},
    ),
    "catalogue:approve": Cell(
        get={"*": 405, "anonymous": LOGIN},
        post={"anonymous": LOGIN, "town": 400},
        kwargs=lambda w: {"listing_id": w.filed.pk},
    ),
    "catalogue:return": Cell(
        get={"*": 405, "anonymous": LOGIN},
        post={"anonymous": LOGIN, "town": 400},
        kwargs=lambda w: {"listing_id": w.filed.pk},
    ),
    "catalogue:announce": Cell(
        get={"*": 405, "anonymous": LOGIN},
        post={"anonymous": LOGIN, "organiser": 400},
        kwargs=lambda w: {"listing_id": w.approved.pk},
    ),
    "api:catalogue-listings": Cell(get=200, post={"*": 400, "anonymous": 401}),
    "api:catalogue-listing": Cell(get=200, post=405, kwargs=lambda w: {"listing_id": w.listing.pk}),
    "api:catalogue-verb": Cell(
        get={"*": 405, "anonymous": 401},
        post={"anonymous": 401, "village": 403, "town": 200, "district": 403, "organiser": 403},
        kwargs=lambda w: {"listing_id": w.filed.pk, "verb": "approve"},
    ),
}
