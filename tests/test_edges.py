"""The count of walked edges sees a missing one."""

from __future__ import annotations

from tests.edges import declared, unwalked


def test_the_graphs_are_found() -> None:
    assert "Listing draft township_review" in declared()


def test_an_edge_that_no_test_walks_is_named() -> None:
    edges = declared()
    one = sorted(edges)[0]
    assert unwalked(edges) == []
    assert unwalked(edges - {one}) == [one]
