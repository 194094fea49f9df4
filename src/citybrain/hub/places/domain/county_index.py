"""Which county a point lies in: polygons in an STR-tree. A point near the coast is answered, but flagged.

County polygons are simplified (about 100 m) and end at the shore, so a point on a pier or a farm raft lies in
none of them. Within ``TOLERANCE_METRES`` the nearest county answers, marked ``near``; beyond it, nobody does.
"""

from dataclasses import dataclass

from shapely import STRtree
from shapely.geometry import Point, shape
from shapely.ops import nearest_points

from citybrain.hub.places.domain.coordinates import check, metres_between

TOLERANCE_METRES = 3000
SEARCH_DEGREES = 0.05  # a little more than the tolerance, at any Chinese latitude


@dataclass(frozen=True)
class Found:
    """Code of the county; ``metres`` > 0 when the point lies outside it."""

    code: str
    metres: int = 0


class CountyIndex:
    """Point-in-county look-up over a GeoJSON FeatureCollection whose features carry ``code``."""

    def __init__(self, collection: dict) -> None:
        features = collection.get("features", [])
        self.codes = [feature["properties"]["code"] for feature in features]
        self.areas = [shape(feature["geometry"]) for feature in features]
        self.tree = STRtree(self.areas)

    def find(self, lon: float, lat: float) -> Found | None:
        """The county containing the point, else the nearest within the tolerance, else None."""
        check(lon, lat)
        point = Point(lon, lat)
        inside = self.tree.query(point, predicate="intersects")
        if len(inside):
            return Found(self.codes[min(inside)])
        return self.nearest(point)

    def nearest(self, point: Point) -> Found | None:
        """The nearest county within the tolerance."""
        near = self.tree.query(point, predicate="dwithin", distance=SEARCH_DEGREES)
        measured = sorted((self.distance(point, i), self.codes[i]) for i in near)
        if not measured or measured[0][0] > TOLERANCE_METRES:
            return None
        return Found(measured[0][1], max(1, round(measured[0][0])))

    def distance(self, point: Point, number: int) -> float:
        """Metres from the point to the polygon's nearest point."""
        here, there = nearest_points(point, self.areas[number])
        return metres_between((here.x, here.y), (there.x, there.y))
