"""How records of a resource are found by their key and put in order, in SQL. Identifiers come from the catalogue."""

from collections.abc import Sequence
from typing import Any

from citybrain.hub.data.data import Dataset
from citybrain.hub.data.domain.statement import Statement

LAST = 9223372036854775807  # rows without a lookup key stand at the end


def normal(value: str) -> str:
    """Record keys are compared without blanks and in capitals, as the lake's lookup key is."""
    return value.strip().upper()


def key_sql(dataset: Dataset, key_item: str) -> str:
    """The record key of a row as normal text; NULL where the resource has none."""
    if not key_item:
        return "CAST(NULL AS text)"
    return f"upper(trim(CAST({dataset.column(key_item).expression} AS text)))"


def key_test(dataset: Dataset, key_item: str, records: Sequence[str], lookup: Sequence[int]) -> Statement:
    """Rows of these records; on the lake by the clustered lookup key first, so that statistics prune."""
    marks = ", ".join(["%s"] * len(records))
    test = Statement(f"{key_sql(dataset, key_item)} IN ({marks})", [normal(value) for value in records])
    if dataset.store != "lake":
        return test
    numbers = ", ".join(["%s"] * len(lookup))
    return Statement(f'd."_key" IN ({numbers}) AND {test.sql}', [*lookup, *test.params])


def order_of(dataset: Dataset, key_item: str) -> tuple[str, ...]:
    """Expressions that put the rows in one order without equals, for paging."""
    if dataset.store == "lake":
        first = (f'coalesce(d."_key", {LAST})',) if key_item else ()
        return (*first, 'd."_batch"', 'd."_row"')
    if dataset.has("id"):
        return (dataset.column("id").expression,)
    return ("md5(CAST(d AS text))",)


def after_test(order: Sequence[str], position: Sequence[Any], *, clustered: bool) -> Statement:
    """Rows behind a position; on a clustered table also bare, so that files before it are not opened."""
    marks = ", ".join(["%s"] * len(order))
    test = Statement(f"({', '.join(order)}) > ({marks})", list(position))
    if not clustered:
        return test
    return Statement(f'(d."_key" >= %s OR d."_key" IS NULL) AND {test.sql}', [position[0], *test.params])


def newest_first(dataset: Dataset) -> str:
    """ORDER BY of the newest row of a record: the one that counts.

    Newest by the resource's own time (an old version may be delivered late), among equals by delivery; without any, by id.
    """
    parts = []
    if dataset.time_column:
        parts.append(f"{dataset.column(dataset.time_column).expression} DESC NULLS LAST")
    if dataset.store == "lake":
        parts += ['d."_at" DESC', 'd."_row" DESC']
    elif dataset.has("id"):
        parts.append(f"{dataset.column('id').expression} DESC")
    return f"ORDER BY {', '.join(parts)}" if parts else ""
