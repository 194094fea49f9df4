"""Answering a question on the cluster, in the embedded engine's columns and types."""

from contextlib import suppress
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyiceberg.table import Table
from sqlglot import exp

from citybrain.hub.data.lake.distributed import sources, translation
from citybrain.hub.data.lake.distributed.session import away, within
from citybrain.hub.data.lake.distributed.shape import checked, refused
from citybrain.hub.data.lake.engine import cursor
from citybrain.hub.data.lake.reading import Answer, Asked, tuples
from citybrain.hub.data.lake.tables import table
from citybrain.kernel import clock
from citybrain.kernel.errors import CityError


def query(asked: Asked) -> Answer:
    """As ``reading.query``: all rows. Filters prune nothing here, the cluster's reader prunes by the statement itself.

    Invalid for what is no plain question or has no equal there; NoSuchTableError; Unavailable (too slow, cluster away).
    """
    sql = translation.numbered(asked.sql)
    tree = checked(sql)
    tables = {name: table(name) for name in named(tree)}
    arguments = translation.arguments(asked.params)
    shape = expected(tree, tables, asked)
    now = clock.now()
    found = within(asked.seconds, lambda spark: answered(spark, tree, tables, arguments, asked.as_of, now))
    return Answer(tuple(shape.names), tuples(fitted(found, shape)))


def answered(
    spark: Any, tree: exp.Query, tables: dict[str, Table], arguments: dict[str, Any], as_of: datetime | None, now: datetime
) -> pa.Table:  # fmt: skip
    """The cluster's own answer. Runs in a thread of the session: touches no database."""
    views: dict[str, str] = {}
    try:
        views.update({name: sources.view_of(spark, name, found, as_of) for name, found in tables.items()})
        return spark.sql(translation.for_spark(tree, views, now), args=arguments).toArrow()
    except CityError:
        raise
    except Exception as error:
        raise told(error) from error
    finally:
        for view in views.values():
            with suppress(Exception):  # a broken connection took its views along
                spark.catalog.dropTempView(view)


def told(error: Exception) -> Exception:
    """What the client library said, as a refusal a person can act on."""
    from pyspark.errors import PySparkException
    from pyspark.errors.exceptions.connect import SparkConnectGrpcException

    if isinstance(error, PySparkException) and type(error) is not SparkConnectGrpcException:
        return refused(f"the cluster cannot compute this / 集群无法执行: {str(error)[:200]}", "cluster")
    return away()


def named(tree: exp.Expr) -> list[str]:
    """Tables of the lake a statement names."""
    return sorted({f"{node.db}.{node.name}" for node in tree.find_all(exp.Table) if node.db})


def expected(tree: exp.Query, tables: dict[str, Table], asked: Asked) -> pa.Schema:
    """Names and types the embedded engine gives: it answers the question over no rows. Its errors are the errors."""
    empty = tree.copy()
    views = {name: f"shape_{number}" for number, name in enumerate(tables)}
    for node in list(empty.find_all(exp.Table)):
        if node.db:
            view = exp.to_table(views[f"{node.db}.{node.name}"])
            node.replace(view.as_(node.alias or node.name, table=True))
    params: Any = asked.params
    if not isinstance(params, dict):
        params = {f"p{number}": value for number, value in enumerate(params, 1)}
    with cursor(asked.seconds) as engine:
        for name, found in tables.items():
            columns = ", ".join(
                f'NULL::{sources.duckdb_type(f.field_type)} AS "{f.name}"' for f in found.schema().fields
            )
            engine.execute(f"CREATE TEMP VIEW {views[name]} AS SELECT {columns} WHERE false")
        return engine.execute(empty.sql(dialect="duckdb"), params or None).to_arrow_table().schema


def fitted(found: pa.Table, shape: pa.Schema) -> pa.Table:
    """The cluster's columns in the expected types."""
    columns = [in_type(column, field.type) for column, field in zip(found.columns, shape, strict=True)]
    return pa.Table.from_arrays(columns, schema=shape)


def in_type(values: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    """One column: moments come on the city's clock, sums in wider or narrower numbers."""
    if pa.types.is_timestamp(values.type):
        values = pc.cast(pc.cast(values, pa.timestamp("us", values.type.tz)), pa.timestamp("us"))
        if pa.types.is_timestamp(kind) and kind.tz:
            values = pc.assume_timezone(values, translation.CITY.key)
    return pc.cast(values, kind, safe=not pa.types.is_floating(kind))
