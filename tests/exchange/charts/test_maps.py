"""The map of districts: the right units on the right day, joined without a seam, coloured by class."""

from datetime import date
from xml.etree import ElementTree

import pytest

from exchange.charts import atlas, maps
from exchange.management.commands import make_map

DAY_OF_REFORM = date(2026, 1, 25)


def codes(on: date | None) -> set[str]:
    return {unit.code for unit in atlas.units(on)}


def area(data: str) -> float:
    """The area that path data encloses, in drawing units."""
    total = 0.0
    for ring in data.split("M")[1:]:
        start, steps = ring.rstrip("z").split("l")
        x, y = map(int, start.split())
        points, numbers = [(x, y)], list(map(int, steps.split()))
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + dx, y + dy
            points.append((x, y))
        total += sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(points, [*points[1:], points[0]], strict=True)) / 2
    return abs(total)


def test_there_are_38_districts_before_the_reform_and_37_since():
    before, since = codes(date(2026, 1, 24)), codes(DAY_OF_REFORM)
    assert (len(before), len(since)) == (38, 37)
    assert before - since == {"500105", "500112"}
    assert since - before == {"500157"}
    assert codes(None) == since


def test_the_joined_district_is_as_large_as_the_two_it_was_made_of():
    parts = area(atlas.unit("500105").path) + area(atlas.unit("500112").path)
    assert area(atlas.unit("500157").path) == pytest.approx(parts, rel=1e-3)
    assert atlas.unit("500157").path.count("M") == 1


def test_all_districts_together_fill_the_outline_of_the_city():
    filled = sum(area(unit.path) for unit in atlas.units())
    assert area(atlas.outline()) == pytest.approx(filled, rel=1e-3)
    # 200 units are one degree of latitude, about 111.2 km: the city has some 82,400 square kilometres.
    assert filled * (111.2 / 200) ** 2 == pytest.approx(82_400, rel=0.01)


def test_shared_borders_fall_away_when_squares_are_joined():
    left, right = [(0, 0), (1, 0), (1, 1), (0, 1)], [(1, 0), (2, 0), (2, 1), (1, 1)]
    (ring,) = make_map.join([[left], [right]])
    assert sorted(ring) == [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1)]
    assert len(make_map.join([[left], [[(5, 5), (6, 5), (6, 6)]]])) == 2


def test_a_place_is_projected_into_its_own_district():
    x, y = atlas.project(107.763, 30.659)
    liangping = atlas.unit("500155")
    assert (round(x), round(y)) == (liangping.x, liangping.y)


@pytest.mark.parametrize(("value", "level"), [(0, 0), (-3, 0), (1, 1), (2000, 2), (8999, 4), (9000, 5), (10**9, 5)])
def test_a_figure_falls_into_one_of_five_classes(value, level):
    assert maps.colour_class(value, (2000, 4000, 6000, 9000)) == level


def test_the_map_links_districts_that_have_a_page_and_colours_the_others_too():
    shades = {
        "500155": maps.Shade(16200, "Liangping <16,200>", "/d/500155/?a=1&b=2"),
        "500119": maps.Shade(100, "Nanchuan"),
    }
    box = ElementTree.fromstring(maps.choropleth(shades, (2000, 4000, 6000, 9000), "All districts"))
    picture = box[0]
    (link,) = picture.iter("a")
    assert (link.get("href"), link.get("aria-label")) == ("/d/500155/?a=1&b=2", "Liangping <16,200>")
    levels = [path.get("class") for path in picture.iter("path")]
    assert (levels.count("q5"), levels.count("q1"), levels.count("q0")) == (1, 1, 35)
    assert picture.get("aria-label") == "All districts"


def test_the_legend_has_one_class_more_than_limits():
    assert maps.key((10, 20)) == [(1, None, 10), (2, 10, 20), (3, 20, None)]


def test_places_in_a_district_lie_in_the_picture_and_larger_ones_are_drawn_larger():
    places = [maps.Place("Jindai", 107.775, 30.705, 100, "w", "/t/"), maps.Place("Daguan", 107.93, 30.6, 1, "w")]
    picture = ElementTree.fromstring(maps.points("500155", places, "Towns"))[0]
    circles = list(picture.iter("circle"))
    assert [0 < float(c.get("cx")) < 560 and 0 < float(c.get("cy")) < 440 for c in circles] == [True, True]
    assert float(circles[0].get("r")) > float(circles[1].get("r"))
    assert [text.text for text in picture.iter("text")] == ["Jindai"]


def test_the_wall_beats_where_an_auction_runs():
    picture = ElementTree.fromstring(maps.wall({}, (1, 2, 3, 4), ["500155"], "Wall"))
    assert [circle.get("class") for circle in picture.iter("circle")] == ["dot", "pulse"]


def test_a_callout_makes_room_for_a_beating_district():
    told = [("500155", "1.80", "143"), ("500119", "70", "1")]

    def words(live):
        picture = ElementTree.fromstring(maps.wall({}, (1, 2, 3, 4), live, "Wall", told))
        return [group.get("transform", "") for group in picture.iter("g") if group.get("text-anchor")]

    quiet, beating = words([]), words(["500151"])
    assert len(quiet) == len(beating) == 2
    assert quiet[0] == beating[0] and quiet[1] != beating[1], "Nanchuan's words lay on Tongliang"
