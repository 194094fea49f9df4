"""Codes and names of divisions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citybrain.hub.places.data import Level
from citybrain.hub.places.domain import codes, names


@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("350000000000", Level.PROVINCE),
        ("350900000000", Level.CITY),
        ("350902000000", Level.COUNTY),
        ("350902001000", Level.TOWN),
        ("350902001001", Level.VILLAGE),
        ("3509", Level.CITY),
    ],
)
def test_zero_padding_tells_the_level(code, level):
    assert codes.level_of(code) == level


@given(st.integers(min_value=110000000001, max_value=659999999999))
def test_a_code_begins_with_its_own_prefix_and_every_cut_is_its_ancestor(number):
    code = str(number)
    assert code.startswith(codes.prefix(code))
    for level in Level:
        assert codes.level_of(codes.at_level(code, level)) <= level


@pytest.mark.parametrize("code", ["", "35090", "35090200000a", "３５０９", "1" * 13])
def test_what_is_no_code_is_refused(code):
    with pytest.raises(ValueError, match="division code"):
        codes.padded(code)


@pytest.mark.parametrize(
    ("name", "kind", "short"),
    [
        ("海滨社区居委会", "community", "海滨社区"),
        ("岔路村委会", "village", "岔路村"),
        ("峦龙村村民委员会", "village", "峦龙村"),
        ("东城社区居民委员会", "community", "东城社区"),
        ("金涵畲族乡", "ethnic_township", "金涵"),
        ("虎𬇙镇", "town", "虎𬇙"),
        ("霞浦县", "county", "霞浦"),
        ("东侨开发区", "zone", "东侨开发区"),
    ],
)
def test_everyday_names_drop_the_official_ending(name, kind, short):
    assert names.short_name(name, kind) == short


def test_english_names_are_pinyin_with_the_kind():
    assert names.english("松城街道", "street") == "Songcheng Subdistrict"
    assert names.english("福安市", "county_city") == "Fu'an City"
    assert names.english("岔路村委会", "village") == "Chalu Village"
    assert names.english("湾坞工业集中区", "zone") == "Wanwu Industrial Zone"
