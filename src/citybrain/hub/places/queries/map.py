"""Map reads: the county of a point, polygons, drawings. Indexes live in the process and follow the layer's hash."""

from functools import lru_cache

from citybrain.hub.places.data import Located
from citybrain.hub.places.domain.coordinates import from_gcj02
from citybrain.hub.places.domain.county_index import CountyIndex
from citybrain.hub.places.domain.drawing import Drawing, draw
from citybrain.hub.places.models import Layer
from citybrain.hub.places.queries.tree import division

EMPTY = {"type": "FeatureCollection", "features": []}


def locate(lon: float, lat: float, *, crs: str = "CGCS2000") -> Located | None:
    """County of a point in degrees; None when it lies outside every county and off the coast tolerance (3 km).

    ``crs``: ``CGCS2000``/``WGS84`` or ``GCJ02`` (converted first). ValueError for anything that is no point.
    """
    if crs.upper().replace("-", "") == "GCJ02":
        lon, lat = from_gcj02(lon, lat)
    found = county_index(layer_hash("counties")).find(lon, lat)
    return Located(division(found.code), found.metres > 0, found.metres) if found else None


def layer(key: str) -> dict:
    """The GeoJSON FeatureCollection of a layer, empty when no pack brought it."""
    return _layer(key, layer_hash(key))


def county_geojson() -> dict:
    """County polygons, CGCS2000/WGS84; properties ``code``, ``name``, ``label`` (a point inside)."""
    return layer("counties")


def county_paths(width: int = 600) -> Drawing | None:
    """County polygons as SVG path data ``width`` units wide; None when no pack brought polygons."""
    return _drawing(width, layer_hash("counties"), layer_hash("land"))


def layer_hash(key: str) -> str:
    """Which edition of a layer is installed; empty when none."""
    row = Layer.objects.filter(pk=key, hidden=False).values_list("hash", flat=True).first()
    return row or ""


@lru_cache(maxsize=8)
def _layer(key: str, edition: str) -> dict:
    return Layer.objects.get(pk=key).collection if edition else EMPTY


@lru_cache(maxsize=2)
def county_index(edition: str) -> CountyIndex:
    """The polygon index of an edition of the county layer."""
    return CountyIndex(_layer("counties", edition))


@lru_cache(maxsize=8)
def _drawing(width: int, counties: str, land: str) -> Drawing | None:
    collection = _layer("counties", counties)
    return draw(collection, _layer("land", land), width) if collection["features"] else None
