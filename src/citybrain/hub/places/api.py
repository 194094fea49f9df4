"""Door of places: divisions, jurisdictions, search, coordinates, maps.

Codes are the 12-digit statistical codes; points are degrees in CGCS2000/WGS84 unless said otherwise.
"""

from citybrain.hub.places.data import (
    Alias,
    Decision,
    Division,
    Hit,
    Jurisdiction,
    Level,
    Located,
    Option,
    Step,
)
from citybrain.hub.places.domain.codes import at_level, level_of, padded, prefix
from citybrain.hub.places.domain.coordinates import from_gcj02, metres_between, to_gcj02
from citybrain.hub.places.domain.drawing import Drawing, Shape
from citybrain.hub.places.queries.cascade import cascade
from citybrain.hub.places.queries.map import county_geojson, county_paths, layer, locate
from citybrain.hub.places.queries.search import search
from citybrain.hub.places.queries.tree import (
    ancestors,
    children,
    counties,
    counts,
    current,
    decisions,
    division,
    divisions,
    find,
    jurisdiction_of,
    jurisdictions,
    path_name,
)

__all__ = [
    "Alias", "Decision", "Division", "Drawing", "Hit", "Jurisdiction", "Level", "Located", "Option", "Shape", "Step",
    "ancestors", "at_level", "cascade", "children", "counties", "counts", "county_geojson", "county_paths", "current",
    "decisions", "division", "divisions", "find", "from_gcj02", "jurisdiction_of", "jurisdictions", "layer",
    "level_of", "locate", "metres_between", "padded", "path_name", "prefix", "search", "to_gcj02",
]  # fmt: skip
