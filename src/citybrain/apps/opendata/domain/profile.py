"""The picture of a version that pages show: first rows, figures per column, a chart and a map where the columns allow."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from citybrain.apps.opendata.domain.treatment import Treatment

PREVIEW = 50
MOST_BARS, MOST_PERIODS, MOST_POINTS = 24, 400, 1500
PERIOD = re.compile(r"^\d{4}(-\d{2}){0,2}$")
DIVISION = re.compile(r"^\d{12}$")


class Stored:
    """A file of rows, of which one column at a time is in memory."""

    def __init__(self, file: pq.ParquetFile) -> None:
        self.file, self.schema = file, file.schema_arrow
        self.column_names: list[str] = self.schema.names

    def column(self, name: str) -> pa.ChunkedArray:
        """One column."""
        return self.file.read(columns=[name]).column(0)

    def first(self, count: int) -> list[dict[str, Any]]:
        """The first rows."""
        batch = next(self.file.iter_batches(count), None)
        return [] if batch is None else batch.to_pylist()


def profile(rows: Stored, treatment: Treatment) -> dict[str, Any]:
    """Everything a page shows without opening the file again; JSON values only."""
    return {
        "preview": [[plain(v) for v in row.values()] for row in rows.first(PREVIEW)],
        "figures": {name: figures(rows.column(name)) for name in rows.column_names},
        "chart": chart(rows, treatment),
        "map": spread(rows, treatment),
    }


def plain(value: Any) -> Any:
    """A value as JSON keeps it; exact numbers without needless zeros."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, date | datetime) else value


def figures(values: pa.ChunkedArray) -> dict[str, Any]:
    """How many are filled, how many differ, least and greatest."""
    filled = len(values) - values.null_count
    ends = pc.min_max(values) if filled and not pa.types.is_boolean(values.type) else None
    least, most = (ends["min"].as_py(), ends["max"].as_py()) if ends is not None else (None, None)
    return {
        "filled": filled, "distinct": pc.count_distinct(values).as_py(), "least": short(least), "most": short(most),
    }  # fmt: skip


def short(value: Any) -> Any:
    """An end value that fits a table cell."""
    value = plain(value)
    return f"{value[:40]}…" if isinstance(value, str) and len(value) > 41 else value


def chart(rows: Stored, treatment: Treatment) -> dict[str, Any] | None:
    """Counts over time, else counts of the values of the first column that has few of them; None when nothing fits."""
    counted = treatment.named("count")
    measure = counted[0] if counted and counted[0] in rows.column_names else ""
    for name in rows.column_names:
        values = rows.column(name)
        if is_time(values):
            found = totals(pc.utf8_slice_codeunits(pc.cast(values, pa.string()), 0, 7), rows, measure)
            if 3 <= len(found) <= MOST_PERIODS:
                return {"kind": "line", "column": name, "measure": measure, "points": sorted(found.items())}
    for name in rows.column_names:
        values = rows.column(name)
        few = pa.types.is_string(values.type) or pa.types.is_boolean(values.type)
        if few and 2 <= pc.count_distinct(values).as_py() <= MOST_BARS:
            found = totals(pc.cast(values, pa.string()), rows, measure)
            ordered = sorted(found.items(), key=lambda pair: -pair[1])
            return {"kind": "bar", "column": name, "measure": measure, "points": ordered}
    return None


def is_time(values: pa.ChunkedArray) -> bool:
    """A date, a moment, or text that reads like a month or a day."""
    if pa.types.is_date(values.type) or pa.types.is_timestamp(values.type):
        return True
    if not pa.types.is_string(values.type):
        return False
    sample = [v for v in values.slice(0, 200).to_pylist() if v is not None]
    return bool(sample) and all(PERIOD.match(v) for v in sample)


def totals(groups: pa.ChunkedArray, rows: Stored, measure: str) -> dict[str, float]:
    """Rows (or the sum of ``measure``) per group; unknown groups are left out."""
    if not measure:
        return {
            c["values"]: c["counts"] for c in pc.value_counts(groups).to_pylist() if c["values"] is not None
        }
    table = pa.table({"g": groups, "m": pc.cast(rows.column(measure), pa.float64())}).group_by("g")
    summed = table.aggregate([("m", "sum")]).to_pylist()
    return {row["g"]: row["m_sum"] or 0 for row in summed if row["g"] is not None}


def spread(rows: Stored, treatment: Treatment) -> dict[str, Any] | None:
    """Points, or counts by county, when the dataset says where things are."""
    if {treatment.longitude, treatment.latitude} <= set(rows.column_names):
        pairs = zip(
            *(rows.column(n).to_pylist() for n in (treatment.longitude, treatment.latitude)), strict=True
        )
        points = [[float(x), float(y)] for x, y in pairs if x is not None and y is not None]
        return {"kind": "points", "points": points[:MOST_POINTS], "all": len(points)}
    name = treatment.division or next((n for n in rows.column_names if is_division(rows.column(n))), "")
    if name not in rows.column_names:
        return None
    counted = treatment.named("count")
    measure = counted[0] if counted and counted[0] in rows.column_names else ""
    counties = totals(pc.utf8_slice_codeunits(rows.column(name), 0, 6), rows, measure)
    return {"kind": "counties", "column": name, "measure": measure, "counties": counties}


def is_division(values: pa.ChunkedArray) -> bool:
    """Text of twelve digits, nearly always."""
    if not pa.types.is_string(values.type):
        return False
    sample = [v for v in values.slice(0, 500).to_pylist() if v]
    return len(sample) > 0 and sum(bool(DIVISION.match(v)) for v in sample) >= 0.9 * len(sample)
