"""Geometry of the charts that pages draw on the server: one series as a line or as columns, on a scale of round numbers.

The picture is a box of 100 by 100 that the page stretches, so ticks stand at equal distances and need no inline style.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from citybrain.ui.filters import date_cn, number

STEPS = (1, 2, 2.5, 5, 10)
PARTS = 4  # intervals of the value axis, at most
TICKS = 5  # labels below the picture, at most


@dataclass(frozen=True)
class Plot:
    """``ticks`` from the top down and ``labels`` from left to right stand at equal distances; ``line``, ``area`` and
    ``end`` are SVG paths, ``columns`` rectangles (x, y, width, height), all in a box of 100 by 100."""

    ticks: list[str]
    labels: list[str]
    line: str = ""
    area: str = ""
    end: str = ""
    columns: tuple[tuple[float, float, float, float], ...] = ()


def plot(
    points: Sequence[Sequence[Any]],
    kind: str = "line",
    low: float | None = None,
    high: float | None = None,
) -> Plot | None:
    """Draw ``(where, value)`` pairs; ``where`` is a date or a word, ``value`` a number or None (a gap).

    ``low`` and ``high`` fix the ends of the scale. None when there is nothing to draw: no value, or a line of one.
    """
    known = [float(p[1]) for p in points if p[1] is not None]
    if not known or (kind == "line" and len(known) < 2):
        return None
    bottom = low if low is not None else (min(0.0, *known) if kind == "columns" else min(known))
    scale = axis(bottom, max(high if high is not None else max(known), bottom))
    least, most = scale[0], scale[-1]
    ticks = [number(round(value, 10)) for value in reversed(scale)]

    def up(value: float) -> float:
        return round(100 - (value - least) / (most - least) * 100, 2)

    if kind == "columns":
        slot = 100 / len(points)
        columns = tuple(
            (round(i * slot + slot * 0.14, 2), up(float(p[1])), round(slot * 0.72, 2), round(100 - up(float(p[1])), 2))
            for i, p in enumerate(points)
            if p[1]
        )  # fmt: skip
        return Plot(ticks, labels(points), columns=columns)
    places = across([p[0] for p in points])
    spots = [(x, up(float(p[1]))) for x, p in zip(places, points, strict=True) if p[1] is not None]
    path = "M" + "L".join(f"{x} {y}" for x, y in spots)
    return Plot(
        ticks, labels(points), line=path, area=f"{path}V100H{spots[0][0]}Z", end=f"M{spots[-1][0]} {spots[-1][1]}h0"
    )  # fmt: skip


def axis(low: float, high: float) -> list[float]:
    """Round numbers at equal distances from at most ``low`` to at least ``high``."""
    high = high if high > low else low + (abs(low) or 1.0)
    span = high - low
    size = 10 ** math.floor(math.log10(span / PARTS))
    step = next(size * s for s in STEPS if size * s * PARTS >= span * (1 - 1e-9))
    first = math.floor(low / step + 1e-9)
    last = max(math.ceil(high / step - 1e-9), first + 1)
    return [n * step for n in range(first, last + 1)]


def across(wheres: Sequence[Any]) -> list[float]:
    """Where points stand from left to right, 0 to 100: by time when all are dates, else evenly."""
    if all(isinstance(w, date) for w in wheres) and wheres[-1] > wheres[0]:
        whole = (wheres[-1] - wheres[0]).days or 1
        return [round((w - wheres[0]).days / whole * 100, 2) for w in wheres]
    return [round(i / max(1, len(wheres) - 1) * 100, 2) for i in range(len(wheres))]


def labels(points: Sequence[Sequence[Any]]) -> list[str]:
    """Up to five words below the picture, at equal distances."""
    wheres = [p[0] for p in points]
    if all(isinstance(w, date) for w in wheres) and wheres[-1] > wheres[0]:
        days = (wheres[-1] - wheres[0]).days
        count = TICKS if days >= 2 * TICKS else 2
        return [date_cn(wheres[0] + timedelta(days=round(days * i / (count - 1)))) for i in range(count)]
    count = len(wheres) if len(wheres) <= TICKS else (TICKS if len(wheres) >= 2 * TICKS else 3)
    last = len(wheres) - 1
    return [said(wheres[round(last * i / max(1, count - 1))]) for i in range(count)]


def said(where: Any) -> str:
    """A date in words, anything else as it is."""
    return date_cn(where) if isinstance(where, date) else str(where)
