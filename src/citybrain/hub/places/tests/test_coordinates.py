"""Conversion between CGCS2000/WGS84 and GCJ-02."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citybrain.hub.places.domain.coordinates import from_gcj02, metres_between, to_gcj02

LONGITUDES = st.floats(min_value=73.0, max_value=135.0)
LATITUDES = st.floats(min_value=3.0, max_value=53.0)


@given(LONGITUDES, LATITUDES)
def test_a_round_trip_comes_back_within_a_centimetre(lon, lat):
    assert metres_between((lon, lat), from_gcj02(*to_gcj02(lon, lat))) < 0.01


@given(LONGITUDES, LATITUDES)
def test_the_offset_in_china_is_some_hundred_metres(lon, lat):
    assert 20 < metres_between((lon, lat), to_gcj02(lon, lat)) < 1500


def test_a_known_point_moves_where_map_makers_move_it():
    # Tiananmen, the pair that open converters publish.
    lon, lat = to_gcj02(116.3912757, 39.906217)
    assert (round(lon, 4), round(lat, 4)) == (116.3975, 39.9076)


def test_points_outside_china_stay_where_they_are():
    assert to_gcj02(2.35, 48.85) == (2.35, 48.85)
    assert from_gcj02(-0.13, 51.5) == (-0.13, 51.5)


@pytest.mark.parametrize("point", [(181, 0), (0, 91), (float("nan"), 0), (0, float("inf"))])
def test_what_is_no_point_is_refused(point):
    with pytest.raises(ValueError):
        to_gcj02(*point)
