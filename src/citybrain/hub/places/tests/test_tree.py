"""The real administrative tree of Ningde."""

from datetime import date

import pytest

from citybrain.hub.places import api as places
from citybrain.kernel.errors import NotFound

CITY = "350900000000"


def towns(at: date) -> int:
    counts = places.counts(CITY, at=at)
    return sum(counts.get(kind, 0) for kind in ("street", "town", "township", "ethnic_township"))


def test_the_city_has_nine_counties_and_ten_jurisdictions(ningde):
    assert len(places.children(CITY)) == 9
    assert len(places.jurisdictions()) == 10


def test_counts_agree_with_the_published_snapshot_and_with_today(ningde):
    then = places.counts(CITY, at=date(2024, 11, 30))
    assert (then["street"], then["town"], then["township"] + then["ethnic_township"]) == (14, 69, 43)
    assert then["zone"] == 4
    assert towns(date(2024, 11, 30)) == 126
    assert towns(date(2026, 11, 23)) == 127, "龙安街道 took the place of 龙安开发区"
    assert then["village"] + then["community"] + then["quasi"] == 2368


def test_dongqiao_is_a_jurisdiction_but_no_county(ningde):
    assert places.jurisdiction_of("350902500001").key == "dongqiao"
    assert places.jurisdiction_of("350902001001").key == "350902"
    assert places.division("350902500000").level == places.Level.TOWN


def test_swapped_codes_are_joined_by_name_and_both_codes_are_kept(ningde):
    songcheng, songgang = places.division("350921001000"), places.division("350921002000")
    assert (songcheng.name, songcheng.civil_code) == ("松城街道", "350921002000")
    assert (songgang.name, songgang.civil_code) == ("松港街道", "350921001000")
    assert places.division("350922001000").name == "城东街道"
    assert {d.key for d in places.decisions("350921001000")} == {"code-350921001"}


def test_a_town_that_took_another_ones_place_keeps_its_villages(ningde):
    old = places.division("350982500000")
    assert old.replaced_by == "350982004000"
    assert places.current(old.code).name == "龙安街道"
    assert old.code not in {d.code for d in places.children("350982000000")}
    assert old.code in {d.code for d in places.children("350982000000", at=date(2024, 1, 1))}
    villages = places.children("350982004000")
    assert len(villages) == 7
    assert places.ancestors(villages[0].code)[-1].name == "龙安街道"


def test_every_division_has_a_parent_of_a_higher_level_and_a_source(ningde):
    from citybrain.hub.places.models import Division

    for row in Division.objects.select_related("parent").exclude(level=1):
        assert row.parent is not None
        assert row.parent.level < row.level
        assert row.source in {"nbs2023", "mca2025"}


def test_installing_again_changes_nothing_and_a_dropped_town_is_hidden(two_counties):
    from citybrain.hub.places.actions.apply_divisions import apply_divisions
    from citybrain.hub.places.models import Division
    from citybrain.hub.places.tests.factories import document

    before = Division.objects.count()
    whole = document("350921")
    apply_divisions(whole, pack="ningde", key="350921")
    assert Division.objects.count() == before
    apply_divisions(whole.model_copy(update={"towns": whole.towns[1:]}), pack="ningde", key="350921")
    assert Division.objects.count() == before
    assert places.find(whole.towns[0].code) is None


def test_an_unknown_code_is_not_found(two_counties):
    with pytest.raises(NotFound):
        places.division("999999000000")
    assert places.find("not a code") is None


def test_the_cascade_needs_no_script(two_counties):
    assert [len(s.options) for s in places.cascade("")] == [2]
    steps = places.cascade("350921001000")
    assert [s.selected for s in steps] == ["350921000000", "350921001000", ""]
    assert all(option.name for step in steps for option in step.options)
    assert places.path_name("350921001000") == "霞浦县 松城街道"
