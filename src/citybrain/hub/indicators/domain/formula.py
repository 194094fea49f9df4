"""From numerator and denominator to a figure, and from a figure to a light."""

from collections.abc import Mapping
from decimal import Decimal

from citybrain.hub.indicators.data import Light, Status
from citybrain.hub.indicators.domain.hysteresis import ALARM, CALM, WARN, Lines
from citybrain.hub.indicators.schema import IndicatorDocument

PLACES = Decimal("0.000001")  # as stored
LIGHTS: Mapping[str, Light] = {CALM: "green", WARN: "yellow", ALARM: "red"}


def figure(
    definition: IndicatorDocument, numerator: Decimal | None, denominator: Decimal | None
) -> Decimal | None:
    """numerator ÷ denominator × scale, or numerator × scale. None when a part is unknown or nothing can be divided."""
    if numerator is None:
        return None
    if definition.denominator is None:
        return (numerator * definition.scale).quantize(PLACES)
    if not denominator:
        return None
    return (numerator / denominator * definition.scale).quantize(PLACES)


def status_of(definition: IndicatorDocument, value: Decimal | None, stale: bool) -> Status:
    """no_data, stale, partial, reached, not_reached, or measured when there is no target."""
    if value is None:
        return "no_data"
    if stale:
        return "stale"
    if definition.partial is not None:
        return "partial"
    if definition.target is None:
        return "measured"
    return "reached" if definition.target.reached(value) else "not_reached"


def light_of(definition: IndicatorDocument, status: Status, severity: str) -> Light:
    """Grey without fresh or whole data, never green (A34); else by thresholds; not reached is never green."""
    if status in {"no_data", "stale", "partial"}:
        return "grey"
    warned = LIGHTS[severity] if definition.thresholds is not None else "green"
    return "yellow" if warned == "green" and status == "not_reached" else warned


def lines_of(definition: IndicatorDocument) -> Lines | None:
    """The thresholds of a definition with its direction."""
    t = definition.thresholds
    return None if t is None else Lines(t.warn, t.alarm, t.clear, definition.direction)


def enough(definition: IndicatorDocument, numerator: Decimal | None, denominator: Decimal | None) -> bool:
    """Whether the basis is large enough to warn about."""
    t = definition.thresholds
    base = denominator if definition.denominator is not None else numerator
    return t is not None and base is not None and base >= t.least
