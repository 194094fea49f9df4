"""The other readers our own is compared with: the library's scan, and DuckDB's reader of Iceberg tables."""

import duckdb

from citybrain.hub.data.lake import engine, tables


def library(name: str = "gaj.person") -> dict[str, int]:
    """The library's own scan; ValueError where equality deletes are."""
    found = tables.table(name).scan(selected_fields=("number", "amount")).to_arrow().to_pylist()
    return {row["number"]: int(row["amount"]) for row in found}


def engines_own(name: str = "gaj.person") -> dict[str, int]:
    """DuckDB's reader, in an engine that may load it."""
    own = duckdb.connect()
    for word in ("avro", "iceberg"):
        own.execute(f"LOAD {engine.literal(engine.extension(word))}")
    path = tables.table(name).metadata_location.removeprefix("file://")
    if path.startswith("s3://"):
        engine.reach_store(own)
    found = own.execute(f"SELECT number, amount FROM iceberg_scan('{path}')").fetchall()
    own.close()
    return {number: int(amount) for number, amount in found}
