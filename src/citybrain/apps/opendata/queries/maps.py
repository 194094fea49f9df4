"""Chart and map of a version as pages show them: SVG with the figures in a table beside it."""

from __future__ import annotations

from typing import Any

from citybrain.apps.opendata.domain import drawing
from citybrain.apps.opendata.models import Version
from citybrain.hub.places import api as places

MAP_WIDTH = 600


def chart(version: Version) -> dict[str, Any] | None:
    """The points of a version's chart with the titles of its columns; None when it has none."""
    held = version.profile.get("chart")
    if not held:
        return None
    titles = {c["name"]: c["title"] for c in version.columns}
    return {**held, "title": titles.get(held["column"], {}), "of": titles.get(held["measure"], {})}


def map_of(version: Version) -> dict[str, Any] | None:
    """The map of a version, drawn; None when it has none or no polygons are installed."""
    held = version.profile.get("map")
    drawn = places.county_paths(MAP_WIDTH) if held else None
    if not held or drawn is None:
        return None
    view = {"width": drawn.width, "height": drawn.height, "land": drawn.land, "kind": held["kind"]}
    if held["kind"] == "points":
        frame = drawing.bounds(places.county_geojson())
        shown = drawing.spots(held["points"], frame, MAP_WIDTH) if frame else []
        return {**view, "shapes": drawn.counties, "spots": shown, "all": held["all"]} if shown else None
    return counties(view, drawn, held["counties"])


def counties(view: dict[str, Any], drawn: places.Drawing, values: dict[str, float]) -> dict[str, Any] | None:
    """Shaded counties; None when the data name none of them."""
    known = {shape.code[:6]: values[shape.code[:6]] for shape in drawn.counties if shape.code[:6] in values}
    if not known:
        return None
    names = {code: d.say() for code, d in places.divisions([s.code for s in drawn.counties]).items()}.get
    shapes = [
        {
            "d": s.d, "x": s.x, "y": s.y, "name": names(s.code, s.name), "value": known.get(s.code[:6]),
            "shade": drawing.shade(known[s.code[:6]], list(known.values())) if s.code[:6] in known else "none",
        }
        for s in drawn.counties
    ]  # fmt: skip
    return {**view, "shapes": shapes}
