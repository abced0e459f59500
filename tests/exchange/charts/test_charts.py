"""Charts: the figures stand in the drawing, words are escaped, nothing is drawn from nothing."""

import re
from xml.etree import ElementTree

import pytest

from exchange.charts import art, bars, svg, trend

SENTENCE = 'Deals <rose> & "fell"'


def texts(drawing: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", drawing)


def whole(drawing: str) -> ElementTree.Element:
    """Parse the drawing; it fails if anything is not closed or not escaped."""
    return ElementTree.fromstring(drawing)


def line(**options):
    return trend.line_and_bars(["Jan", "Feb", "<Mar>"], [10, 40, 25], [1, 4, 2], SENTENCE, **options)


DRAWINGS = {
    "line": line(),
    "steps": trend.steps([(0, 100), (60, 120), (90, 150)], SENTENCE, marks=[60], x_ticks=[(0, "<14:00>")]),
    "groups": bars.groups(["<Q1>", "Q2"], [("due", [3, 4]), ("paid", [2, 4])], SENTENCE),
    "histogram": bars.histogram([0, 10, 20], [3, 1], SENTENCE, middle=(8, "<median>"), here=(15, "here")),
    "stacked": bars.stacked([("a", 3), ("b", 1)], SENTENCE),
    "funnel": bars.funnel([("<Listed>", 176), ("Dealt", 143)], SENTENCE),
    "ring": bars.ring(0.62, "<62%>", SENTENCE),
}


@pytest.mark.parametrize("name", DRAWINGS)
def test_every_chart_is_an_image_with_its_sentence_and_escapes_all_words(name):
    root = whole(DRAWINGS[name])
    images = [root] if root.tag == "svg" else list(root)
    assert images
    for image in images:
        assert image.get("role") == "img"
        assert image.get("aria-label") == SENTENCE
    assert "style=" not in DRAWINGS[name]


@pytest.mark.parametrize("name", ["line", "steps", "groups", "histogram"])
def test_charts_with_axes_come_in_two_sizes(name):
    assert [image.get("class") for image in whole(DRAWINGS[name])] == ["ch roomy", "ch tight"]


def test_a_line_with_bars_names_its_highest_value_and_every_month_where_there_is_room():
    drawn = texts(line())
    assert drawn.count("40") == 2 + 2  # the axis and the peak, in both sizes
    assert {"Jan", "Feb", "&lt;Mar&gt;"} <= set(drawn)


def test_bars_are_as_tall_as_their_figures():
    roomy = whole(line())[0]
    heights = [float(bar.get("height")) for bar in roomy.iter("rect")]
    assert heights[1] / heights[0] == pytest.approx(4, abs=0.02)
    assert heights[2] / heights[0] == pytest.approx(2, abs=0.02)


def test_a_period_that_still_runs_is_dashed():
    assert "stroke-dasharray" not in line()
    assert line(last_open=True).count('stroke-dasharray="4 4"') == 2


def test_a_price_stays_level_until_the_next_bid_and_climbs_at_its_second():
    drawing = whole(trend.steps([(0, 100), (50, 200)], "x", end=100, width=780))[0]
    data = next(path.get("d") for path in drawing.iter("path") if path.get("class") == "ln")
    start, middle, end = 66, (66 + 766) / 2, 766
    assert re.match(rf"M{start} [\d.]+H{middle:g}V[\d.]+H{end}$", data)


def test_a_single_bid_and_bids_of_one_price_are_drawn_without_dividing_by_zero():
    assert "svg" in trend.steps([(0, 100)], "x")
    assert "svg" in trend.steps([(0, 0), (5, 0)], "x")


def test_parts_of_a_stacked_bar_share_its_width_by_amount():
    widths = [
        float(part.get("width")) for part in whole(bars.stacked([("a", 3), ("none", 0), ("b", 1)], "x", width=400))
    ]
    assert widths == [298.5, 98.5]


def test_a_funnel_shows_each_stage_as_share_of_the_first():
    assert texts(DRAWINGS["funnel"]) == ["&lt;Listed&gt;", "176", "100.0%", "Dealt", "143", "81.2%"]


def test_a_ring_is_never_fuller_than_full():
    assert 'stroke-dasharray="100 100"' in bars.ring(1.7, "x", "x")
    assert 'stroke-dasharray="0 100"' in bars.ring(-1, "x", "x")


@pytest.mark.parametrize(
    "nothing",
    [
        trend.line_and_bars([], [], [], "x"),
        trend.steps([], "x"),
        trend.spark([5]),
        bars.groups([], [], "x"),
        bars.histogram([], [], "x"),
        bars.stacked([("a", 0)], "x"),
        bars.funnel([("a", 0)], "x"),
        bars.funnel([], "x"),
    ],
)
def test_from_nothing_nothing_is_drawn(nothing):
    assert nothing == ""


@pytest.mark.parametrize(
    ("highest", "ticks"),
    [(0, [0, 1]), (729, [0, 200, 400, 600, 800]), (5, [0, 2, 4, 6]), (0.3, [0, 0.1, 0.2, 0.30000000000000004])],
)
def test_axes_have_round_steps_up_to_the_highest_value(highest, ticks):
    assert svg.nice_ticks(highest) == ticks
    assert svg.nice_ticks(highest)[-1] >= highest


def test_a_scene_is_the_same_for_the_same_seed_and_another_for_another():
    assert art.scene(7, "water") == art.scene(7, "water")
    assert art.scene(7, "water") != art.scene(8, "water")
    assert art.scene(7, "no such kind") == art.scene(7, "field")
    for kind in art.TERRACES:
        assert whole(art.scene(3, kind)).get("aria-hidden") == "true"


def test_contours_are_closed_rings_or_run_to_the_edge():
    width, height = 900, 420
    lines = whole(art.contours(5, width, height))[0].get("d").split("M")[1:]
    assert len(lines) > 10
    for one in lines:
        points = [tuple(map(int, point.split())) for point in one.split("L")]
        on_edge = all(x in (0, width) or y in (0, height) for x, y in (points[0], points[-1]))
        assert points[0] == points[-1] or on_edge


def test_a_thin_bar_keeps_between_empty_and_full():
    assert [float(list(whole(art.bar(share)))[1].get("width")) for share in (-1, 0.25, 9)] == [0, 25, 100]


def test_long_names_of_a_funnel_stand_beside_its_bars_and_not_under_them():
    drawn = bars.funnel([("Contract signed", 3), ("Mortgage loan", 0)], SENTENCE)
    left = min(float(x) for x in re.findall(r'<rect class="fn1" x="([\d.]+)"', drawn))
    assert left > 15 * 9
    short = bars.funnel([("合同已签", 3), ("抵押贷款", 0)], SENTENCE)
    assert 'x="94' in short or 'x="93' in short
