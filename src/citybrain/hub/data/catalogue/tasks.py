"""Long work of the catalogue: scanning the content of a table for what it holds."""

from typing import Any

from citybrain.hub.data.catalogue.actions.suggestions import keep_findings
from citybrain.hub.data.catalogue.domain.scanning import findings
from citybrain.hub.data.catalogue.queries.resources import resource_row
from citybrain.hub.data.jobs.kinds import job
from citybrain.hub.data.jobs.running import Run
from citybrain.hub.data.lake import reading, tables
from citybrain.kernel.errors import Conflict

SAMPLE = 2_000
WHOLE = 2_000_000  # up to here the sample is drawn from every row, beyond it from some row groups


@job("catalogue_scan", zh="内容识别", en="Look what a table holds", pausable=True)
def scan(run: Run) -> dict[str, Any]:
    """Judge every item over a sample of rows; the findings wait for a person. Goes on after the last finished item."""
    row = resource_row(run.subject)
    if row.kind != "lake" or not tables.has_table(row.pk):
        raise Conflict("only tables of the lake are scanned / 只能识别湖表的内容", code="not_lake")
    items, names = list(row.items.all()), run.checkpoint.get("names", [])
    values = sample(row.pk, [item.name for item in items if item.name not in names], row.rows)
    found = run.checkpoint.get("found", 0)
    for item in items:
        if item.name not in names:
            listed = findings(item.name, [*item.title.values()], values.get(item.name, []))
            found, names = found + keep_findings(row.pk, item.name, listed), [*names, item.name]
            run.step(done=len(names), total=len(items), names=names, found=found)
    return {"items": len(items), "found": found}


def sample(key: str, names: list[str], rows: int) -> dict[str, list[Any]]:
    """Column → values of a random sample of rows, the same one each time. Names come from the catalogue."""
    if not names:
        return {}
    listed = ", ".join(f'CAST("{name}" AS VARCHAR) AS "{name}"' for name in names)
    how = f"reservoir({SAMPLE} ROWS)"
    if rows > WHOLE:
        how = f"system({max(0.01, 100 * 4 * SAMPLE / rows):.4f} PERCENT)"
    answer = reading.query(
        reading.Asked(f"SELECT {listed} FROM {key} USING SAMPLE {how} REPEATABLE (11) LIMIT {SAMPLE}")  # noqa: S608 - checked names
    )
    return dict(zip(answer.columns, map(list, zip(*answer.rows, strict=True)), strict=False))
