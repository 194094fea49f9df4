"""Rows of a public version, straight from its file. There is no SQL here: conditions are compared as values.

Every door to rows begins with ``public_version``: what is withdrawn, a draft, held or another's is not found, whatever
name, number or address it is asked by.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from citybrain.apps.opendata.domain.profile import plain
from citybrain.apps.opendata.models import OpenDataset, Version
from citybrain.kernel.errors import FieldProblem, Invalid, NotFound

BATCH = 8_192
BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
MOST, MOST_OFFSET, MOST_SORTED = 1_000, 5_000_000, 20_000


@dataclass(frozen=True)
class Asked:
    """Which rows: equal values by column (several are alternatives), a word in any text, columns, where to begin, how many."""

    equal: Mapping[str, Sequence[str]] = field(default_factory=dict)
    q: str = ""
    columns: tuple[str, ...] = ()
    limit: int = 100
    offset: int = 0
    sort: tuple[tuple[str, bool], ...] = ()  # (column, descending); nothing keeps the order of the file


@dataclass(frozen=True)
class Answer:
    """Rows as JSON values, and how many there are in all."""

    columns: tuple[dict[str, Any], ...]
    rows: list[dict[str, Any]]
    total: int


def public_dataset(slug: str) -> OpenDataset:
    """A dataset of our own that is public now. NotFound otherwise."""
    found = OpenDataset.objects.filter(slug=slug, state="published", kind="own").first()
    if found is None:
        raise NotFound(_("There is no such dataset, or it is not public."))
    return found


def public_version(dataset: OpenDataset, number: int | None = None) -> Version:
    """A public version of a public dataset, the newest unless a number is given. NotFound otherwise."""
    rows = dataset.versions.filter(state="published").exclude(file="")
    found = (
        (rows.filter(number=number) if number is not None else rows).first()
        if dataset.state == "published"
        else None
    )
    if found is None:
        raise NotFound(_("There is no such version."))
    return found


@contextmanager
def opened(version: Version) -> Iterator[pq.ParquetFile]:
    """The version's file. NotFound when it is gone (withdrawn while somebody was reading)."""
    try:
        file = default_storage.open(version.file, "rb")
    except FileNotFoundError as error:
        raise NotFound(_("There is no such version.")) from error
    with file:
        yield pq.ParquetFile(file)


def batches(version: Version) -> Iterator[pa.RecordBatch]:
    """All rows, batch by batch."""
    with opened(version) as file:
        yield from file.iter_batches(BATCH)


def rows(version: Version, asked: Asked) -> Answer:
    """A page of rows. Invalid names the column or value that does not fit."""
    known = {c["name"]: c for c in version.columns}
    shown = asked.columns or tuple(known)
    refuse_unknown([*shown, *asked.equal, *(name for name, _down in asked.sort)], known)
    limit, offset = max(0, min(asked.limit, MOST)), max(0, min(asked.offset, MOST_OFFSET))
    if asked.sort:
        return sorted_rows(version, asked, shown, limit, offset)
    found: list[dict[str, Any]] = []
    total = 0
    for batch in batches(version):
        kept = matching(batch, asked)
        start = max(0, offset - total)
        if start < kept.num_rows and len(found) < limit:
            part = kept.slice(start, limit - len(found)).select(list(shown))
            found += [{n: plain(v) for n, v in row.items()} for row in part.to_pylist()]
        total += kept.num_rows
    return Answer(tuple(known[n] for n in shown), found, total)


def sorted_rows(version: Version, asked: Asked, shown: Sequence[str], limit: int, offset: int) -> Answer:
    """A page of rows in an order of values: only as many rows are kept while reading as the page ends at."""
    if offset + limit > MOST_SORTED:
        raise Invalid(
            [
                FieldProblem(
                    "offset", "range", _("Sorted rows can be paged up to %(most)d.") % {"most": MOST_SORTED}
                )
            ]
        )
    known = {c["name"]: c for c in version.columns}
    order = [(name, "descending" if down else "ascending") for name, down in asked.sort]
    best: pa.Table | None = None
    total = 0
    for batch in batches(version):
        kept = pa.Table.from_batches([matching(batch, asked)])
        total += kept.num_rows
        both = kept if best is None else pa.concat_tables([best, kept])
        best = both.take(pc.sort_indices(both, sort_keys=order)).slice(0, offset + limit)
    page = best.slice(offset, limit).select(list(shown)) if best is not None else None
    found = [{n: plain(v) for n, v in row.items()} for row in page.to_pylist()] if page is not None else []
    return Answer(tuple(known[n] for n in shown), found, total)


def refuse_unknown(names: Sequence[str], known: Mapping[str, Any]) -> None:
    """Invalid for a column the version has not."""
    for name in names:
        if name not in known:
            raise Invalid(
                [FieldProblem(name[:60], "unknown", _("There is no column %(name)s.") % {"name": name[:60]})]
            )


def matching(batch: pa.RecordBatch, asked: Asked) -> pa.RecordBatch:
    """Rows of a batch that fit."""
    tests = [among(batch.column(name), name, values) for name, values in asked.equal.items()]
    if asked.q:
        texts = [c for c in batch.columns if pa.types.is_string(c.type)]
        tests.append(any_has(texts, asked.q, batch.num_rows))
    whole = None
    for test in tests:
        whole = test if whole is None else pc.and_(whole, test)
    return batch if whole is None else batch.filter(whole)


def among(values: pa.Array, name: str, wanted: Sequence[str]) -> pa.Array:
    """Whether each value is one of the wanted ones, read as the column's type. Invalid when one cannot be read so."""
    try:
        typed = [read(values.type, text) for text in wanted]
        return pc.fill_null(pc.is_in(values, value_set=pa.array(typed, values.type)), False)
    except (ValueError, KeyError, TypeError, OverflowError, pa.ArrowException) as error:
        raise Invalid(
            [FieldProblem(name, "type", _("This value does not fit the column %(name)s.") % {"name": name})]
        ) from error


def read(kind: pa.DataType, text: str) -> Any:
    """A value from text. ValueError, KeyError."""
    if pa.types.is_boolean(kind):
        return BOOLEANS[text.lower()]
    if pa.types.is_integer(kind):
        return int(text)
    if pa.types.is_floating(kind):
        return float(text)
    if pa.types.is_date(kind):
        return date.fromisoformat(text)
    if pa.types.is_timestamp(kind):
        return datetime.fromisoformat(text)
    return text


def any_has(texts: Sequence[pa.Array], word: str, count: int) -> pa.Array:
    """Whether any text of the row holds the word, whatever its case."""
    found = pa.array([False] * count, pa.bool_())
    for values in texts:
        found = pc.or_(found, pc.fill_null(pc.match_substring(values, word, ignore_case=True), False))
    return found
