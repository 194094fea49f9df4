"""What the pages of quality share: downloads, words."""

from collections.abc import Iterable, Sequence
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
