"""Two thirds, in integers."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listings.catalogue.voting import needed, passes


@pytest.mark.parametrize(("eligible", "votes"), [(100, 67), (99, 66), (33, 22), (1, 1), (2, 2), (3, 2), (10**20, None)])
def test_how_many_votes_are_needed(eligible: int, votes: int | None):
    assert needed(eligible) == (votes or 66666666666666666667)


@pytest.mark.parametrize(
    ("organ", "eligible", "present", "in_favour", "passed"),
    [
        ("assembly", 100, 67, 67, True),
        ("assembly", 100, 100, 66, False),
        ("assembly", 99, 66, 66, True),
        ("assembly", 99, 99, 65, False),
        ("assembly", 99, 65, 65, False),
        ("assembly", 3, 3, 2, True),
        ("assembly", 1, 1, 1, True),
        ("assembly", 1, 1, 0, False),
        ("assembly", 100, 0, 0, False),
        ("delegates", 33, 22, 22, True),
        ("delegates", 33, 33, 22, True),
        ("delegates", 33, 33, 21, False),
        ("delegates", 33, 21, 21, False),
    ],
)
def test_whether_a_decision_passes(organ: str, eligible: int, present: int, in_favour: int, passed: bool):
    assert passes(organ, eligible, present, in_favour) is passed


@given(st.sampled_from(["assembly", "delegates"]), st.integers(1, 10**6), st.data())
def test_a_decision_passes_exactly_from_two_thirds_of_all(organ: str, eligible: int, data: st.DataObject):
    present = data.draw(st.integers(0, eligible))
    in_favour = data.draw(st.integers(0, present))
    assert passes(organ, eligible, present, in_favour) is (Fraction(in_favour, eligible) >= Fraction(2, 3))
    assert passes(organ, eligible, eligible, needed(eligible))
    assert not passes(organ, eligible, eligible, needed(eligible) - 1)


@pytest.mark.parametrize(
    ("organ", "eligible", "present", "in_favour", "reason"),
    [
        ("board", 9, 9, 9, "organ"),
        ("", 9, 9, 9, "organ"),
        (None, 9, 9, 9, "organ"),
        ("assembly", 0, 0, 0, "above zero"),
        ("assembly", -3, -3, -3, "above zero"),
        ("assembly", 99.0, 66, 66, "whole number"),
        ("assembly", True, 1, 1, "whole number"),
        ("assembly", 99, 66.0, 66, "whole numbers"),
        ("assembly", 99, 66, "66", "whole numbers"),
        ("assembly", 99, 66, -1, "zero or more"),
        ("assembly", 99, -1, -1, "zero or more"),
        ("assembly", 99, 66, 67, "than people present"),
        ("delegates", 33, 34, 22, "than may vote"),
        ("delegates", 33, -1, 22, "than people present"),
    ],
)
def test_nonsense_is_refused_with_its_reason(organ: str, eligible: int, present: int, in_favour: int, reason: str):
    with pytest.raises(ValueError, match=reason):
        passes(organ, eligible, present, in_favour)
