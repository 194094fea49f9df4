"""Conversion between CGCS2000/WGS84 and GCJ-02, the offset datum of commercial Chinese web maps.

We store CGCS2000 (for this purpose equal to WGS84: they differ by centimetres) and convert at the edge.
The offset formula is public knowledge, not an official specification; its inverse is found by iteration, so a
round trip is exact to well under a metre. Refuses points that are not a longitude and a latitude.
"""

from math import cos, isfinite, pi, sin, sqrt

EARTH_RADIUS = 6378245.0  # Krasovsky 1940 semi-major axis, as the offset formula uses it
ECCENTRICITY_SQUARED = 0.00669342162296594323
ITERATIONS = 12
PRECISION = 1e-9  # degrees, about 0.1 mm

Point = tuple[float, float]


def to_gcj02(lon: float, lat: float) -> Point:
    """CGCS2000/WGS84 degrees to GCJ-02 degrees. Points outside China are returned unchanged."""
    check(lon, lat)
    if outside_china(lon, lat):
        return lon, lat
    east, north = offset(lon, lat)
    return lon + east, lat + north


def from_gcj02(lon: float, lat: float) -> Point:
    """GCJ-02 degrees to CGCS2000/WGS84 degrees, by fixed-point iteration on :func:`to_gcj02`."""
    check(lon, lat)
    if outside_china(lon, lat):
        return lon, lat
    guess_lon, guess_lat = lon, lat
    for _ in range(ITERATIONS):
        east, north = offset(guess_lon, guess_lat)
        next_lon, next_lat = lon - east, lat - north
        moved = max(abs(next_lon - guess_lon), abs(next_lat - guess_lat))
        guess_lon, guess_lat = next_lon, next_lat
        if moved < PRECISION:
            break
    return guess_lon, guess_lat


def check(lon: float, lat: float) -> None:
    """ValueError unless both are finite degrees within the globe."""
    if not (isfinite(lon) and isfinite(lat) and -180 <= lon <= 180 and -90 <= lat <= 90):
        raise ValueError(f"not a longitude and latitude: {lon}, {lat}")


def outside_china(lon: float, lat: float) -> bool:
    """The box inside which map makers apply the offset."""
    return not (72.004 <= lon <= 137.8347 and 0.8293 <= lat <= 55.8271)


def offset(lon: float, lat: float) -> Point:
    """Degrees east and north by which GCJ-02 shifts a point."""
    x, y = lon - 105.0, lat - 35.0
    wave = (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + wave
    north += (20 * sin(y * pi) + 40 * sin(y / 3 * pi)) * 2 / 3
    north += (160 * sin(y / 12 * pi) + 320 * sin(y * pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + wave
    east += (20 * sin(x * pi) + 40 * sin(x / 3 * pi)) * 2 / 3
    east += (150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3
    radians = lat / 180 * pi
    magic = 1 - ECCENTRICITY_SQUARED * sin(radians) ** 2
    root = sqrt(magic)
    north = north * 180 / (EARTH_RADIUS * (1 - ECCENTRICITY_SQUARED) / (magic * root) * pi)
    east = east * 180 / (EARTH_RADIUS / root * cos(radians) * pi)
    return east, north


def metres_between(a: Point, b: Point) -> float:
    """Ground distance of two near points in metres (flat approximation, good below 100 km)."""
    mid = (a[1] + b[1]) / 2 / 180 * pi
    return sqrt(((a[0] - b[0]) * 111_320 * cos(mid)) ** 2 + ((a[1] - b[1]) * 110_574) ** 2)
