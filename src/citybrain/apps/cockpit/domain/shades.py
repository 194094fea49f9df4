"""Shades of a map and shares of a bar: numbers to classes, because pages carry no inline style."""

from collections.abc import Mapping
from decimal import Decimal

SHADES = 5


def limits(values: Mapping[str, Decimal | None], shades: int = SHADES) -> list[Decimal]:
    """Upper bounds of all classes but the last, at equal counts; empty when there is nothing to tell apart."""
    known = sorted(v for v in values.values() if v is not None)
    distinct = sorted(set(known))
    if len(distinct) < 2:
        return []
    if len(distinct) <= shades:
        return distinct[:-1]
    return sorted({known[(len(known) * n) // shades - 1] for n in range(1, shades)})


def shade(value: Decimal | None, bounds: list[Decimal], shades: int = SHADES) -> str:
    """``none`` for no data, else ``0`` (least) to ``4`` (most)."""
    if value is None:
        return "none"
    if not bounds:
        return "0" if value == 0 else str(shades // 2)
    position = sum(value > bound for bound in bounds)
    return str(round(position * (shades - 1) / len(bounds)))


def share(value: Decimal | None, most: Decimal | None) -> float:
    """Percent of a bar, 0–100."""
    if value is None or not most or most <= 0 or value <= 0:
        return 0.0
    return float(min(Decimal(100), value / most * 100).quantize(Decimal("0.1")))
