"""Points, polygons and drawings."""

import pytest
from shapely.geometry import shape

from citybrain.hub.places import api as places
from citybrain.hub.places.actions.apply_geometry import faults
from citybrain.hub.places.schema import GeometryDocument
from citybrain.hub.places.tests.factories import PACK, layer


def test_county_polygons_are_valid_small_and_do_not_overlap():
    counties = layer("counties")
    assert len(counties.features) == 9
    assert not list(faults(counties))
    size = sum((PACK / "geometry" / f"{name}.geojson").stat().st_size for name in ("counties", "land"))
    assert size <= 300_000


def test_overlapping_polygons_are_named():
    square = [[[119, 26], [120, 26], [120, 27], [119, 27], [119, 26]]]
    one = {
        "type": "Feature",
        "properties": {"code": "350902000000"},
        "geometry": {"type": "Polygon", "coordinates": square},
    }
    two = {**one, "properties": {"code": "350921000000"}}
    document = GeometryDocument(type="FeatureCollection", source="test", features=[one, two])
    assert list(faults(document)) == ["350902000000 and 350921000000 overlap"]


@pytest.mark.parametrize(
    ("lon", "lat", "name"),
    [
        (119.527, 26.665, "蕉城区"),
        (120.005, 26.882, "霞浦县"),
        (119.65, 27.085, "福安市"),
        (118.745, 26.578, "古田县"),
    ],
)
def test_a_point_in_a_county_town_lies_in_that_county(ningde, lon, lat, name):
    found = places.locate(lon, lat)
    assert (found.division.name, found.near) == (name, False)


def test_every_label_point_lies_in_its_own_county(ningde):
    for feature in places.county_geojson()["features"]:
        found = places.locate(*feature["properties"]["label"])
        assert found.division.code == feature["properties"]["code"]


def test_a_point_just_off_the_coast_is_answered_and_flagged(ningde):
    area = shape(
        next(f for f in places.county_geojson()["features"] if f["properties"]["code"] == "350921000000")[
            "geometry"
        ]
    )
    east = max(area.geoms, key=lambda part: part.bounds[2])
    tip = max(east.exterior.coords, key=lambda point: point[0])
    found = places.locate(tip[0] + 0.01, tip[1])
    assert found.near
    assert 500 < found.metres < 3000
    assert places.locate(121.9, 26.0) is None


def test_a_point_of_a_commercial_map_is_converted_first(ningde):
    lon, lat = places.to_gcj02(119.527, 26.665)
    assert places.locate(lon, lat, crs="GCJ-02").division.name == "蕉城区"


def test_the_map_is_drawn_without_a_script(ningde):
    drawing = places.county_paths(600)
    assert drawing.width == 600
    assert len(drawing.counties) == 9
    assert all(s.d.startswith("M") and 0 < s.x < 600 and 0 < s.y < drawing.height for s in drawing.counties)
