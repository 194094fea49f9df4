"""The steps of a cascade picker: county, then town, then village. Works by plain forms, one step a request."""

from citybrain.hub.places.data import Level, Option, Step
from citybrain.hub.places.queries.tree import ancestors, children, counties, find


def cascade(code: str = "", *, down_to: Level = Level.VILLAGE) -> list[Step]:
    """Selects to show when ``code`` is chosen so far: each with its options and the chosen one.

    An unknown or empty code shows only the counties. The last step is the next one to choose, without selection.
    """
    chosen = find(code) if code else None
    line = [*ancestors(code), chosen] if chosen else []
    picked = {d.level: d for d in line if d.level >= Level.COUNTY}
    steps = [Step(Level.COUNTY, options(counties()), code_of(picked.get(Level.COUNTY)))]
    for level in (Level.TOWN, Level.VILLAGE):
        above = picked.get(Level(level - 1))
        below = children(above.code) if above and level <= down_to else []
        if not below:
            break
        steps.append(Step(level, options(below), code_of(picked.get(level))))
    return steps


def options(found) -> tuple[Option, ...]:
    """Choices from divisions, in the current language."""
    return tuple(Option(d.code, d.say()) for d in found)


def code_of(division) -> str:
    """Code of a division, or nothing."""
    return division.code if division else ""
