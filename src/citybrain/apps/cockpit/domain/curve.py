"""A trend as SVG path data, so that a chart needs no script to be read."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil, floor, log10

Point = tuple[str, Decimal | None]


@dataclass(frozen=True)
class Curve:
    """One line: path of the line, path of the area below it, the last point."""

    line: str
    area: str
    x: float
    y: float


def bounds(series: Sequence[Sequence[Point]]) -> tuple[float, float]:
    """Round lowest and highest value of several lines on one scale; zero is included when it is near."""
    known = [float(v) for line in series for _, v in line if v is not None]
    if not known:
        return 0.0, 1.0
    low, high = min(known), max(known)
    if 0 <= low <= high * 0.6:
        low = 0.0
    if high == low:
        high = low + 1
    step = 10 ** floor(log10(high - low))
    step = step / 2 if (high - low) / step < 3 else step
    return floor(low / step) * step, ceil(high / step) * step


def curve(points: Sequence[Point], scale: tuple[float, float], width: int = 300, height: int = 100) -> Curve:
    """Path of one line; a missing value breaks it instead of drawing zero."""
    low, high = scale
    step = width / max(1, len(points) - 1)
    runs: list[list[tuple[float, float]]] = [[]]
    for number, (_label, value) in enumerate(points):
        if value is None:
            runs.append([])
            continue
        y = height - (float(value) - low) / (high - low) * height
        runs[-1].append((round(number * step, 1), round(y, 1)))
    runs = [run for run in runs if run]
    line = "".join("M" + "L".join(f"{x:g},{y:g}" for x, y in run) for run in runs)
    area = "".join(
        f"M{run[0][0]:g},{height}L" + "L".join(f"{x:g},{y:g}" for x, y in run) + f"L{run[-1][0]:g},{height}Z"
        for run in runs if len(run) > 1
    )  # fmt: skip
    last = runs[-1][-1] if runs else (0.0, float(height))
    return Curve(line, area, *last)
