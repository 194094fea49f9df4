"""Charts and points as SVG geometry: numbers to coordinates, because pages carry no script of their own and no inline style."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import cos, pi
from typing import Any

WIDTH, HEIGHT = 640, 220
MARGIN = 0.03  # around the counties, as places draws them


def line(points: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """Path of a curve over equal steps, from zero to the greatest value, with its ends in words."""
    values = [float(v) for _label, v in points]
    most = max(values, default=0) or 1
    step = WIDTH / max(1, len(values) - 1)
    places = [(round(i * step, 1), round(HEIGHT - v / most * HEIGHT, 1)) for i, v in enumerate(values)]
    path = "M" + "L".join(f"{x} {y}" for x, y in places)
    return {
        "path": path, "area": f"{path}L{WIDTH} {HEIGHT}L0 {HEIGHT}Z", "width": WIDTH, "height": HEIGHT, "most": most,
        "first": points[0][0] if points else "", "last": points[-1][0] if points else "",
    }  # fmt: skip


def bars(points: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
    """Rows with the length of their bars in percent."""
    most = max((float(v) for _label, v in points), default=0) or 1
    return [
        {"label": label, "value": value, "share": round(max(0.0, float(value)) / most * 100, 1)}
        for label, value in points
    ]


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
