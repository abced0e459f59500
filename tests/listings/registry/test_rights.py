"""Rights: entered once, leased once at a time, burdened by what goes together."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from exchange.accounts.models import Role, User
from exchange.accounts.services import create_organisation, grant_role
from exchange.clock import legal_day
from exchange.errors import NotAllowed, Refused
from exchange.journal.models import Event
from listings.registry import selectors
from listings.registry.models import Certificate, Encumbrance, Parcel, Right
from listings.registry.services import encumbrances, land, terms
from listings.registry.services.terms import end_due
from tests.factories import Cast, make_right, make_user


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


def right_to(cast: Cast, parcel: Parcel, **changes: Any) -> Right:
    entry = {
        "parcel_id": str(parcel.pk),
        "collective_id": str(cast.collective.pk),
        "kind": "construction_land",
        "area_m2": Decimal("2800"),
        "certificate_number": "C1",
        "registered_on": date(2022, 3, 1),
        "by": cast.village,
    }
    return land.register_right(**{**entry, **changes})


def enter_land(cast: Cast, by: User, unit_code: str = "500119 101005 JB00123 W00000000") -> Right:
    return land.enter_land(
        collective_id=str(cast.collective.pk),
        name="村小",
        unit_code=unit_code,
        location="3 社",
        area_m2=Decimal("2800"),
        kind="construction_land",
        certificate_number="C2",
        registered_on=date(2022, 3, 1),
        by=by,
    )


def test_a_right_larger_than_its_parcel_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused) as refusal:
        right_to(cast, parcel_of(cast), area_m2=Decimal("2800.01"))
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


def test_the_sweep_ends_a_right_after_its_term_and_frees_the_owners(cast: Cast, pass_time: Callable[..., None]) -> None:
    owners = make_right(cast)
    over, running = lease(cast, owners, legal_day(), 1), lease(cast, make_right(cast), legal_day(), 3)
    days = (over.term_to - legal_day()).days
    pass_time(days=days - 1)
    assert end_due() == 0
    assert [e.kind for e in selectors.active_encumbrances(owners)] == ["lease"]
    pass_time(days=1)
    assert [end_due(), end_due()] == [1, 0]
    assert Right.objects.get(pk=over.pk).state == Right.State.ENDED
    assert Right.objects.get(pk=running.pk).state == Right.State.ACTIVE
    assert list(selectors.active_encumbrances(owners)) == []
    assert list(Event.objects.filter(kind="right.ended").values_list("subject_id", flat=True)) == [str(over.pk)]
    burden(owners, "listing")
    assert terms.end_right(right_id=owners.pk) is False


def test_an_officer_of_another_collective_in_the_same_village_is_refused(cast: Cast) -> None:
    wuxing = cast.places.wuxing
    other = create_organisation(name="五星村二社", kind="collective", division=wuxing, by=None)
    neighbour = make_user("neighbour")
    grant_role(user=neighbour, role=Role.FILER, division=wuxing, organisation=other, by=None)
    with pytest.raises(NotAllowed):
        enter_land(cast, neighbour)
    assert (Parcel.objects.count(), Right.objects.count(), Certificate.objects.count()) == (0, 0, 0)
    with pytest.raises(NotAllowed):
        right_to(cast, parcel_of(cast), by=neighbour)
    assert enter_land(cast, cast.village, unit_code="500119 101005 JB00124 W00000000").holder_name == str(
        cast.collective
    )


def test_an_officer_without_an_organisation_enters_no_land(cast: Cast) -> None:
    loose = make_user("loose", Role.FILER, cast.places.wuxing)
    with pytest.raises(NotAllowed):
        parcel_of(cast, by=loose)
    assert Parcel.objects.count() == 0


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("500119 101005 JB00123 W0000000", "too short"),
        ("500119 101005 JB00123 W000000000", "too long"),
        ("500119 101005 KB00123 W00000000", "Character 13 must be G (state), J (collective)"),
        ("500119 101005 JB0O123 W00000000", "Characters 15 to 19 (number of the parcel) must be digits."),
        ("500119 101005 JB00123 X00000000", "Character 20"),
    ],
)
def test_a_wrong_unit_code_is_told_where_it_is_wrong_with_an_example(cast: Cast, code: str, why: str) -> None:
    with pytest.raises(Refused) as refusal:
        parcel_of(cast, unit_code=code)
    assert why in str(refusal.value.message)
    assert "500119 101005 JB00123 W00000000" in str(refusal.value.message)
    assert (refusal.value.field, Parcel.objects.count()) == ("unit_code", 0)


def test_policy_and_selector_see_the_same_rights(cast: Cast) -> None:
    from listings.registry import policies

    rights = [make_right(cast), lease(cast, make_right(cast), legal_day(), 3)]
    for name in ("village", "town", "district", "organiser", "city", "farmer", "company", "bank", "stranger"):
        user = getattr(cast, name)
        seen = set(selectors.visible_rights(user).values_list("pk", flat=True))
        assert seen & {r.pk for r in rights} == {r.pk for r in rights if policies.may_view(user, r)}, name
