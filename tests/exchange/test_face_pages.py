"""The frames, the forms and the size of type, as a browser without JavaScript meets them."""

import re

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def shown(settings) -> Client:
    """A visitor of a demonstration, who reads English."""
    settings.DEMONSTRATION = True
    return Client(headers={"accept-language": "en"})


def html(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("path", ["/styleguide/", "/styleguide/office/", "/styleguide/wall/"])
def test_the_style_guide_shows_every_part_without_inline_style_or_script(shown, path):
    page = html(shown, path)
    assert not re.search(r"\sstyle=|<script(?![^>]*\ssrc=)|\son\w+=", page)


def test_the_style_guide_is_not_there_without_demonstration(client, settings):
    settings.DEMONSTRATION = settings.DEBUG = False
    assert client.get("/styleguide/").status_code == 404


def test_unknown_surfaces_are_not_there(shown):
    assert shown.get("/styleguide/nothing/").status_code == 404


def test_a_form_with_errors_lists_them_on_top_and_at_the_field_and_keeps_the_value(shown):
    page = html(shown, "/styleguide/")
    assert 'href="#id_wrong_name"' in page
    assert 'id="id_wrong_name_error"' in page
    field = re.search(r'<input type="number" name="area" value="x"[^>]*>', page)[0]
    assert 'aria-invalid="true"' in field
    assert 'aria-describedby="id_wrong_area_error"' in field


def test_a_demonstration_says_so_on_every_page_and_others_do_not(shown, settings):
    assert "Demonstration: the data are made up" in html(shown, "/")
    settings.DEMONSTRATION = False
    assert "Demonstration: the data are made up" not in html(shown, "/")


def test_large_type_is_one_button_and_stays_for_a_year(shown):
    assert "data-size" not in re.search("<html[^>]*>", html(shown, "/"))[0]
    answer = shown.post("/size/", {"size": "large", "next": "/"})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert answer.cookies["size"]["max-age"] == 365 * 24 * 3600
    assert 'data-size="large"' in html(shown, "/")
    shown.post("/size/", {"size": "", "next": "/"})
    assert 'data-size="large"' not in html(shown, "/")


@pytest.mark.parametrize("elsewhere", ["https://example.org/", "//example.org/", "javascript:alert(1)"])
def test_the_size_button_sends_nobody_to_another_site(shown, elsewhere):
    assert shown.post("/size/", {"size": "large", "next": elsewhere})["Location"] == "/"


def test_the_language_is_one_button_and_the_page_says_which_it_is(shown):
    assert '<html lang="en"' in html(shown, "/")
    shown.post("/i18n/setlang/", {"language": "zh-hans", "next": "/"})
    assert '<html lang="zh-hans"' in html(shown, "/")


def test_pages_that_are_not_there_say_so_in_plain_words(shown):
    answer = shown.get("/no-such-page/")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()


@pytest.mark.parametrize("path", ["/api/v1/nothing/", "/api/v1/listings/nope/", "/api/v2/"])
def test_addresses_of_the_api_that_are_not_there_answer_a_program(shown, path):
    answer = shown.get(path)
    assert answer.status_code == 404
    message = "There is no such thing here, or it is not yours to see."
    assert answer.json() == {"code": "not_found", "message": message, "fields": {}}
