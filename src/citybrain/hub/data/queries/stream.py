"""Many rows through the guarded door: the same permission, scope, masks and log line as ``read``, as record batches.

For downloads and exchange of tables of the lake. The line in the use log is written before the first row leaves, so
that nothing leaves unlogged; how many rows really left is added when the stream ends.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pyarrow as pa

from citybrain.hub.data.actions.log_read import log_read
from citybrain.hub.data.catalogue.queries.resources import dataset_of
from citybrain.hub.data.data import Column
from citybrain.hub.data.domain.statement import reading as select
from citybrain.hub.data.lake import dialect, reading
from citybrain.hub.data.queries.read import (
    allowed_unmasked,
    asked,
    checked_purpose,
    chosen_columns,
    personal,
    refuse_bought,
    scope_tests,
)
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Conflict
from citybrain.kernel.expressions import Expression
from citybrain.kernel.masking import mask

MOST_ROWS = 1_000_000_000
SECONDS = 3600.0


@contextmanager
def stream(
    actor: Actor,
    key: str,
    *,
    columns: Sequence[str] = (),
    where: Expression | str | None = None,
    purpose: str,
    unmask: bool = False,
    kind: str = "export",
    size: int = 65_536,
) -> Iterator[Iterator[pa.RecordBatch]]:
    """Record batches of the rows the actor may see. Errors as ``read``; Conflict for a dataset outside the lake."""
    dataset = dataset_of(key)
    if dataset.store != "lake":
        raise Conflict("only tables of the lake are streamed / 只有湖表可以流式读取", code="not_lake")
    chosen = chosen_columns(dataset, columns)
    checked_purpose(purpose)
    refuse_bought(actor, key)
    tests = [*scope_tests(actor, dataset), *asked(dataset, where, "", None, None)]
    hidden = frozenset() if allowed_unmasked(actor, dataset, unmask) else personal(chosen)
    statement = select(dataset, chosen, tests, limit=MOST_ROWS, offset=0, newest=False)
    log_read(
        by=actor, dataset=key, kind=kind, columns=[c.name for c in chosen], purpose=purpose, rows=0,
        condition=where.text if isinstance(where, Expression) else where or "", unmasked=unmask and not hidden,
    )  # fmt: skip
    sql, params = dialect.for_lake(statement.sql, statement.params)
    with reading.batches(reading.Asked(sql, params, seconds=SECONDS), size=size) as found:
        yield (masked(batch, chosen, hidden) for batch in found)


def masked(batch: pa.RecordBatch, columns: Sequence[Column], hidden: frozenset[str]) -> pa.RecordBatch:
    """The batch with its hidden columns masked; a masked column is text."""
    arrays, fields = [], []
    for column, values in zip(columns, batch.columns, strict=True):
        if column.name in hidden:
            values = pa.array(map(masker(column), values.to_pylist()), pa.string())
        arrays.append(values)
        fields.append(pa.field(column.name, values.type))
    return pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields))


def masker(column: Column) -> Callable[[object], str | None]:
    """Masks one value of a column; nothing stays nothing."""
    kind = column.personal if isinstance(column.personal, str) else ""
    return lambda value: None if value is None else mask(kind, value)
