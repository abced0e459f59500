"""Rights: entered once, leased once at a time, burdened by what goes together."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from exchange.clock import legal_day
from exchange.errors import NotAllowed, Refused
from listings.registry import selectors
from listings.registry.models import Certificate, Encumbrance, Parcel, Right
from listings.registry.services import encumbrances, land, terms
from tests.factories import Cast, make_right


def parcel_of(cast: Cast, **changes: object) -> Parcel:
    entry = {
        "name": "村小",
        "unit_code": "500119 101005 JB00123 W00000000",
        "division": cast.places.wuxing,
        "location": "3 社",
        "area_m2": Decimal("2800"),
        "by": cast.village,
    }
    return land.register_parcel(**{**entry, **changes})  # type: ignore[arg-type]


def test_a_parcel_keeps_its_code_without_spaces(cast: Cast) -> None:
    assert parcel_of(cast).unit_code == "500119101005JB00123W00000000"


def test_a_wrong_code_is_refused_at_its_field_and_nothing_is_kept(cast: Cast) -> None:
    with pytest.raises(Refused) as refusal:
        parcel_of(cast, unit_code="500119101005JB00123W0000000")
    assert (refusal.value.field, Parcel.objects.count()) == ("unit_code", 0)


@pytest.mark.parametrize("who", ["town", "district", "farmer", "bank", "stranger", "city"])
def test_only_the_villages_officer_enters_land(cast: Cast, who: str) -> None:
    with pytest.raises(NotAllowed):
        parcel_of(cast, by=getattr(cast, who))
    assert Parcel.objects.count() == 0


def test_a_right_larger_than_its_parcel_is_refused(cast: Cast) -> None:
    parcel = parcel_of(cast)
    with pytest.raises(Refused) as refusal:
        land.register_right(
            parcel_id=str(parcel.pk),
            collective_id=str(cast.collective.pk),
            kind="construction_land",
            area_m2=Decimal("2800.01"),
            certificate_number="C1",
            registered_on=date(2022, 3, 1),
            by=cast.village,
        )
    assert (refusal.value.field, Right.objects.count()) == ("area_m2", 0)


def lease(cast: Cast, right: Right, start: date, years: int) -> Right:
    return terms.derive_right(
        parent_id=str(right.pk),
        holder_name="李大山",
        holder_user=cast.farmer,
        term_from=start,
        term_to=start.replace(year=start.year + years),
        by=cast.organiser,
    )


def test_two_leases_of_one_right_never_overlap(cast: Cast) -> None:
    right = make_right(cast)
    lease(cast, right, date(2023, 10, 28), 20)
    with pytest.raises(Refused) as refusal:
        lease(cast, right, date(2043, 10, 27), 5)
    assert refusal.value.code == "overlap"
    lease(cast, right, date(2043, 10, 28), 5)
    assert right.derived.count() == 2


def test_a_sublease_ends_with_the_right_it_comes_from(cast: Cast) -> None:
    parent = lease(cast, make_right(cast), date(2023, 10, 28), 20)
    with pytest.raises(Refused) as refusal:
        lease(cast, parent, date(2030, 1, 1), 20)
    assert refusal.value.code == "too_long"


def burden(right: Right, kind: str, reference: str = "r1") -> Encumbrance:
    return encumbrances.encumber(right_id=str(right.pk), kind=kind, holder_name="某行", reference=reference, by=None)


@pytest.mark.parametrize(
    ("first", "second", "goes"),
    [
        ("mortgage", "listing", False),
        ("mortgage", "mortgage", False),
        ("listing", "mortgage", False),
        ("listing", "listing", False),
        ("seizure", "listing", False),
        ("seizure", "mortgage", False),
        ("lease", "listing", True),
        ("lease", "mortgage", True),
    ],
)
def test_what_goes_together_on_a_right(cast: Cast, first: str, second: str, goes: bool) -> None:
    right = make_right(cast)
    burden(right, first)
    if goes:
        burden(right, second, "r2")
    else:
        with pytest.raises(Refused):
            burden(right, second, "r2")
    assert selectors.active_encumbrances(right).count() == (2 if goes else 1)


def test_a_right_is_not_listed_before_its_lease_has_ended(cast: Cast) -> None:
    let, free = make_right(cast), make_right(cast)
    lease(cast, let, legal_day() - timedelta(days=100), 1)
    lease(cast, free, legal_day() - timedelta(days=800), 1)
    with pytest.raises(Refused) as refusal:
        burden(let, "listing")
    assert (refusal.value.code, refusal.value.field) == ("encumbered", "right")
    burden(free, "listing")
    assert [e.kind for e in selectors.active_encumbrances(let)] == ["lease"]
    assert [e.kind for e in selectors.active_encumbrances(free)] == ["lease", "listing"]


def test_a_lifted_encumbrance_makes_room_and_lifting_twice_changes_nothing(cast: Cast) -> None:
    right = make_right(cast)
    burden(right, "mortgage")
    for _again in range(2):
        encumbrances.lift(right_id=str(right.pk), kind="mortgage", reference="r1", by=None)
    burden(right, "listing", "r2")
    assert [e.kind for e in selectors.active_encumbrances(right)] == ["listing"]


def test_a_certificate_number_stands_for_one_right(cast: Cast) -> None:
    right = make_right(cast)
    terms.certify_right(right_id=str(right.pk), number="N-2", registered_on=legal_day(), by=cast.organiser)
    with pytest.raises(Refused) as refusal:
        terms.certify_right(right_id=str(right.pk), number="N-2", registered_on=legal_day(), by=cast.organiser)
    assert (refusal.value.field, Certificate.objects.filter(right=right).count()) == ("number", 2)


def test_a_right_ends_after_its_term_and_not_before(cast: Cast) -> None:
    running = lease(cast, make_right(cast), legal_day(), 1)
    with pytest.raises(Refused):
        terms.end_right(right_id=str(running.pk), by=None)
    over = lease(cast, make_right(cast), legal_day() - timedelta(days=800), 1)
    assert terms.end_right(right_id=str(over.pk), by=None).state == Right.State.ENDED


def test_policy_and_selector_see_the_same_rights(cast: Cast) -> None:
    from listings.registry import policies

    rights = [make_right(cast), lease(cast, make_right(cast), legal_day(), 3)]
    for name in ("village", "town", "district", "organiser", "city", "farmer", "company", "bank", "stranger"):
        user = getattr(cast, name)
        seen = set(selectors.visible_rights(user).values_list("pk", flat=True))
        assert seen & {r.pk for r in rights} == {r.pk for r in rights if policies.may_view(user, r)}, name
