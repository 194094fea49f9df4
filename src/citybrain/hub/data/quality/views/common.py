"""What the pages of quality share: lines of trends, downloads, words."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse

from citybrain.hub.data.catalogue.queries.resources import resource_row
from citybrain.hub.data.data import ResourceRecord
from citybrain.hub.data.domain.workbook import Sheet, workbook
from citybrain.hub.data.quality.domain.kinds import (
    DIMENSIONS,
    FORMATS,
    IDENTIFIERS,
    KINDS,
    ORIGINS,
    SEVERITIES,
)
from citybrain.hub.data.views.rows import csv_answer
from citybrain.kernel import clock
from citybrain.kernel.errors import NotFound

PAGE = 25
WIDTH, HEIGHT, MARGIN = 600, 120, 8
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WORDS: dict[str, Any] = {
    "dimensions": DIMENSIONS, "kinds": KINDS, "severities": SEVERITIES, "origins": ORIGINS, "formats": FORMATS,
    "identifiers": IDENTIFIERS,
}  # fmt: skip


def lake_record(key: str) -> ResourceRecord:
    """A table of the lake; NotFound for other resources."""
    row = resource_row(key)
    if row.kind != "lake":
        raise NotFound("no table of the lake / 不是湖表", code="not_lake")
    return row.record()


def line(
    points: Sequence[tuple[date, Any]], least: float | None = None, most: float | None = None
) -> dict[str, Any]:
    """A trend as the points of a polyline in a 600 × 120 picture, its ends and bounds; empty with fewer than two points."""
    if len(points) < 2:
        return {}
    values = [float(value) for _day, value in points]
    low = min(values) if least is None else least
    high = max(values) if most is None else most
    first, days = points[0][0], max(1, (points[-1][0] - points[0][0]).days)
    span = (high - low) or 1.0
    marks = [
        (
            round(MARGIN + (day - first).days / days * (WIDTH - 2 * MARGIN), 1),
            round(HEIGHT - MARGIN - (value - low) / span * (HEIGHT - 2 * MARGIN), 1),
        )
        for (day, _value), value in zip(points, values, strict=True)
    ]
    return {
        "points": " ".join(f"{x},{y}" for x, y in marks), "last": marks[-1], "first_day": points[0][0],
        "last_day": points[-1][0], "first_value": points[0][1], "last_value": points[-1][1], "low": low, "high": high,
    }  # fmt: skip


def download(
    request: HttpRequest, name: str, head: Sequence[str], rows: Iterable[Sequence[Any]]
) -> HttpResponse:
    """CSV, or Excel with ``format=xlsx``; neither runs anything."""
    if request.GET.get("format", request.POST.get("format")) != "xlsx":
        return csv_answer(name, head, list(rows))
    answer = HttpResponse(workbook([Sheet("Sheet1", head, rows)]), content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="{name}-{clock.local():%Y%m%d-%H%M}.xlsx"'
    answer["X-Content-Type-Options"], answer["Cache-Control"] = "nosniff", "no-store"
    return answer
