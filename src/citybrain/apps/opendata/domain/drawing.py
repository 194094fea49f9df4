"""Points and shades of maps as SVG geometry: numbers to coordinates, because pages carry no script of their own and no inline style."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import cos, pi
from typing import Any

MARGIN = 0.03  # around the counties, as places draws them


def bounds(collection: dict[str, Any]) -> tuple[float, float, float, float] | None:
    """West, south, east, north of all polygons; None when there are none."""
    spots = [spot for f in collection.get("features", []) for spot in flat(f["geometry"]["coordinates"])]
    if not spots:
        return None
    xs, ys = [s[0] for s in spots], [s[1] for s in spots]
    return min(xs), min(ys), max(xs), max(ys)


def flat(coordinates: Any) -> Iterable[Sequence[float]]:
    """All positions of any geometry."""
    if coordinates and isinstance(coordinates[0], int | float):
        yield coordinates
        return
    for part in coordinates:
        yield from flat(part)


def spots(
    points: Sequence[Sequence[float]], frame: tuple[float, float, float, float], width: int
) -> list[dict[str, float]]:
    """Points in the units of the county drawing (equirectangular at its own latitude); those off the map are left out."""
    west, south, east, north = frame
    pad = (east - west) * MARGIN
    west, south, east, north = west - pad, south - pad, east + pad, north + pad
    squeeze = cos((south + north) / 2 / 180 * pi)
    scale = width / ((east - west) * squeeze)
    return [
        {"x": round((x - west) * squeeze * scale, 1), "y": round((north - y) * scale, 1)}
        for x, y in points
        if west <= x <= east and south <= y <= north
    ]


def shade(value: float, values: Sequence[float]) -> int:
    """One of five shades by rank."""
    ordered = sorted(set(values))
    return 2 if len(ordered) < 2 else round(ordered.index(value) * 4 / (len(ordered) - 1))
