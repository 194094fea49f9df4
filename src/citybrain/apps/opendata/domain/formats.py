"""Rows in the formats people ask for, written batch by batch: CSV, JSON, NDJSON, GeoJSON. No spreadsheet runs what stands in them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from citybrain.apps.opendata.domain.profile import plain
from citybrain.hub.data import api as data
from citybrain.kernel.text import Text

BOM = "\ufeff"
FILE_TYPE = "http://publications.europa.eu/resource/authority/file-type/"
MEDIA = "https://www.iana.org/assignments/media-types/"


@dataclass(frozen=True)
class Format:
    """A download format: its media type and its word in the European list of file types."""

    key: str
    media: str
    code: str
    name: Text


FORMATS = {
    f.key: f
    for f in (
        Format("csv", "text/csv", "CSV", Text(zh="CSV", en="CSV")),
        Format("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "XLSX", Text(zh="Excel（XLSX）", en="Excel (XLSX)")),
        Format("json", "application/json", "JSON", Text(zh="JSON", en="JSON")),
        Format("ndjson", "application/x-ndjson", "JSON", Text(zh="NDJSON（每行一条）", en="NDJSON (one a line)")),
        Format("parquet", "application/vnd.apache.parquet", "PARQUET", Text(zh="Parquet", en="Parquet")),
        Format("geojson", "application/geo+json", "GEOJSON", Text(zh="GeoJSON", en="GeoJSON")),
    )
}  # fmt: skip


def written(
    key: str, batches: Iterable[pa.RecordBatch], names: Sequence[str], *, place: tuple[str, str] = ("", "")
) -> Iterator[bytes]:
    """The file of that format, in pieces. ``place``: the columns of longitude and latitude, for GeoJSON."""
    match key:
        case "csv":
            return csv_bytes(batches, names)
        case "json":
            return json_bytes(batches)
        case "ndjson":
            return ndjson_bytes(batches)
        case "xlsx":
            return data.workbook_pieces([data.Sheet("data", names, rows_of(batches))])
        case "geojson":
            return geojson_bytes(batches, place)
    raise KeyError(key)


def rows_of(batches: Iterable[pa.RecordBatch]) -> Iterator[Sequence[Any]]:
    """Rows, one by one."""
    for batch in batches:
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def csv_bytes(batches: Iterable[pa.RecordBatch], names: Sequence[str]) -> Iterator[bytes]:
    """CSV with a byte-order mark; cells that a spreadsheet would run begin with an apostrophe."""
    yield BOM.encode()
    yield csv_lines([names])
    for batch in batches:
        yield csv_lines(zip(*(column.to_pylist() for column in batch.columns), strict=True))


def csv_lines(rows: Iterable[Sequence[Any]]) -> bytes:
    """Some lines."""
    out = io.StringIO()
    csv.writer(out).writerows([data.safe_cell(cell) for cell in row] for row in rows)
    return out.getvalue().encode()


def objects(batch: pa.RecordBatch) -> Iterator[dict[str, Any]]:
    """Rows as JSON objects."""
    for row in batch.to_pylist():
        yield {name: plain(value) for name, value in row.items()}


def dumped(value: Any) -> str:
    """JSON as people read it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def json_bytes(batches: Iterable[pa.RecordBatch]) -> Iterator[bytes]:
    """One array of objects."""
    first = True
    for batch in batches:
        lines = ",\n".join(dumped(row) for row in objects(batch))
        if lines:
            yield (("[\n" if first else ",\n") + lines).encode()
            first = False
    yield b"[]\n" if first else b"\n]\n"


def ndjson_bytes(batches: Iterable[pa.RecordBatch]) -> Iterator[bytes]:
    """One object a line."""
    for batch in batches:
        yield "".join(f"{dumped(row)}\n" for row in objects(batch)).encode()


def geojson_bytes(batches: Iterable[pa.RecordBatch], place: tuple[str, str]) -> Iterator[bytes]:
    """A FeatureCollection of points in WGS 84 / CGCS2000; a row without a place has no geometry."""
    yield b'{"type":"FeatureCollection","features":[\n'
    first = True
    for batch in batches:
        lines = ",\n".join(dumped(feature(row, place)) for row in objects(batch))
        if lines:
            yield (("" if first else ",\n") + lines).encode()
            first = False
    yield b"\n]}\n"


def feature(row: dict[str, Any], place: tuple[str, str]) -> dict[str, Any]:
    """One row as a feature."""
    x, y = row.get(place[0]), row.get(place[1])
    point = (
        {"type": "Point", "coordinates": [float(x), float(y)]} if x is not None and y is not None else None
    )
    return {
        "type": "Feature",
        "geometry": point,
        "properties": {k: v for k, v in row.items() if k not in place},
    }
