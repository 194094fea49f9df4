"""Tables for the cluster: each as a view over one snapshot that our catalogue named, whatever the cluster thinks is newest.

With ``LAKE_ENGINE_CATALOG`` the cluster opens the table in a catalogue of its own (the Iceberg REST door, or JDBC on the
same PostgreSQL); without, by the table's folder. Delete files are applied by the cluster's Iceberg reader.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from pyiceberg.table import Table
from pyiceberg.types import IcebergType, TimestamptzType

from citybrain.hub.data.lake.distributed.translation import CITY
from citybrain.kernel.ids import new_id


def view_of(spark: Any, name: str, found: Table, as_of: datetime | None) -> str:
    """The name of a temporary view over the table as it is, or was at ``as_of``."""
    snapshot = found.current_snapshot()
    if as_of is not None:
        snapshot = found.snapshot_as_of_timestamp(int(as_of.timestamp() * 1000))
    view = f"lake_{new_id().hex}"
    rows = nothing(spark, found) if snapshot is None else pinned(spark, name, found, snapshot.snapshot_id)
    rows.createOrReplaceTempView(view)
    return view


def nothing(spark: Any, found: Table) -> Any:
    """The columns and no rows."""
    columns = ", ".join(
        f"CAST(NULL AS {spark_type(f.field_type)}) AS `{f.name}`" for f in found.schema().fields
    )
    return spark.sql(f"SELECT {columns} WHERE false")


def pinned(spark: Any, name: str, found: Table, snapshot_id: int) -> Any:
    """One snapshot in the table's present columns: by field number, unknown where the snapshot had none."""
    catalog = settings.LAKE_ENGINE_CATALOG
    if catalog:
        rows = spark.sql(f"SELECT * FROM {catalog}.{name} VERSION AS OF {snapshot_id}")  # noqa: S608 - checked names
    else:
        rows = spark.read.format("iceberg").option("snapshot-id", str(snapshot_id)).load(found.location())
    there = set(rows.columns)
    return rows.selectExpr(
        *(column(f, earlier_names(found, f.field_id, f.name) & there) for f in found.schema().fields)
    )


def earlier_names(found: Table, field_id: int, name: str) -> set[str]:
    """All names a field has had."""
    return {name} | {
        f.name for schema in found.metadata.schemas for f in schema.fields if f.field_id == field_id
    }


def column(field: Any, there: set[str]) -> str:
    """One column; moments are on the city's clock."""
    if not there:
        return f"CAST(NULL AS {spark_type(field.field_type)}) AS `{field.name}`"
    name = field.name if field.name in there else min(there)
    if isinstance(field.field_type, TimestamptzType):
        return f"CAST(from_utc_timestamp(`{name}`, '{CITY.key}') AS TIMESTAMP_NTZ) AS `{field.name}`"
    return f"`{name}` AS `{field.name}`"


def spark_type(kind: IcebergType) -> str:
    """Spark's name of an Iceberg type."""
    text = str(kind)
    return "TIMESTAMP_NTZ" if text.startswith("timestamp") else {"long": "BIGINT"}.get(text, text.upper())


def duckdb_type(kind: IcebergType) -> str:
    """The embedded engine's name of an Iceberg type."""
    text = str(kind)
    known = {"string": "VARCHAR", "long": "BIGINT"}
    return "TIMESTAMPTZ" if text.startswith("timestamptz") else known.get(text, text.upper())
