"""What the filters and tags write."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from exchange.templatetags import dates, icons, money


def rendered(text: str, **context) -> str:
    return Template("{% load icons money dates navigation charts %}" + text).render(Context(context))


@pytest.mark.parametrize(
    ("write", "value", "text"),
    [
        (money.yuan, 12860000, "¥128,600"),
        (money.yuan, 1472865, "¥14,728.65"),
        (money.yuan, -5, "−¥0.05"),
        (money.yuan, 0, "¥0"),
        (money.yuan, None, ""),
        (money.yuan_exact, 1472800, "¥14,728.00"),
        (money.plain_yuan, 1200000, "12000.00"),
        (money.wan, 125_870_000, "125.87"),
        (money.wan, 1_000_000, "1"),
        (money.yi, 18_000_000_000, "1.80"),
        (money.yi, 26_000_000_000, "2.60"),
        (money.mu, Decimal("57333.333"), "86.00"),
        (money.m2, Decimal("57333.30"), "57,333.3"),
        (money.percent, 385, "3.85%"),
        (money.percent, 2000, "20%"),
        (money.thousands, 6143, "6,143"),
    ],
)
def test_figures_are_written_as_people_read_them(write, value, text):
    assert write(value) == text


def test_capital_amounts_come_from_the_one_place_that_knows_them():
    assert rendered("{{ fen|capitals }}", fen=12860000) == "人民币壹拾贰万捌仟陆佰元整"


@pytest.mark.parametrize(
    ("months", "en", "zh"),
    [
        (240, "20 years", "20 年"),
        (12, "1 year", "1 年"),
        (18, "18 months", "18 个月"),
        (1, "1 month", "1 个月"),
        (None, "—", "—"),
    ],
)
def test_a_term_is_told_in_years_when_they_are_whole(months: int | None, en: str, zh: str):
    with translation.override("en"):
        assert dates.term(months) == en
    with translation.override("zh-hans"):
        assert dates.term(months) == zh


def test_a_moment_is_shown_in_shanghai_whatever_zone_it_comes_in():
    at = datetime(2026, 11, 23, 6, 0, 5, tzinfo=UTC)
    with translation.override("en"):
        assert dates.moment(at) == "Nov 23, 14:00"
        assert dates.moment_full(at) == "Nov 23, 2026, 14:00:05"
        assert dates.clock(at) == "14:00:05"
    late = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
    with translation.override("en"):
        assert dates.day(late) == "Nov 23, 2026"
        assert dates.day(date(2026, 11, 22)) == "Nov 22, 2026"
        assert dates.day_short(late) == "Nov 23"


def test_a_time_tag_is_for_machines_too():
    at = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
    with translation.override("en"):
        assert rendered("{% time_tag at %}", at=at) == '<time datetime="2026-11-23T06:00:00+00:00">Nov 23, 14:00</time>'
    assert rendered("{% time_tag at %}", at=None) == ""


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (2 * 86400 + 3 * 3600 + 59, "2 days 3 hours"),
        (86400 + 30, "1 day"),
        (301, "5 minutes 1 second"),
        (0, "0 seconds"),
        (-9, "0 seconds"),
    ],
)
def test_a_span_has_its_two_largest_units(seconds, words):
    with translation.override("en"):
        assert dates.span(timedelta(seconds=seconds)) == words


def test_icons_are_hidden_from_screen_readers_and_unknown_ones_are_an_error():
    assert 'aria-hidden="true"' in icons.icon("search")
    with pytest.raises(KeyError):
        icons.icon("no such icon")


class Officer:
    """A person with one role."""

    is_authenticated = True

    def has_role(self, role: str) -> bool:
        return role == "reviewer"


def link(name: str, roles: str = "", user: object = None, path: str = "/") -> str:
    request = RequestFactory().get(path)
    return rendered(
        f'{{% nav_link "{name}" "Go" "" "{roles}" 3 True %}}', request=request, user=user or AnonymousUser()
    )


def test_a_link_shows_only_when_its_page_exists():
    assert link("no:such_page") == ""
    assert 'href="/"' in link("home")


def test_a_link_with_roles_shows_only_to_those_who_hold_one():
    assert link("home", "reviewer") == ""
    assert link("home", "banker", Officer()) == ""
    assert 'href="/"' in link("home", "banker reviewer", Officer())


def test_the_link_of_this_page_is_marked_and_carries_its_count():
    here = link("home", path="/")
    assert 'aria-current="page"' in here
    assert '<span class="n hot">3</span>' in here
    assert "aria-current" not in link("home", path="/elsewhere/")
