"""The shapes of the map as one SVG file that browsers keep: live updates then carry figures, not coastlines."""

from functools import lru_cache

from citybrain.hub.places import api as places
from citybrain.kernel.crypto import sm3_hex

MAP_WIDTH = 600


def drawing() -> places.Drawing | None:
    """The city's map, None when no pack brought polygons."""
    return places.county_paths(MAP_WIDTH)


@lru_cache(maxsize=4)
def edition(drawn: places.Drawing) -> str:
    """A name for this map that changes when any line of it does."""
    return sm3_hex(repr(drawn).encode())[:16]


@lru_cache(maxsize=4)
def sprite(drawn: places.Drawing) -> str:
    """An SVG file of symbols-to-be-used: ``land`` and one path per county, by the first six digits of its code."""
    counties = "".join(f'<path id="c{shape.code[:6]}" d="{shape.d}"/>' for shape in drawn.counties)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {drawn.width} {drawn.height}">'
        f'<path id="land" d="{drawn.land}"/>{counties}</svg>'
    )
