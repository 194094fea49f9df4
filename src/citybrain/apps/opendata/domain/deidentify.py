"""The steps themselves, on Arrow columns: drop, mask, generalise, top-code. What depends on other rows (small counts, classes) is done over all of them in ``disclosure``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from citybrain.apps.opendata.domain.treatment import WITH_NUMBER, ColumnTreatment, Treatment
from citybrain.kernel.masking import mask

DIVISION = re.compile(r"[1-9][0-9]{5}([0-9]{3}([0-9]{3})?)?")
DAY = re.compile(r"(19|20)[0-9]{2}(-(0[1-9]|1[0-2])(-[0-3][0-9]([ T][0-9:.+-]*)?)?)?\Z")


def treated(rows: pa.Table, treatment: Treatment, *, today: date, masks: Mapping[str, str] = {}) -> pa.Table:
    """The kept columns, each after its step. ``masks``: the masking kind of personal columns (unknown ones hide wholly)."""
    names = [name for name in rows.column_names if treatment.of(name).step != "drop"]
    return pa.table({n: one(rows.column(n), treatment.of(n), today, masks.get(n, "")) for n in names})


def one(values: pa.ChunkedArray, chosen: ColumnTreatment, today: date, masking: str = "") -> pa.ChunkedArray:
    """One column after its step."""
    number = chosen.number or WITH_NUMBER.get(chosen.step, 0)
    match chosen.step:
        case "mask":
            return mapped(values, lambda v: mask(masking, str(v)))
        case "county":
            return cut(values, 6)
        case "town":
            return cut(values, 9)
        case "month":
            return mapped(values, lambda v: day_of(v)[:7] or None)
        case "year":
            return mapped(values, lambda v: day_of(v)[:4] or None)
        case "age_band":
            return mapped(values, lambda v: band(age(v, today), number))
        case "top_code":
            return pc.min_element_wise(values, pa.scalar(number, values.type), skip_nulls=False)
        case "round":
            return mapped(values, lambda v: float(round(float(v) / number) * number), pa.float64())
    return values


def cut(values: pa.ChunkedArray, digits: int) -> pa.ChunkedArray:
    """A division code cut to its county or town, in twelve digits. What is none (a name, a citizen number) is left out: its
    beginning would be no generalisation of it, a Chinese name whole."""
    return mapped(values, lambda v: str(v)[:digits].ljust(12, "0") if DIVISION.fullmatch(str(v)) else None)


def day_of(value: Any) -> str:
    """A date, or a month or year written down, as text; empty for anything else, whose beginning may be the whole of it."""
    text = value.isoformat() if isinstance(value, date) else str(value)
    return text if DAY.match(text) else ""


def mapped(values: pa.ChunkedArray, change: Any, kind: pa.DataType | None = None) -> pa.ChunkedArray:
    """Values changed one by one, equal ones once; nothing stays nothing."""
    encoded = pc.dictionary_encode(values).combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.chunk(0)
    changed = [None if v is None else change(v) for v in encoded.dictionary.to_pylist()]
    return pa.chunked_array([pc.take(pa.array(changed, kind or pa.string()), encoded.indices)])


def age(value: Any, today: date) -> int | None:
    """Full years, from a date of birth or an age."""
    if isinstance(value, date):
        return today.year - value.year - ((today.month, today.day) < (value.month, value.day))
    text = str(value)
    if text[:4].isdigit() and len(text) >= 8 and not text.isdigit():
        return age(date.fromisoformat(text[:10]), today)
    return int(float(text))


def band(years: int | None, width: int) -> str | None:
    """``30-39``; ninety and over are one band, because few people are that old."""
    if years is None or years < 0:
        return None
    low = min(years // width * width, 90 // width * width)
    return f"{low}+" if low + width > 90 else f"{low}-{low + width - 1}"
