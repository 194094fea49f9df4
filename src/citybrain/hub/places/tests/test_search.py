"""Division search: what people type finds what they mean."""

import pytest

from citybrain.hub.places import api as places


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("松城", "松城街道"),
        ("松城街道", "松城街道"),
        ("城街", "松城街道"),
        ("songcheng", "松城街道"),
        ("SongCheng", "松城街道"),
        ("scjd", "松城街道"),
        ("350921001", "松城街道"),
        ("松成街道", "松城街道"),
        ("songchen jiedao", "松城街道"),
        ("虎𬇙", "虎𬇙镇"),
        ("虎𬇙镇", "虎𬇙镇"),
        ("虎贝镇", "虎𬇙镇"),
        ("hubei", "虎𬇙镇"),
        ("霞浦 长春", "长春镇"),
        ("xpx", "霞浦县"),
        ("东侨", "东侨开发区"),
        ("ｘｉａｐｕ", "霞浦县"),
    ],
)
def test_names_aliases_pinyin_initials_codes_parts_and_slips(two_counties, typed, found):
    assert found in [hit.division.name for hit in places.search(typed, 5)][:2]


def test_a_code_of_the_other_list_finds_its_town_too(two_counties):
    names = [hit.division.name for hit in places.search("350921002", 5)]
    assert names[0] == "松港街道"
    assert "松城街道" in names


def test_the_whole_name_comes_before_places_that_lie_there(two_counties):
    hits = places.search("蕉城区", 10)
    assert hits[0].division.code == "350902000000"
    assert hits[0].score > hits[1].score


def test_a_search_can_be_kept_inside_a_county_and_a_level(two_counties):
    hits = places.search("城", 50, within="350921", levels=(places.Level.TOWN,))
    assert hits
    assert all(h.division.code.startswith("350921") and h.division.level == 4 for h in hits)


@pytest.mark.parametrize("typed", ["", "   ", "%", "_", "\\", "'; drop table", "𬇙" * 500, "\x00a", "~~~"])
def test_nonsense_finds_nothing_and_breaks_nothing(two_counties, typed):
    assert len(places.search(typed, 10)) <= 10


def test_results_are_bounded(two_counties):
    assert len(places.search("村", 10_000)) == 50


@pytest.mark.parametrize("typed", ["松城", "scjd", "松成街道", "350922"])
def test_searching_the_whole_city_takes_two_questions(ningde, typed, django_assert_max_num_queries):
    with django_assert_max_num_queries(2):  # what matches; when that is little, what looks alike
        assert places.search(typed)
