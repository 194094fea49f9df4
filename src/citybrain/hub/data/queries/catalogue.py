"""The catalogue as officials see it."""

import json

from citybrain.hub.data.data import CatalogueRecord, Dataset
from citybrain.hub.data.domain import registry
from citybrain.hub.data.models import CatalogueEntry
from citybrain.hub.data.queries.running import run
from citybrain.kernel.errors import NotFound


def catalogue(*, alive: bool = True) -> list[CatalogueRecord]:
    """Every dataset in the catalogue, by key."""
    rows = CatalogueEntry.objects.all()
    return [row.record() for row in (rows.filter(alive=True) if alive else rows)]


def catalogue_record(key: str) -> CatalogueRecord:
    """One dataset of the catalogue; NotFound otherwise."""
    row = CatalogueEntry.objects.filter(pk=key.replace("\0", "")).first()
    if row is None:
        raise NotFound(f"no dataset {key!r} / 没有这个数据集", code="no_dataset")
    return row.record()


def freshness(dataset: Dataset) -> tuple[int, object]:
    """About how many rows (the planner's estimate, free of cost), and the newest time or None."""
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


def known(key: str) -> bool:
    """Whether a room announces the dataset now."""
    return registry.has_dataset(key)
