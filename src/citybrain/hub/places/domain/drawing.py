"""County polygons as SVG path data, so that a map needs no script. Equirectangular at the map's own latitude."""

from dataclasses import dataclass
from math import cos, pi

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Shape:
    """One drawn area: path data and where its label goes, in SVG units."""

    code: str
    name: str
    d: str
    x: float = 0
    y: float = 0


@dataclass(frozen=True)
class Drawing:
    """A map: size, land behind, counties in front."""

    width: int
    height: int
    land: str
    counties: tuple[Shape, ...]


def draw(counties: dict, land: dict | None, width: int, margin: float = 0.03) -> Drawing:
    """SVG shapes of the counties, and of the land behind them, ``width`` units wide."""
    west, south, east, north = bounds(counties)
    pad = (east - west) * margin
    frame = (west - pad, south - pad, east + pad, north + pad)
    squeeze = cos((south + north) / 2 / 180 * pi)
    scale = width / ((frame[2] - frame[0]) * squeeze)
    height = round((frame[3] - frame[1]) * scale)
    pen = Pen(frame, scale, squeeze)
    shapes = tuple(county(feature, pen) for feature in counties.get("features", []))
    behind = "".join(pen.path(f["geometry"]) for f in (land or {}).get("features", []))
    return Drawing(width, height, behind, shapes)


def county(feature: dict, pen: "Pen") -> Shape:
    """One county with its label point."""
    properties = feature["properties"]
    x, y = pen.point(*properties.get("label", (0, 0)))
    return Shape(properties["code"], properties.get("name", ""), pen.path(feature["geometry"]), x, y)


@dataclass(frozen=True)
class Pen:
    """Projects degrees to SVG units."""

    frame: Box
    scale: float
    squeeze: float

    def point(self, lon: float, lat: float) -> tuple[float, float]:
        """One point, one decimal."""
        x = (lon - self.frame[0]) * self.squeeze * self.scale
        return round(x, 1), round((self.frame[3] - lat) * self.scale, 1)

    def path(self, geometry: dict) -> str:
        """Path data of a Polygon or MultiPolygon."""
        return "".join(self.ring(ring) for polygon in polygons(geometry) for ring in polygon)

    def ring(self, ring: list) -> str:
        """One closed ring; points that fall on the same unit are drawn once."""
        points: list[tuple[float, float]] = []
        for lon, lat in ring:
            point = self.point(lon, lat)
            if not points or point != points[-1]:
                points.append(point)
        return "M" + "L".join(f"{x:g},{y:g}" for x, y in points) + "Z" if len(points) > 2 else ""


def polygons(geometry: dict) -> list:
    """Coordinates as a list of polygons."""
    if geometry["type"] == "Polygon":
        return [geometry["coordinates"]]
    return geometry["coordinates"] if geometry["type"] == "MultiPolygon" else []


def bounds(collection: dict) -> Box:
    """West, south, east, north of every feature together."""
    points = [p for f in collection.get("features", []) for poly in polygons(f["geometry"]) for p in poly[0]]
    lons, lats = [p[0] for p in points], [p[1] for p in points]
    return min(lons), min(lats), max(lons), max(lats)
