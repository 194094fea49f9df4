"""The catalogue as officials see it."""

import json
from collections.abc import Iterable

from citybrain.hub.data.data import Dataset, ResourceRecord
from citybrain.hub.data.domain import registry
from citybrain.hub.data.models import Resource
from citybrain.hub.data.queries.running import run
from citybrain.kernel.errors import NotFound


def catalogue(*, alive: bool = True) -> list[ResourceRecord]:
    """Every dataset in the catalogue, by key."""
    rows = Resource.objects.prefetch_related("items")
    return [row.record() for row in (rows.filter(alive=True) if alive else rows)]


def resource(key: str) -> ResourceRecord:
    """One dataset of the catalogue; NotFound otherwise."""
    return resource_row(key).record()


def resource_row(key: str) -> Resource:
    """The row of one dataset; NotFound otherwise."""
    row = Resource.objects.prefetch_related("items").filter(pk=key.replace("\0", "")).first()
    if row is None:
        raise NotFound(f"no dataset {key!r} / 没有这个数据集", code="no_dataset")
    return row


def dataset_of(key: str) -> Dataset:
    """The dataset behind a key: announced by a room, or a published table of the lake. NotFound otherwise."""
    if registry.has_dataset(key):
        return registry.dataset(key)
    row = resource_row(key)
    if row.kind != "lake" or row.state != "published" or not row.alive:
        raise NotFound(f"no dataset {key!r} / 没有这个数据集", code="no_dataset")
    return row.dataset()


def countable(keys: Iterable[str]) -> frozenset[str]:
    """Those of the keys that can be counted now: announced by a room, or a published table of the lake."""
    wanted = set(keys)
    announced = {key for key in wanted if registry.has_dataset(key)}
    lake = Resource.objects.filter(pk__in=wanted - announced, kind="lake", state="published", alive=True)
    return frozenset(announced | set(lake.values_list("pk", flat=True) if wanted - announced else ()))


def counted_dataset(key: str) -> Dataset | None:
    """The dataset behind a key as counting sees it; None when it cannot be counted now."""
    return dataset_of(key) if countable([key]) else None


def freshness(key: str) -> tuple[int, object]:
    """About how many rows, and the newest time or None; facts of a room are asked, the lake's are kept in the catalogue."""
    if registry.has_dataset(key):
        return estimated(registry.dataset(key))
    row = resource_row(key)
    return row.rows, row.newest_at


def estimated(dataset: Dataset) -> tuple[int, object]:
    """The planner's estimate of the rows (free of cost), and the newest time or None."""
    plan = run(f"EXPLAIN (FORMAT JSON) SELECT 1 FROM {dataset.source}", [])  # noqa: S608
    explained = plan[0][0] if isinstance(plan[0][0], list) else json.loads(plan[0][0])
    estimate = int(explained[0]["Plan"]["Plan Rows"])
    if not dataset.time_column:
        return estimate, None
    column = dataset.column(dataset.time_column).expression
    # Identifiers come from the dataset, which is code.
    newest = run(
        f"SELECT {column} FROM {dataset.source} WHERE {column} IS NOT NULL ORDER BY 1 DESC LIMIT 1",  # noqa: S608
        [],
    )
    return estimate, newest[0][0] if newest else None
