"""Pages and answers of places, as anybody gets them."""

import pytest
from django.conf import settings
from django.urls import reverse


@pytest.fixture
def place(two_counties, client):
    """Get an address of places."""

    def get(page, /, *args, **params):
        return client.get(reverse(f"places:{page}", args=args), params)

    return get


def test_search_works_without_a_script_and_shows_rare_characters(place):
    page = place("browse", q="虎贝")
    assert page.status_code == 200
    assert "虎𬇙镇" in page.content.decode()


def test_the_browser_lists_counties_and_jurisdictions_in_both_languages(place, client):
    text = place("browse").content.decode()
    assert "霞浦县" in text
    assert "东侨经济技术开发区" in text
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    english = client.get(reverse("places:browse")).content.decode()
    assert "Xiapu County" in english


def test_a_division_page_tells_codes_sources_and_decisions(place):
    text = place("detail", "350921001000").content.decode()
    for said in ("350921001000", "350921002000", "国家统计局", "统计代码"):
        assert said in text


def test_an_unknown_division_is_404(place):
    assert place("detail", "999999000000").status_code == 404
    assert place("detail", "nonsense").status_code == 404


def test_children_answer_the_cascade_script(place):
    found = place("children", parent="350921000000").json()
    assert {"value": "350921001000", "label": "松城街道"} in found
    assert len(place("children").json()) == 2
    assert place("children", parent="nonsense").status_code == 404


def test_the_picker_fragment_shows_the_next_step(place):
    text = place("picker", name="home_division", value="350921001000").content.decode()
    assert text.count("<select") == 3
    assert 'name="home_division"' in text
    assert "<script>" not in place("picker", name='"><script>', value="").content.decode()


def test_locate_answers_points_and_refuses_others(place):
    assert place("locate", lon="119.527", lat="26.665").json()["code"] == "350902000000"
    assert place("locate", lon="121.9", lat="26.0").status_code == 404
    for wrong in ({"lon": "x", "lat": "1"}, {}, {"lon": "nan", "lat": "1"}, {"lon": "999", "lat": "1"}):
        assert place("locate", **wrong).status_code == 422


def test_layers_travel_once(place, client):
    answer = place("layer", "counties")
    assert answer.status_code == 200
    assert len(answer.json()["features"]) == 9
    again = client.get(reverse("places:layer", args=["counties"]), headers={"if-none-match": answer["ETag"]})
    assert again.status_code == 304
    assert place("layer", "secret").status_code == 404


@pytest.mark.parametrize("odd", ["\0", "a\0b", "%", "'", "x" * 5000, "３５"])
def test_no_word_in_an_address_breaks_an_answer(place, odd):
    sent = {name: odd for name in ("q", "limit", "within", "parent", "value", "name", "lon", "lat", "crs")}
    for page in ("browse", "search", "children", "picker", "locate"):
        assert place(page, **sent).status_code < 500
    assert place("search", q=odd).status_code < 500
